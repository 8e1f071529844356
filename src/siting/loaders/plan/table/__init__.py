"""loaders/plan/table."""
