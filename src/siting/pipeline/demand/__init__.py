"""pipeline/demand."""
