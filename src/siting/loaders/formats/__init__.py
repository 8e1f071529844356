"""loaders/formats."""
