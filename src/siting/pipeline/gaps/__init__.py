"""pipeline/gaps."""
