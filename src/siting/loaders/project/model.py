"""What may stand in a project file: every key, its meaning, its limits.

Owns the model of ``siting.yaml`` and with it the published JSON Schema. Reading the file is in
`siting.loaders.project.read`.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationInfo,
    model_validator,
)

from siting import crs as coordinate_systems
from siting.errors import CRSError, LoadError, WrongValueError
from siting.loaders.formats.encodings import text_codec
from siting.loaders.formats.files import resolve_path
from siting.message import Language, message
from siting.rules.pack.values import OneOrMany, listed
from siting.rules.parameters import Parameters
from siting.vocabulary.levels import level_code

if TYPE_CHECKING:
    from pydantic import GetJsonSchemaHandler
    from pydantic_core import CoreSchema

Group = Literal["population", "elderly", "children"]


class _OrText:
    """Accepts a bare word for the usual case, and says so in the JSON Schema."""

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"anyOf": [{"type": "string"}, handler(schema)]}


def _type_of_all(value: Any) -> Any:
    return {"code": value} if isinstance(value, str) else value


def _existing(written: Any, info: ValidationInfo) -> Any:
    """Resolve a path against the project's folder; the file must be there."""
    if not isinstance(written, (str, Path)):
        return written
    folder = Path((info.context or {}).get("folder", "."))
    try:
        return resolve_path(folder, written, subject=info.field_name or "path")
    except LoadError as fault:
        raise WrongValueError(fault.message) from None


def _known_encoding(name: str) -> str:
    if text_codec(name) is None:
        raise WrongValueError(message("value.no_encoding", name=name))
    return name


def _known_crs(declared: str, info: ValidationInfo) -> str:
    try:
        coordinate_systems.parse_crs(declared, subject=info.field_name or "crs")
    except CRSError as fault:
        raise WrongValueError(fault.message) from None
    return declared


def _text(value: Any) -> Any:
    """Let ``crs: 4547`` be written without quotes."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Scalar = bool | int | float | str
Scalars = Annotated[tuple[Scalar, ...], BeforeValidator(listed), OneOrMany()]
SourceFile = Annotated[Path, BeforeValidator(_existing, json_schema_input_type=str)]
Encoding = Annotated[str, AfterValidator(_known_encoding)]
DeclaredCRS = Annotated[
    str,
    BeforeValidator(_text, json_schema_input_type=str | int),
    AfterValidator(_known_crs),
]
Codes = Annotated[tuple[str, ...], BeforeValidator(listed), OneOrMany()]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, defer_build=True)


class _Readable(_Model):
    layer: str | None = Field(
        default=None, description="Layer of a GeoPackage or FileGDB that holds several."
    )
    encoding: Encoding | None = Field(
        default=None,
        description="Text encoding of a Shapefile, CSV or GeoJSON, such as gbk; else found out.",
    )
    crs: DeclaredCRS | None = Field(
        default=None,
        description="System of the coordinates where the file does not say it or says it wrongly: "
        "EPSG:4547, WGS 84, GCJ-02, BD-09 ...",
    )
    axes: Literal["auto", "xy", "yx"] = Field(
        default="auto", description="Order of the coordinates: xy is longitude or easting first."
    )
    decimal: Literal["point", "comma"] | None = Field(
        default=None,
        description="Decimal mark of numbers that are text, such as 350,125; else found out for "
        "each column where its cells tell.",
    )
    columns: dict[str, str | None] = Field(
        default_factory=dict,
        description="siting's name -> the file's column, such as {households: 户数}; "
        "an empty one is not taken.",
    )
    where: dict[str, Scalars] = Field(
        default_factory=dict,
        description="Column -> value or values; only rows that have them are taken, such as "
        "{is_living: true}.",
    )


class FileLayer(_Readable):
    """One file of a layer, and how to read it."""

    path: SourceFile = Field(description="File (or FileGDB folder), relative to the project file.")
    sheet: str | None = Field(default=None, description="Sheet of a workbook; else the first.")
    longitude: str | None = Field(
        default=None, description="Column with the longitude or easting of a table of points."
    )
    latitude: str | None = Field(
        default=None, description="Column with the latitude or northing of a table of points."
    )


class LayerFacilityType(_Model):
    """Which facility type the rows of a layer are."""

    code: str | None = Field(default=None, description="Every row is of this facility type.")
    column: str | None = Field(default=None, description="Column with the category words.")
    map: dict[str, Codes] = Field(
        default_factory=dict,
        description="Category word -> facility type code or codes. Without it the words are "
        "looked up in the table of facility types. Words that are not named are left out and "
        "counted.",
    )

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.code is None) == (self.column is None):
            raise WrongValueError(message("value.code_or_column"))
        return self


class ResidentialLayer(FileLayer):
    """Homes: buildings or compounds with households and people."""


class FacilityLayer(FileLayer):
    """Existing facilities."""

    facility_type: Annotated[LayerFacilityType, BeforeValidator(_type_of_all), _OrText()] | None = (
        Field(
            default=None,
            description="One code for all rows, or {column: 类别, map: {图书馆: reading_room}}; "
            "left out: the column facility_type, or the tags of OpenStreetMap.",
        )
    )


class SiteLayer(FileLayer):
    """Places where a facility could be opened."""


class AreaLayer(FileLayer):
    """Areas that results are rolled up to."""

    level: Annotated[str, AfterValidator(level_code)] = Field(
        description="What the areas are: community, street, district, city ... or 社区, 街道 ..."
    )
    admin_level: float | None = Field(
        default=None, description="admin_level to take from an OpenStreetMap file."
    )


class BarrierLayer(FileLayer):
    """What nobody walks across: rivers, railways, fences."""


class EntranceLayer(FileLayer):
    """Gates of compounds, parks and campuses, with the subject_id of what they open."""


class WaterLayer(FileLayer):
    """Water that is drawn on the map and divides nothing."""


class _WalkRules(_Model):
    exclude_highways: Codes = Field(
        default=(),
        description="Values of highway to leave out, such as [trunk, trunk_link].",
    )
    private_streets: Literal["residents", "exclude"] = Field(
        default="residents",
        description="residents: private paths stay, since those who live there walk them.",
    )


class StreetLayer(_WalkRules, _Readable):
    """The walking network: a file, or a place to fetch from OpenStreetMap."""

    path: SourceFile | None = Field(
        default=None,
        description="OpenStreetMap .pbf or .osm, GraphML of OSMnx, or any file of lines.",
    )
    place: str | None = Field(
        default=None,
        description="Name of a place that OSMnx looks up and fetches when online; kept in "
        ".siting-cache beside the project file.",
    )
    join_crossings: bool = Field(
        default=True,
        description="Whether lines of a layer without junction keys meet where they cross, unless "
        "a bridge, a tunnel, layer or the heights keep them apart.",
    )
    close_gaps_m: float = Field(
        default=0.5,
        ge=0,
        le=20,
        description="Longest gap in metres between the end of a line and another line that is "
        "taken for a slip of the drawing and closed; layers without junction keys only.",
    )

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.path is None) == (self.place is None):
            raise WrongValueError(message("value.path_or_place"))
        return self


class OsmLayer(_WalkRules):
    """OpenStreetMap for streets, homes and facilities at once: a file, or a place to fetch."""

    path: SourceFile | None = Field(
        default=None, description=".osm.pbf, .osm, .osm.gz or .osm.bz2."
    )
    place: str | None = Field(
        default=None, description="Name of a place that OSMnx looks up and fetches when online."
    )
    use: Annotated[
        tuple[Literal["streets", "residential", "facilities", "water"], ...],
        BeforeValidator(listed),
        OneOrMany(),
    ] = Field(
        default=("streets", "residential", "facilities", "water"),
        description="What to take from it. A layer that is given by itself is not taken twice.",
    )
    uncertain_buildings: Literal["keep", "exclude"] = Field(
        default="keep",
        description="Whether building=yes, which does not say if people live there, is a home.",
    )
    water_as_barrier: bool = Field(
        default=True, description="Whether rivers, canals and lakes keep walkers on their side."
    )

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.path is None) == (self.place is None):
            raise WrongValueError(message("value.path_or_place"))
        return self


class PopulationLayer(_Model):
    """People by raster cell: the homes themselves, or to be spread over the homes."""

    path: SourceFile = Field(description="GeoTIFF with one band of persons per cell.")
    group: Group = Field(
        default="population", description="Who is counted: population, elderly or children."
    )
    band: int | None = Field(
        default=None, ge=1, description="Band to read where the raster has several."
    )
    crs: DeclaredCRS | None = Field(
        default=None, description="System of a raster that does not say its own."
    )
    within: FileLayer | None = Field(
        default=None,
        description="Polygons; cells whose centre lies outside all of them are left out.",
    )
    weight: Literal["floor_area_m2", "households", "equal"] = Field(
        default="floor_area_m2",
        description="How the people of a cell are shared among its homes.",
    )
    max_move_m: float = Field(
        default=500.0,
        ge=0,
        le=10_000,
        description="People of a cell without homes go to the nearest home within this many "
        "metres; those farther are reported as unassigned.",
    )


class ElevationLayer(_Model):
    """Heights, for walking times that know slopes."""

    path: SourceFile = Field(description="GeoTIFF with one band of metres above sea level.")


class LayerFiles(_Model):
    """The layers of a project; one file or a list of files each."""

    osm: OsmLayer | None = Field(
        default=None, description="OpenStreetMap for several layers at once."
    )
    residential: Annotated[tuple[ResidentialLayer, ...], BeforeValidator(listed), OneOrMany()] = (
        Field(default=(), description="Homes with households and people.")
    )
    population: Annotated[tuple[PopulationLayer, ...], BeforeValidator(listed), OneOrMany()] = (
        Field(
            default=(),
            description="People by raster cell; cells are the homes where no homes are given.",
        )
    )
    facilities: Annotated[tuple[FacilityLayer, ...], BeforeValidator(listed), OneOrMany()] = Field(
        default=(), description="Existing facilities."
    )
    streets: StreetLayer | None = Field(default=None, description="The walking network.")
    areas: Annotated[tuple[AreaLayer, ...], BeforeValidator(listed), OneOrMany()] = Field(
        default=(), description="Areas that results are rolled up to, one level each."
    )
    barriers: Annotated[tuple[BarrierLayer, ...], BeforeValidator(listed), OneOrMany()] = Field(
        default=(), description="What nobody walks across."
    )
    entrances: Annotated[tuple[EntranceLayer, ...], BeforeValidator(listed), OneOrMany()] = Field(
        default=(), description="Gates."
    )
    water: Annotated[tuple[WaterLayer, ...], BeforeValidator(listed), OneOrMany()] = Field(
        default=(), description="Water to draw on the map."
    )
    sites: Annotated[tuple[SiteLayer, ...], BeforeValidator(listed), OneOrMany()] = Field(
        default=(), description="Places where a facility could be opened."
    )
    elevation: ElevationLayer | None = Field(
        default=None, description="Heights, for walking times that know slopes."
    )

    @model_validator(mode="after")
    def _enough(self) -> Self:
        used = self.osm.use if self.osm else ()
        if self.streets is None and "streets" not in used:
            raise WrongValueError(message("project.no_streets"))
        if not (self.residential or self.population or "residential" in used):
            raise WrongValueError(message("project.no_homes"))
        groups = [each.group for each in self.population]
        if len(groups) != len(set(groups)):
            raise WrongValueError(message("project.group_twice"))
        return self


class Project(_Model):
    """A project file, checked; its paths are complete."""

    name: str = Field(min_length=1, description="Name of the project, for titles.")
    language: Language | None = Field(
        default=None,
        description="Language of what is written out; left out: SITING_LANGUAGE, else the locale.",
    )
    crs: DeclaredCRS | None = Field(
        default=None,
        description="Metric system of the analysis, such as EPSG:4547; left out: chosen from "
        "the data and reported.",
    )
    date: dt.date | None = Field(
        default=None, description="Day whose rules apply; left out: the day of the run."
    )
    jurisdiction: str | None = Field(
        default=None,
        description="Place whose rules apply, such as cn-hubei-wuhan; left out: national "
        "rules only.",
    )
    layers: LayerFiles = Field(description="The data.")
    rules: Codes = Field(
        default=(),
        description=(
            "Rule packs or folders of packs, such as cn/wuhan or ./my.yaml; left out: every "
            "shipped pack. Of local packs the rules of the jurisdiction count."
        ),
    )
    parameters: Parameters = Field(
        default_factory=Parameters, description="Numbers of the analysis."
    )

    made_up: bool = Field(
        default=False,
        description="true: the data are invented, which the map and every report then say.",
    )
    attribution: Codes = Field(
        default=(),
        description="What the data's licences ask for, such as '© OpenStreetMap contributors'; "
        "shown on the map.",
    )

    _path: Path = PrivateAttr(default=Path("siting.yaml"))

    def model_post_init(self, context: Any) -> None:
        """Remember the file that the project was read from."""
        given = context or {}
        self._path = Path(given.get("path", Path(given.get("folder", ".")) / "siting.yaml"))

    @property
    def path(self) -> Path:
        """The project file; for a project made in Python the file it would have been."""
        return self._path

    @property
    def day(self) -> dt.date:
        """The day that the data and the rules are read for: `date`, else the day of the run."""
        return self.date or dt.datetime.now(dt.UTC).astimezone().date()

    @property
    def folder(self) -> Path:
        """The folder that paths start at."""
        return self._path.parent
