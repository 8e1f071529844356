"""network/attach."""
