"""The stages wired together; the only package that knows all of them."""
