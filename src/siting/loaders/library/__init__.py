"""loaders/library."""
