"""From a layer as read to the tables of :mod:`siting.tables`, one function per table.

Owns what is particular to each table. A layer comes in any system and leaves in the metric system
of the analysis; every repair is written into the data report.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from siting.crs import to_metric
from siting.data_report import LayerReport
from siting.loaders.layer.columns.assigned_types import (
    Lookup,
    TypeRule,
    UnknownTypes,
    assign_types,
    check_code,
)
from siting.loaders.layer.columns.attributes import (
    as_text,
    attribute_columns,
    in_words,
    one_row_per_id,
    warn_about_units,
)
from siting.loaders.layer.columns.match import (
    AREA_FIELDS,
    ENTRANCE_FIELDS,
    FACILITY_FIELDS,
    RESIDENTIAL_FIELDS,
    SITE_FIELDS,
    STREET_FIELDS,
    Match,
    match_columns,
    require_columns,
)
from siting.loaders.layer.columns.statuses import in_service
from siting.loaders.layer.shapes import clean_shapes, refuse_endless, without_missing
from siting.loaders.layer.streets.directions import directed
from siting.loaders.layer.streets.ends import turn_lines
from siting.loaders.layer.streets.squares import edges_of_squares
from siting.message import message
from siting.tables import (
    AREAS,
    BARRIERS,
    ENTRANCES,
    FACILITIES,
    RESIDENTIAL,
    SITES,
    STREETS,
    TableSpec,
    check_table,
)
from siting.vocabulary.headers import Field

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    import pyproj

STATUS_COLUMN = "status"
"""Where the STREETS table keeps a layer's column of statuses."""


def residential_table(
    frame: gpd.GeoDataFrame,
    crs: pyproj.CRS,
    *,
    report: LayerReport,
    columns: Mapping[str, str | None] | None = None,
    prefix: str = "home",
) -> gpd.GeoDataFrame:
    """Make the RESIDENTIAL table of a layer.

    Parameters
    ----------
    frame
        As :func:`read_source` gives it: in any system, rows labelled as messages name them.
    crs
        Metric system of the analysis.
    columns
        Column of the table -> column of the layer, where the usual names do not find it; None for
        a column the layer has not.
    prefix
        Of the identifiers made for rows without one: ``prefix-12`` for row 12.

    Returns
    -------
    GeoDataFrame
        One row per home, numbered from 0, all further columns kept. Households and people are
        NaN where the layer does not say them; nothing is invented.

    Raises
    ------
    LoadError, TableError
        No usable geometry; identifiers that repeat on different rows.
    """
    return _table(frame, crs, RESIDENTIAL, RESIDENTIAL_FIELDS, report, columns, prefix)


def sites_table(
    frame: gpd.GeoDataFrame,
    crs: pyproj.CRS,
    *,
    report: LayerReport,
    columns: Mapping[str, str | None] | None = None,
    prefix: str = "site",
) -> gpd.GeoDataFrame:
    """Make the SITES table of a layer; parameters and errors as :func:`residential_table`."""
    return _table(frame, crs, SITES, SITE_FIELDS, report, columns, prefix)


def areas_table(
    frame: gpd.GeoDataFrame,
    crs: pyproj.CRS,
    *,
    level: str | None,
    report: LayerReport,
    columns: Mapping[str, str | None] | None = None,
    prefix: str | None = None,
) -> gpd.GeoDataFrame:
    """Make the AREAS table of a layer; parameters and errors as :func:`residential_table`.

    Parameters
    ----------
    level
        What every row is (``community``, ``district`` ...); None: the layer has a column of it.
    """
    if level is not None:
        frame = frame.assign(level=level)
    made = prefix or level or "area"
    return _table(frame, crs, AREAS, AREA_FIELDS, report, columns, made)


def facilities_table(
    frame: gpd.GeoDataFrame,
    crs: pyproj.CRS,
    *,
    report: LayerReport,
    facility_type: TypeRule | None = None,
    lookup: Lookup | None = None,
    codes: Collection[str] = (),
    unknown_types: UnknownTypes | None = None,
    columns: Mapping[str, str | None] | None = None,
    prefix: str = "facility",
) -> gpd.GeoDataFrame:
    """Make the FACILITIES table of a layer; otherwise as :func:`residential_table`.

    Parameters
    ----------
    facility_type
        One code for all rows, or the column of the words and a map of them; left out: a column
        with a usual name (``facility_type 类别 category ...``).
    lookup, codes, unknown_types
        See :func:`siting.loaders.layer.columns.assigned_types.assign_types`.

    Returns
    -------
    GeoDataFrame
        One row per facility and type; a facility with two types has two rows and one
        ``facility_id``.

    Raises
    ------
    LoadError
        As above, and unknown facility types with the nearest known.
    """
    declared = dict(columns or {})
    if facility_type is not None and facility_type.column is not None:
        declared["facility_type"] = facility_type.column
    mapping = dict(facility_type.map) if facility_type is not None else {}
    if facility_type is not None and facility_type.code is not None:
        check_code(facility_type.code, codes, subject=report.subject)
        frame = frame.assign(facility_type=facility_type.code)
        declared["facility_type"] = "facility_type"
        mapping = {facility_type.code: (facility_type.code,)}
    frame, matches = _match(frame, FACILITY_FIELDS, declared, report)
    status = matches.pop("status", None)
    statuses = status.column if status is not None else None
    named = matches.get("name")
    frame = in_service(
        frame, statuses, report=report,
        name=named.column if named is not None else None,
        told=declared.get("status", "") is not None,
    )  # fmt: skip
    wanted = [f for f in FACILITY_FIELDS if f.name == "facility_type"]
    require_columns(_headers(frame), matches, wanted, subject=report.subject)
    words = matches["facility_type"].column
    assigned = assign_types(
        frame[words],
        mapping=mapping,
        lookup=lookup,
        codes=codes,
        unknown=unknown_types,
        meanings=frame.attrs.get("codes", {}).get(words),
        report=report,
    )
    asked = np.unique(assigned.position)
    table = _filled(frame.iloc[asked], crs, FACILITIES, matches, report, prefix)
    table = _with_types(table, frame.index, assigned.position, assigned.code)
    table = one_row_per_id(table, FACILITIES, report=report)
    return _finished(table, FACILITIES, report.subject)


def streets_table(
    frame: gpd.GeoDataFrame,
    crs: pyproj.CRS,
    *,
    report: LayerReport,
    columns: Mapping[str, str | None] | None = None,
    prefix: str = "street",
    heights: bool = False,
) -> gpd.GeoDataFrame:
    """Make the STREETS table of a line layer; parameters and errors as :func:`residential_table`.

    Lines of several parts become several rows, without the junction keys that then fit none of
    them. Several values of ``highway`` are joined by ``;`` as OpenStreetMap does. ``oneway`` is
    only read where ``columns`` names it: in most layers it holds for vehicles, not for walkers;
    a line that is walked against its drawing is turned. So are lines that run against their
    junction keys. `heights` keeps those of the vertices. Where there are no junction keys,
    polygons that are squares by their class become their edges.
    """
    declared = {"oneway": None, **(columns or {})}
    frame, matches = _match(frame, STREET_FIELDS, declared, report)
    status = matches.pop("status", None)
    if "oneway" in matches:
        keys = {name: match.column for name, match in matches.items() if name.endswith("_node")}
        frame = directed(frame, matches["oneway"].column, keys, report=report)
    if "highway" in matches and not {"from_node", "to_node"} & set(matches):
        frame = edges_of_squares(frame, matches["highway"].column)
    table = _filled(frame, crs, STREETS, matches, report, prefix, heights=heights)
    table = _street_columns(table)
    if status is not None and status.column in table.columns:
        table = table.rename(columns={status.column: STATUS_COLUMN})
    return _finished(turn_lines(table, report=report), STREETS, report.subject)


def barriers_table(
    frame: gpd.GeoDataFrame, crs: pyproj.CRS, *, report: LayerReport, holds: bool = True
) -> gpd.GeoDataFrame:
    """Make the BARRIERS table of a layer of lines and polygons.

    Parameters
    ----------
    holds
        Whether it keeps people out; False for water, which is drawn only.

    Raises
    ------
    LoadError
        A barrier has a vertex that is nowhere: without it people would walk through.
    """
    if holds:
        refuse_endless(frame, report.subject)
    return _finished(_filled(frame, crs, BARRIERS, {}, report, ""), BARRIERS, report.subject)


def entrances_table(
    frame: gpd.GeoDataFrame,
    crs: pyproj.CRS,
    *,
    report: LayerReport,
    columns: Mapping[str, str | None] | None = None,
) -> gpd.GeoDataFrame:
    """Make the ENTRANCES table of a layer of gates; gates that open nothing are left out.

    Raises
    ------
    LoadError
        No column says what a gate opens.
    """
    frame, matches = _match(frame, ENTRANCE_FIELDS, columns, report)
    require_columns(_headers(frame), matches, ENTRANCE_FIELDS, subject=report.subject)
    opened = as_text(frame[matches["subject_id"].column])
    lost = opened.isna().to_numpy()
    if lost.any():
        told = message("note.gate-of-nothing")
        report.add("excluded", "gate-of-nothing", told, rows=frame.index[lost])
    table = _filled(frame[~lost], crs, ENTRANCES, matches, report, "")
    return _finished(table, ENTRANCES, report.subject)


# --- what all tables share -----------------------------------------------------------------------


def _table(
    frame: gpd.GeoDataFrame,
    crs: pyproj.CRS,
    spec: TableSpec,
    fields: Sequence[Field],
    report: LayerReport,
    columns: Mapping[str, str | None] | None,
    prefix: str,
) -> gpd.GeoDataFrame:
    frame, matches = _match(frame, fields, columns, report)
    table = _filled(frame, crs, spec, matches, report, prefix)
    table = one_row_per_id(table, spec, report=report)
    warn_about_units(table, report=report)
    return _finished(table, spec, report.subject)


def _headers(frame: gpd.GeoDataFrame) -> list[str]:
    return [str(name) for name in frame.columns if name != frame.geometry.name]


def _match(
    frame: gpd.GeoDataFrame,
    fields: Sequence[Field],
    columns: Mapping[str, str | None] | None,
    report: LayerReport,
) -> tuple[gpd.GeoDataFrame, dict[str, Match]]:
    """Say what the columns of a layer mean, and put words in place of the codes in texts."""
    aliases = frame.attrs.get("aliases")
    matches = match_columns(
        _headers(frame), fields, declared=columns, aliases=aliases, report=report
    )
    # Facility types are known by their codes as well, and identifiers are codes.
    texts = {field.name for field in fields if field.quantity is None} - {"facility_type"}
    coded = [
        match.column
        for name, match in matches.items()
        if name in texts and not name.endswith("_id")
        if match.column in frame.attrs.get("codes", {})
    ]
    return frame.assign(**{column: in_words(frame, column) for column in coded}), matches


def _filled(
    frame: gpd.GeoDataFrame,
    crs: pyproj.CRS,
    spec: TableSpec,
    matches: Mapping[str, Match],
    report: LayerReport,
    prefix: str,
    *,
    heights: bool = False,
) -> gpd.GeoDataFrame:
    """Project, clean the geometry, and put the table's own columns before the layer's others."""
    kept = without_missing(frame, report)
    metric = to_metric(kept, crs, subject=report.subject, report=report.whole)
    cleaned = clean_shapes(metric, spec.geometry, report=report, heights=heights)
    decimal = frame.attrs.get("decimal")
    own = attribute_columns(cleaned, spec, matches, report=report, prefix=prefix, decimal=decimal)
    used = {match.column for match in matches.values()} | {"geometry"}
    others = {
        _free_name(str(name), spec): cleaned[name] for name in cleaned.columns if name not in used
    }
    return type(cleaned)(
        {**own, **others}, geometry=cleaned.geometry, index=cleaned.index, crs=cleaned.crs
    )


def _free_name(name: str, spec: TableSpec) -> str:
    """Keep a column that is not meant from passing for one of the table's own."""
    return f"{name}_in_file" if name in {column.name for column in spec.columns} else name


def _finished(table: gpd.GeoDataFrame, spec: TableSpec, subject: str) -> gpd.GeoDataFrame:
    table = table.reset_index(drop=True)
    check_table(table, spec, subject=subject)
    return table


def _street_columns(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Keep junction keys only where every row has both and no line was split."""
    ends = [name for name in ("from_node", "to_node") if name in table]
    usable = len(ends) == 2 and table[ends].notna().all(axis=None) and table.index.is_unique
    if ends and not usable:
        return table.drop(columns=ends)
    return table.astype(dict.fromkeys(ends, "int64"))


def _with_types(
    table: gpd.GeoDataFrame,
    labels: pd.Index,
    position: NDArray[np.intp],
    code: NDArray[np.object_],
) -> gpd.GeoDataFrame:
    """Repeat the facilities that survived the cleaning, once for each of their types."""
    where = table.index.get_indexer(labels[position])
    table = table.iloc[where[where >= 0]].copy()
    table["facility_type"] = code[where >= 0]
    return table
