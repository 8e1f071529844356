"""Pages from templates: every text that is put in is escaped, and what does not print is shown.

Owns the one place where HTML is made of templates. They lie beside this module, are compiled once,
and hold all the markup; whoever fills one gives texts and numbers only.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from siting.plain_text import plain


def fill(template: str, **values: object) -> str:
    """Return a page, or a part of one.

    Parameters
    ----------
    template
        Name of a file in the folder ``templates``.
    values
        What it asks for; a name that it does not find is an error.

    Examples
    --------
    >>> fill("summary.html", heading="<a>", totals="1 & 2", tables=[], silent=[])
    '<p><b>&lt;a&gt;</b><br>1 &amp; 2</p>'
    """
    text: str = _templates().get_template(template).render(values)
    return text


@cache
def _templates() -> Any:
    """Return the templates; jinja2 is loaded when the first page is written."""
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 - see above

    return Environment(
        loader=PackageLoader("siting.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


def _shown(value: Any) -> Any:
    """Show what does not print in texts; what a macro made is markup already."""
    return value if hasattr(value, "__html__") else plain(str(value))
