"""The files of an analysis, written all or nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from siting import render
from siting.errors import SitingError
from siting.message import message
from siting.pipeline.folder import MANIFEST, check_out_folder, replaced_folder, write_json
from siting.pipeline.gaps.failing import FailingRows
from siting.pipeline.gaps.geopackage import beside, write_geopackage
from siting.pipeline.gaps.map_model import build_map_model, lonlat
from siting.pipeline.gaps.network_picture import has_network_faults, write_network
from siting.pipeline.gaps.summary import block_key, covered_by_area
from siting.pipeline.on_use import on_use
from siting.progress import Progress
from siting.report.analysis.note_words import note_record
from siting.report.tables.point_features import point_features
from siting.rules.city.findings import VERDICT_WORDS
from siting.rules.city.findings_table import findings_batches, findings_table
from siting.words import say

if TYPE_CHECKING:
    from siting.pipeline.found import Found
    from siting.pipeline.gaps import sheets
    from siting.report.tables import workbook
    from siting.rules.city.findings import FindingBlock
else:
    # They need openpyxl.
    sheets = on_use("siting.pipeline.gaps.sheets")
    workbook = on_use("siting.report.tables.workbook")

__all__ = ["check_out_folder", "write_analysis"]

NETWORK = "network-health.svg"
_WEIGHTS = ("households", "population", "elderly")

Item = TypeVar("Item")


def write_analysis(
    analysis: Found,
    out: Path,
    *,
    leave_out: Collection[str] = (),
    progress: Progress | None = None,
) -> Path:
    """Write every output of an analysis into a folder and return it.

    Parameters
    ----------
    analysis
        The result.
    out
        New, empty, or written by siting before; replaced as a whole.
    leave_out
        Files of `_WRITERS` that are not wanted; the map of a large city takes longest.
    progress
        Called with a label and a share from 0 to 1.

    Raises
    ------
    SitingError
        As `folder.check_out_folder`.
    """
    writers = {
        name: write
        for name, write in _WRITERS.items()
        if name not in leave_out and (name != NETWORK or has_network_faults(analysis))
    }
    failing = FailingRows(analysis)
    with replaced_folder(out) as folder:
        with ThreadPoolExecutor(1) as other:
            # The findings are Arrow's work, the rest is mostly Python's: a core for each.
            first, *others = writers
            writing = other.submit(writers[first], analysis, folder / first, failing)
            for number, name in enumerate(others):
                if progress is not None:
                    progress(message("progress.writing", name=name), number / len(writers))
                writers[name](analysis, folder / name, failing)
            writing.result()
        names = sorted(path.name for path in folder.iterdir())
        write_json(analysis.manifest | {"outputs": names}, folder / MANIFEST)
    return out


def _write_findings(analysis: Found, path: Path, _: FailingRows) -> None:
    """Write a row group for each block, so that no table of all findings is ever in memory."""
    columns = findings_table((), analysis.city, say).schema
    # What can never be null is not asked for it, row by row. (Where there is no number, NaN is.)
    schema = pa.schema(
        [field.with_nullable(field.name in ("nearest_id", "reason")) for field in columns]
    )
    tables = findings_batches(analysis.blocks, analysis.city, say)
    texts = [field.name for field in schema if pa.types.is_dictionary(field.type)]
    # Distances differ from row to row, and so do identifiers: a dictionary of them is unused work.
    options: dict[str, Any] = {
        # Nor does compressing distances make them smaller.
        "compression": {
            name: "none" if name in ("measured", "shortfall") else "zstd" for name in schema.names
        },
        "use_dictionary": [
            *(name for name in texts if name != "subject_id"),
            "required",
            *_WEIGHTS,
        ],
        # A row group is one rule: what else is the same throughout needs no range.
        "write_statistics": ["rule_id", "measured", "shortfall"],
        "write_batch_size": 1 << 17,
    }
    with pq.ParquetWriter(path, schema, **options) as writer:
        for table in _made_ahead(table.cast(schema) for table in tables):
            writer.write_table(table)


def _made_ahead(items: Iterator[Item]) -> Iterator[Item]:
    """Yield the same items, making the next one on another core while one is used."""
    with ThreadPoolExecutor(1) as other:
        coming = other.submit(next, items, None)
        while (item := coming.result()) is not None:
            coming = other.submit(next, items, None)
            yield item


def _write_homes(analysis: Found, path: Path, _: FailingRows) -> None:
    """Write the homes with their weights, and per rule the verdict and what was measured."""
    columns: dict[str, Any] = {}
    for level, rows in analysis.city.home_area.items():
        ids = analysis.city.areas[level]["area_id"].to_numpy(dtype=object)
        columns[f"area_id_{level}"] = pd.Categorical.from_codes(
            np.asarray(rows), categories=pd.Index(ids)
        )
    for block in _about("home", analysis):
        columns[block_key(block)] = pd.Categorical.from_codes(
            block.verdict, categories=pd.Index(VERDICT_WORDS)
        )
        columns[f"{block_key(block)}:measured_{block.unit}"] = block.measured
    frame = beside(analysis.city.homes, columns)
    repeated = [
        name
        for name in map(str, frame.columns)
        if name in _WEIGHTS or isinstance(frame[name].dtype, pd.CategoricalDtype)
    ]
    frame.to_parquet(path, compression="zstd", use_dictionary=repeated)


def _write_areas(analysis: Found, path: Path, _: FailingRows) -> None:
    """Write the areas of all levels with the covered shares, and the verdicts on areas."""
    tables = []
    for level, table in analysis.city.areas.items():
        columns: dict[str, Any] = covered_by_area(analysis.blocks, analysis.city, level)
        for block in _about("area", analysis):
            if block.level == level:
                columns |= _area_columns(block)
        tables.append(beside(table, columns))
    frame = pd.concat(tables, ignore_index=True) if tables else _no_areas(analysis)
    frame.to_parquet(path, compression="zstd")


def _area_columns(block: FindingBlock) -> dict[str, Any]:
    words = np.asarray(VERDICT_WORDS, dtype=object)
    return {
        block.rule.id: words[block.verdict],
        f"{block.rule.id}:measured_{block.unit}": block.measured,
        f"{block.rule.id}:required_{block.unit}": block.required,
    }


def _no_areas(analysis: Found) -> gpd.GeoDataFrame:
    empty: dict[str, list[str]] = {"area_id": [], "name": [], "level": []}
    return gpd.GeoDataFrame(empty, geometry=[], crs=analysis.ground.crs)


def _about(kind: str, analysis: Found) -> list[FindingBlock]:
    return [block for block in analysis.blocks if block.subject_kind == kind]


def _write_gaps(_: Found, path: Path, failing: FailingRows) -> None:
    frame = failing.frame()
    columns = {name: frame[name].to_numpy() for name in frame.columns if name != "geometry"}
    lon, lat = lonlat(frame.geometry.to_numpy(), frame.crs)
    path.write_bytes(point_features(columns, lon, lat, name=path.stem))


def _write_workbook(analysis: Found, path: Path, failing: FailingRows) -> None:
    path.write_bytes(workbook.workbook_bytes(sheets.analysis_sheets(analysis, failing)))


def _write_map(analysis: Found, path: Path, _: FailingRows) -> None:
    render.write_map(build_map_model(analysis), path, language=analysis.language)


def _write_summary(analysis: Found, path: Path, _: FailingRows) -> None:
    write_json(analysis.summary, path)


def _write_data_report(analysis: Found, path: Path, _: FailingRows) -> None:
    write_json({"notes": [note_record(note) for note in analysis.report.notes]}, path)


def _write_network(analysis: Found, path: Path, _: FailingRows) -> None:
    write_network(analysis, path)


_WRITERS: dict[str, Callable[[Found, Path, FailingRows], None]] = {
    "findings.parquet": _write_findings,
    "homes.parquet": _write_homes,
    "areas.parquet": _write_areas,
    "gaps.geojson": _write_gaps,
    "findings.gpkg": write_geopackage,
    "findings.xlsx": _write_workbook,
    "map.html": _write_map,
    NETWORK: _write_network,
    "summary.json": _write_summary,
    "data-report.json": _write_data_report,
}
"""What `write_analysis` writes; the picture of the network where the data report warns of it."""

FILES: Mapping[str, str] = MappingProxyType(
    {
        "findings": "findings.parquet",
        "homes": "homes.parquet",
        "areas": "areas.parquet",
        "gaps": "gaps.geojson",
        "geopackage": "findings.gpkg",
        "workbook": "findings.xlsx",
        "map": "map.html",
        "network": NETWORK,
    }
)
"""What can be asked for alone, and its file; the other files take no time."""


def not_asked_for(words: Iterable[str]) -> tuple[str, ...]:
    """Return the files to leave out where only some are wanted.

    Parameters
    ----------
    words
        Keys of `FILES`.

    Raises
    ------
    SitingError
        A word that is none of them.

    Examples
    --------
    >>> not_asked_for(["findings", "homes", "areas", "gaps"])
    ('findings.gpkg', 'findings.xlsx', 'map.html', 'network-health.svg')
    """
    asked = set(words)
    for unknown in sorted(asked - set(FILES)):
        raise SitingError(message("analyze.no_such_file", word=unknown, known=", ".join(FILES)))
    return tuple(file for word, file in FILES.items() if word not in asked)
