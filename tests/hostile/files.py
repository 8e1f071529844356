"""A hostile project, plan, pack, report or library for every seed, in a folder of its own."""

from __future__ import annotations

import shutil
from pathlib import Path
from random import Random

from hostile import layers, texts

KINDS = (
    layers.bytes_of_layer,
    layers.bytes_of_layer,
    layers.bytes_of_layer,
    layers.bytes_of_layer,
    layers.values_of_layer,
    layers.values_of_layer,
    layers.shapes_of_layer,
    layers.shapes_of_layer,
    layers.columns_of_layer,
    layers.osm_values,
    layers.bytes_of_raster,
    layers.graph_values,
    texts.project,
    texts.project,
    texts.plan,
    texts.plan,
    texts.plan_book,
    texts.plan_layer,
    texts.pack,
    texts.pack,
    texts.report,
    texts.library,
    texts.table_text,
    texts.prj,
    texts.names,
)
"""What is spoiled; seed n spoils by kind n modulo their number, the commonest several times."""


def spoil(base: Path, folder: Path, seed: int) -> tuple[str, list[str]]:
    """Copy the town, spoil one thing, and return what was done and the arguments for siting."""
    random = Random(seed)
    kind = KINDS[seed % len(KINDS)]
    town = folder / "town"
    shutil.copytree(base, town)
    told, command = kind(random, town)
    return f"{kind.__name__}: {told}", command
