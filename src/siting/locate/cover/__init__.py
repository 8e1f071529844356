"""locate/cover."""
