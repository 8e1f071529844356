"""Modules that are loaded when they are first used.

An import at the top of a file costs its time whether it is needed or not. The city around a plan
is often not needed, since a plan of figures alone has none. Its users name it at the top like any
other import, for readers, the type checker and import-linter, and load it with this::

    if TYPE_CHECKING:
        from siting.pipeline.plans import existing_city
    else:
        existing_city = on_use("siting.pipeline.plans.existing_city")
"""

from __future__ import annotations

from types import ModuleType

import lazy_loader


def on_use(name: str) -> ModuleType:
    """Return a module that is loaded when an attribute of it is first asked for.

    Parameters
    ----------
    name
        Its full name. The packages it is in are loaded at once.

    Raises
    ------
    ModuleNotFoundError
        There is no such module; said at once, not at its first use.
    """
    module: ModuleType = lazy_loader.load(name, error_on_import=True, suppress_warning=True)
    return module
