"""pipeline/kept."""
