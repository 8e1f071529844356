"""One HTML file: styles, scripts and data put together under a policy that forbids requests.

Owns how assets are read, how data become inert text, and the Content-Security-Policy. Scripts and
styles are admitted by their SHA-256; the policy also demands trusted types, so that the browser
itself refuses to parse any text as HTML, whoever wrote it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from html import escape
from importlib.resources import files
from typing import Any

from siting.render.basemap import Basemap
from siting.render.model import MapModel
from siting.render.page_words import page_words
from siting.render.payload import build_payload


def asset(name: str) -> str:
    """Return the text of a file beside this module, with plain line ends."""
    text = files("siting.render").joinpath(*name.split("/")).read_text(encoding="utf-8")
    return text.replace("\r\n", "\n")


def styles() -> str:
    """Return the style sheets as one, without the pictures that the map does not use."""
    leaflet = re.sub(r"url\((?!#)[^)]*\)", "none", asset("vendor/leaflet.css"))
    return f"{leaflet}\n{asset('assets/map.css')}\n{asset('assets/print.css')}"


def library() -> str:
    """Return Leaflet without the pointer to its source map."""
    return re.sub(r"\n//# sourceMappingURL=.*\s*$", "\n", asset("vendor/leaflet.js"))


def application() -> str:
    """Return the page's own script, which leaves ``siting`` and nothing else.

    It is generated: ``make js`` bundles it from the ES modules in ``map_modules``.
    """
    return asset("assets/map.js")


def inert_json(value: Any) -> str:
    r"""Return JSON that is safe inside a script element.

    Nothing in it can end the element, open a comment or break a line: ``<``, ``>``, ``&`` and the
    line separators are escaped. Lone surrogates become a question mark.

    Examples
    --------
    >>> print(inert_json("</script>"))
    "\u003c/script\u003e"
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text.encode("utf-8", "replace").decode("utf-8")


def data_blocks(model: MapModel, *, language: str, basemaps: Sequence[Basemap]) -> dict[str, str]:
    """Return the inert blocks of the page: id -> text, ``siting-header`` first."""
    header, packs = build_payload(model)
    header["language"] = language
    header["basemaps"] = [_basemap(basemap) for basemap in basemaps]
    header["words"] = page_words()
    header["packs"] = {name: pack["columns"] for name, pack in packs.items()}
    texts = {f"siting-pack-{name}": pack["text"] for name, pack in packs.items()}
    return {"siting-header": inert_json(header), **texts}


def policy(scripts: Sequence[str], style: str, basemaps: Sequence[Basemap] = ()) -> str:
    """Return the Content-Security-Policy of a page with these scripts and this style sheet.

    Examples
    --------
    >>> "connect-src 'none'" in policy(["let a;"], "p {}")
    True
    """
    pictures = " ".join(["data:", *(host for basemap in basemaps for host in basemap.hosts())])
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {' '.join(_hash(script) for script in scripts)}",
            f"style-src {_hash(style)}",
            f"img-src {pictures}",
            "connect-src 'none'",
            "font-src 'none'",
            "object-src 'none'",
            "frame-src 'none'",
            "worker-src 'none'",
            "form-action 'none'",
            "base-uri 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types default",
        )
    )


def document(
    *,
    title: str,
    language: str,
    body: str,
    script: str,
    blocks: Mapping[str, str],
    basemaps: Sequence[Basemap] = (),
) -> str:
    """Return the whole page.

    Parameters
    ----------
    title
        Plain text; escaped here.
    language
        ``zh`` or ``en``, the language at the start.
    body
        HTML of the project's own templates; nothing from data.
    script
        What starts the page, admitted by its hash like the others.
    blocks
        Inert texts as ``data_blocks`` gives them.
    basemaps
        Whose hosts the policy opens pictures for.
    """
    style = styles()
    scripts = [asset("assets/guard.js"), library(), application(), script]
    inert = "\n".join(
        f'<script type="text/plain" id="{escape(name)}">{text}</script>'
        for name, text in blocks.items()
    )
    rules = escape(policy(scripts, style, basemaps), quote=True)
    lines = (
        "<!DOCTYPE html>",
        f'<html lang="{"zh-CN" if language == "zh" else "en"}">',
        "<head>",
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{rules}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="color-scheme" content="light dark">',
        f"<title>{escape(title)}</title>",
        f"<style>{style}</style>",
        "</head>",
        "<body>",
        body,
        inert,
        *(f"<script>{text}</script>" for text in scripts),
        "</body>",
        "</html>",
        "",
    )
    return "\n".join(lines)


def _hash(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
    return f"'sha256-{digest}'"


def _basemap(basemap: Basemap) -> dict[str, Any]:
    return {
        "name": {"zh": basemap.name.zh, "en": basemap.name.en},
        "layers": list(basemap.layers),
        "attribution": basemap.attribution,
        "subdomains": list(basemap.subdomains),
        "maxZoom": basemap.max_zoom,
    }
