"""The picture of the network's health: what an analysis shows of its streets.

It is written where the data report warns of the network or of homes on loose pieces of it, and
drawn whenever it is asked for.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from siting import render
from siting.drafts import whole_file
from siting.errors import SitingError
from siting.message import message
from siting.network.fragments import fragments, on_fragment
from siting.network.health import network_health
from siting.pipeline.city import home_places

if TYPE_CHECKING:
    from siting.pipeline.found import Found

_TELLING = ("network-health", "on-fragment")


def has_network_faults(analysis: Found) -> bool:
    """Say whether the data report warns of what the picture shows."""
    notes = analysis.report.notes
    return any(note.code in _TELLING and note.severity == "warning" for note in notes)


def network_figure(analysis: Found) -> Any:
    """Draw the network of an analysis as a ``matplotlib.figure.Figure``.

    Raises
    ------
    SitingError
        The city has no streets.
    """
    city = analysis.city
    network, homes = city.network, city.home_attachment
    if network is None or homes is None:
        raise SitingError(message("drawing.no_streets"))
    places = home_places(city)
    health = city.health or network_health(network, homes, places)
    model = render.NetworkPicture(
        title=analysis.project.name,
        lines=network.lines_of(np.arange(network.edge_count)),
        loose=np.isin(network.component[network.edge_from], fragments(network)["component"]),
        pieces=health.pieces,
        crossings=health.crossings,
        dead_ends=health.dead_end_pairs,
        homes=places[on_fragment(network, homes)],
        made_up=analysis.project.made_up,
    )
    return render.draw_network(model, language=analysis.language)


def write_network(analysis: Found, path: Path) -> None:
    """Write the picture; its ending (``.svg``, ``.png``, ``.pdf``) chooses the format."""
    kind = path.suffix.lower().removeprefix(".")
    dates: dict[str, dict[str, Any]] = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}
    figure = network_figure(analysis)
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path) as draft:
        figure.savefig(draft, format=kind, dpi=150, metadata=dates.get(kind))
