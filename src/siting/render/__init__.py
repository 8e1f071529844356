"""Maps of a ``MapModel``: one HTML file that asks for nothing from anywhere, or a picture."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
