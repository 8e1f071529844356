"""loaders/layer."""
