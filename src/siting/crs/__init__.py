"""Coordinate systems: what a layer is in, where it therefore lies, and in what to measure."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
