"""loaders/plan."""
