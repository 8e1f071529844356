"""network/kernels."""
