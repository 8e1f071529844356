"""The layers that a ``plan.yaml`` names, read as any other layer is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from siting.data_report import DataReport
from siting.loaders.layer.sources import read_source
from siting.loaders.plan.drawing.records import Drawing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from siting.loaders.plan.model import PlanLayers


def read_drawing(layers: PlanLayers, files: Mapping[str, str]) -> Drawing:
    """Read the layers of a plan.

    Parameters
    ----------
    layers
        What the plan says of them.
    files
        How messages name the file of each layer that is given: site, buildings, facilities.
    """
    report = DataReport()
    frames: dict[str, Any] = {
        key: read_source(getattr(layers, key), report=report, subject=file)
        for key, file in files.items()
    }
    return Drawing(
        frames.get("site"),
        frames.get("buildings"),
        frames.get("facilities"),
        layers.buildings.columns if layers.buildings else None,
        layers.facilities.columns if layers.facilities else None,
        layers.facilities.facility_type if layers.facilities else None,
        files,
    )
