"""loaders/project."""
