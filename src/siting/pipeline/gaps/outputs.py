"""The files of an analysis, written all or nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from siting.pipeline.city import Progress
from siting.pipeline.folder import MANIFEST, check_out_folder, replaced_folder
from siting.pipeline.gaps.summary import block_key, covered_by_area
from siting.report.analysis.note_words import note_record

if TYPE_CHECKING:
    import geopandas as gpd

    from siting.pipeline.gaps.analysis import Analysis
    from siting.rules.city.findings import FindingBlock

__all__ = ["check_out_folder", "write_analysis"]

_WEIGHTS = ("households", "population", "elderly")

Item = TypeVar("Item")


def write_analysis(
    analysis: Analysis,
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
        Files of `OUTPUTS` that are not wanted; the map of a large city takes longest.
    progress
        Called with a label and a share from 0 to 1.

    Raises
    ------
    SitingError
        As `folder.check_out_folder`.
    """
    writers = {name: write for name, write in _WRITERS.items() if name not in leave_out}
    with replaced_folder(out) as folder:
        with ThreadPoolExecutor(1) as beside:
            # The findings are Arrow's work, the rest is mostly Python's: a core for each.
            first, *others = writers
            writing = beside.submit(writers[first], analysis, folder / first)
            for number, name in enumerate(others):
                if progress is not None:
                    progress(f"writing {name}", number / len(writers))
                writers[name](analysis, folder / name)
            writing.result()
        names = sorted(path.name for path in folder.iterdir())
        _write_json(analysis.manifest | {"outputs": names}, folder / MANIFEST)
    return out


def _write_json(value: Any, path: Path) -> None:
    text = json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")


def _write_findings(analysis: Analysis, path: Path) -> None:
    """Write a row group for each block, so that no table of all findings is ever in memory."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from siting.rules.city.findings import findings_batches, findings_table

    columns = findings_table((), analysis.city).schema
    # What can never be null is not asked for it, row by row. (Where there is no number, NaN is.)
    schema = pa.schema(
        [field.with_nullable(field.name in ("nearest_id", "reason")) for field in columns]
    )
    tables = findings_batches(analysis.blocks, analysis.city)
    texts = [field.name for field in schema if pa.types.is_dictionary(field.type)]
    # Distances differ from row to row, and so do identifiers: a dictionary of them is work in vain.
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
    with ThreadPoolExecutor(1) as beside:
        coming = beside.submit(next, items, None)
        while (item := coming.result()) is not None:
            coming = beside.submit(next, items, None)
            yield item


def _write_homes(analysis: Analysis, path: Path) -> None:
    """Write the homes with their weights, and per rule the verdict and what was measured."""
    import pandas as pd

    from siting.rules.city.findings import VERDICT_WORDS

    columns: dict[str, Any] = {}
    for level, rows in analysis.city.home_area.items():
        ids = analysis.layers.areas[level]["area_id"].to_numpy(dtype=object)
        columns[f"area_id_{level}"] = pd.Categorical.from_codes(
            np.asarray(rows), categories=pd.Index(ids)
        )
    for block in _about("home", analysis):
        columns[block_key(block)] = pd.Categorical.from_codes(
            block.verdict, categories=pd.Index(VERDICT_WORDS)
        )
        columns[f"{block_key(block)}:measured_{block.unit}"] = block.measured
    frame = _joined(analysis.layers.residential, columns)
    repeated = [
        name
        for name in map(str, frame.columns)
        if name in _WEIGHTS or isinstance(frame[name].dtype, pd.CategoricalDtype)
    ]
    frame.to_parquet(path, compression="zstd", use_dictionary=repeated)


def _write_areas(analysis: Analysis, path: Path) -> None:
    """Write the areas of all levels with the covered shares, and the verdicts on areas."""
    import pandas as pd

    tables = []
    for level, table in analysis.layers.areas.items():
        columns: dict[str, Any] = covered_by_area(analysis.blocks, analysis.city, level)
        for block in _about("area", analysis):
            if block.level == level:
                columns |= _area_columns(block)
        tables.append(_joined(table, columns))
    frame = pd.concat(tables, ignore_index=True) if tables else _no_areas(analysis)
    frame.to_parquet(path, compression="zstd")


def _area_columns(block: FindingBlock) -> dict[str, Any]:
    from siting.rules.city.findings import VERDICT_WORDS

    words = np.asarray(VERDICT_WORDS, dtype=object)
    return {
        block.rule.id: words[block.verdict],
        f"{block.rule.id}:measured_{block.unit}": block.measured,
        f"{block.rule.id}:required_{block.unit}": block.required,
    }


def _no_areas(analysis: Analysis) -> gpd.GeoDataFrame:
    import geopandas as gpd

    empty: dict[str, list[str]] = {"area_id": [], "name": [], "level": []}
    return gpd.GeoDataFrame(empty, geometry=[], crs=analysis.layers.crs)


def _joined(table: gpd.GeoDataFrame, columns: dict[str, Any]) -> gpd.GeoDataFrame:
    """Put columns beside a table at once; one by one would copy it each time."""
    import geopandas as gpd
    import pandas as pd

    added = pd.DataFrame(columns, index=table.index)
    joined = pd.concat([table, added.loc[:, ~added.columns.isin(table.columns)]], axis=1)
    return gpd.GeoDataFrame(joined, geometry="geometry", crs=table.crs)


def _about(kind: str, analysis: Analysis) -> list[FindingBlock]:
    return [block for block in analysis.blocks if block.subject_kind == kind]


def _write_gaps(analysis: Analysis, path: Path) -> None:
    from siting.pipeline.gaps.failing import gaps_frame
    from siting.pipeline.gaps.map_model import lonlat
    from siting.report.tables.point_features import point_features

    frame = gaps_frame(analysis)
    columns = {name: frame[name].to_numpy() for name in frame.columns if name != "geometry"}
    lon, lat = lonlat(frame.geometry.to_numpy(), frame.crs)
    path.write_bytes(point_features(columns, lon, lat, name=path.stem))


def _write_geopackage(analysis: Analysis, path: Path) -> None:
    from siting.pipeline.gaps.geopackage import write_geopackage

    write_geopackage(analysis, path)


def _write_workbook(analysis: Analysis, path: Path) -> None:
    from siting.pipeline.gaps.sheets import analysis_sheets
    from siting.report.tables.workbook import workbook_bytes

    path.write_bytes(workbook_bytes(analysis_sheets(analysis)))


def _write_map(analysis: Analysis, path: Path) -> None:
    from siting.pipeline.gaps.map_model import build_map_model
    from siting.render import write_map

    write_map(build_map_model(analysis), path, language=analysis.language)


def _write_summary(analysis: Analysis, path: Path) -> None:
    _write_json(analysis.summary, path)


def _write_data_report(analysis: Analysis, path: Path) -> None:
    _write_json({"notes": [note_record(note) for note in analysis.report.notes]}, path)


_WRITERS: dict[str, Callable[[Analysis, Path], None]] = {
    "findings.parquet": _write_findings,
    "homes.parquet": _write_homes,
    "areas.parquet": _write_areas,
    "gaps.geojson": _write_gaps,
    "findings.gpkg": _write_geopackage,
    "findings.xlsx": _write_workbook,
    "map.html": _write_map,
    "summary.json": _write_summary,
    "data-report.json": _write_data_report,
}

OUTPUTS: Sequence[str] = (*_WRITERS, MANIFEST)
"""What `write_analysis` writes."""
