"""Plans that are drawn: their layers, measured in metres, and plans in one geodata file.

Owns all of a plan that needs the libraries for maps. `records` says what is read and measured,
`layers` reads what ``plan.yaml`` names, `measure` sums it, `one_file` reads a GeoPackage or
GeoJSON. Imported by `siting.loaders.plan`.

The names load on use (lazy_loader): a plan without a drawing is read without pandas.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
