"""One file of a project, read and made into one table of the contract.

Owns what a source is, the choice between vector layer and table of points, and the one-step
readers for callers who know the metric system already.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

from siting.crs import Axes
from siting.loaders.formats.files import TABLE_SUFFIXES
from siting.loaders.formats.vector import read_vector
from siting.loaders.layer.columns.assigned_types import Lookup, TypeRule, UnknownTypes
from siting.loaders.layer.columns.decimal_mark import DecimalMark
from siting.loaders.layer.columns.match import (
    AREA_FIELDS,
    ENTRANCE_FIELDS,
    FACILITY_FIELDS,
    RESIDENTIAL_FIELDS,
    SITE_FIELDS,
    STREET_FIELDS,
)
from siting.loaders.layer.contract import (
    areas_table,
    barriers_table,
    entrances_table,
    facilities_table,
    residential_table,
    sites_table,
    streets_table,
)
from siting.loaders.layer.spreadsheet import read_points_table
from siting.vocabulary.headers import Field

if TYPE_CHECKING:
    import geopandas as gpd
    import pyproj

    from siting.data_report import DataReport


class LayerSource(Protocol):
    """What is needed to read one file; the project file's layers are such sources."""

    @property
    def path(self) -> Path: ...  # noqa: D102
    @property
    def layer(self) -> str | None: ...  # noqa: D102
    @property
    def sheet(self) -> str | None: ...  # noqa: D102
    @property
    def crs(self) -> str | None: ...  # noqa: D102
    @property
    def encoding(self) -> str | None: ...  # noqa: D102
    @property
    def axes(self) -> Axes: ...  # noqa: D102
    @property
    def decimal(self) -> Literal["point", "comma"] | None: ...  # noqa: D102
    @property
    def longitude(self) -> str | None: ...  # noqa: D102
    @property
    def latitude(self) -> str | None: ...  # noqa: D102
    @property
    def columns(self) -> Mapping[str, str | None]: ...  # noqa: D102


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSource:
    """One file and how to read it, for use without a project file; a :class:`LayerSource`."""

    path: Path
    layer: str | None = None
    sheet: str | None = None
    crs: str | None = None
    encoding: str | None = None
    axes: Axes = "auto"
    decimal: Literal["point", "comma"] | None = None
    longitude: str | None = None
    latitude: str | None = None
    columns: Mapping[str, str | None] = field(default_factory=dict)


def read_source(
    source: LayerSource,
    *,
    report: DataReport,
    fields: Sequence[Field] = (),
    subject: str | None = None,
) -> gpd.GeoDataFrame:
    """Read a vector layer or a table of points, in the system that PROJ knows it to be in.

    Parameters
    ----------
    fields
        Columns that will be looked for; they help to find the header row of a table.

    Returns
    -------
    GeoDataFrame
        As the reader gives it; ``attrs`` also hold the ``decimal`` mark that was declared.

    See Also
    --------
    siting.loaders.formats.vector.read_vector, siting.loaders.layer.spreadsheet.read_points_table
    """
    decimal = DecimalMark(source.decimal) if source.decimal else None
    if source.path.suffix.lower() in TABLE_SUFFIXES:
        frame = read_points_table(
            source.path,
            crs=source.crs,
            report=report,
            sheet=source.sheet,
            longitude=source.longitude,
            latitude=source.latitude,
            encoding=source.encoding,
            fields=fields,
            columns=source.columns,
            axes=source.axes,
            decimal=decimal,
            subject=subject,
        )
    else:
        frame = read_vector(
            source.path,
            report=report,
            layer=source.layer,
            crs=source.crs,
            encoding=source.encoding,
            axes=source.axes,
            subject=subject,
        )
    frame.attrs["decimal"] = decimal
    return frame


def read_residential(
    source: LayerSource, crs: pyproj.CRS, *, report: DataReport
) -> gpd.GeoDataFrame:
    """Read a file and make its RESIDENTIAL table; see :func:`residential_table`."""
    return _read_table(residential_table, RESIDENTIAL_FIELDS, source, crs, report)


def read_sites(source: LayerSource, crs: pyproj.CRS, *, report: DataReport) -> gpd.GeoDataFrame:
    """Read a file and make its SITES table; see :func:`sites_table`."""
    return _read_table(sites_table, SITE_FIELDS, source, crs, report)


def read_areas(
    source: LayerSource, crs: pyproj.CRS, *, level: str | None, report: DataReport
) -> gpd.GeoDataFrame:
    """Read a file and make its AREAS table; see :func:`areas_table`."""
    return _read_table(areas_table, AREA_FIELDS, source, crs, report, level=level)


def read_facilities(
    source: LayerSource,
    crs: pyproj.CRS,
    *,
    report: DataReport,
    facility_type: TypeRule | None = None,
    lookup: Lookup | None = None,
    codes: Collection[str] = (),
    unknown_types: UnknownTypes | None = None,
) -> gpd.GeoDataFrame:
    """Read a file and make its FACILITIES table; see :func:`facilities_table`."""
    return _read_table(
        facilities_table,
        FACILITY_FIELDS,
        source,
        crs,
        report,
        facility_type=facility_type,
        lookup=lookup,
        codes=codes,
        unknown_types=unknown_types,
    )


def read_streets_layer(
    source: LayerSource, crs: pyproj.CRS, *, report: DataReport
) -> gpd.GeoDataFrame:
    """Read a line layer and make its STREETS table; see :func:`streets_table`."""
    return _read_table(streets_table, STREET_FIELDS, source, crs, report)


def read_barriers(source: LayerSource, crs: pyproj.CRS, *, report: DataReport) -> gpd.GeoDataFrame:
    """Read a file and make its BARRIERS table; see :func:`barriers_table`."""
    frame = read_source(source, report=report)
    return barriers_table(frame, crs, report=report.of(source.path.name))


def read_entrances(source: LayerSource, crs: pyproj.CRS, *, report: DataReport) -> gpd.GeoDataFrame:
    """Read a file and make its ENTRANCES table; see :func:`entrances_table`."""
    frame = read_source(source, report=report, fields=ENTRANCE_FIELDS)
    notes = report.of(source.path.name)
    return entrances_table(frame, crs, report=notes, columns=source.columns)


def _read_table(
    make: Callable[..., gpd.GeoDataFrame],
    fields: Sequence[Field],
    source: LayerSource,
    crs: pyproj.CRS,
    report: DataReport,
    **options: Any,
) -> gpd.GeoDataFrame:
    frame = read_source(source, report=report, fields=fields)
    notes, prefix = report.of(source.path.name), source.path.stem
    return make(frame, crs, report=notes, columns=source.columns, prefix=prefix, **options)
