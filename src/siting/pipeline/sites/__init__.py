"""pipeline/sites."""
