"""What a rule pack may say: the one model for city and plan rules.

Owns the keys of a pack file, their meaning and their limits, as frozen values. What needs more
than one key to judge (is the unit that of the measure, do the identifiers exist) is in
`siting.rules.pack.checks`; reading text into these types is in `siting.rules.pack.parse`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    model_validator,
)

from siting.errors import WrongValueError
from siting.message import message
from siting.rules.pack.values import OneOrMany, listed
from siting.vocabulary.levels import level_code
from siting.vocabulary.title import Title

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self


Subject = Literal["home", "facility", "area", "city", "plan"]
Strength = Literal["mandatory", "recommended", "indicator"]
Confidence = Literal["A", "B", "C"]
Denominator = Literal["homes", "households", "people", "elderly", "residential_land"]
Comparator = Literal["at_least", "at_most", "above", "below"]

COMPARATORS: tuple[Comparator, ...] = ("at_least", "at_most", "above", "below")
LAYERS = ("national", "province", "city", "district")


def yaml_number(value: Decimal) -> int | float:
    """Return a number as YAML and JSON write it; at most 15 digits survive the way back."""
    return int(value) if value == value.to_integral_value() else float(value)


# Fifteen digits are what a float of YAML or JSON keeps exactly.
Number = Annotated[
    Decimal,
    Field(max_digits=15, allow_inf_nan=False),
    PlainSerializer(yaml_number, return_type=float | int),
]
Amount = Annotated[Number, Field(ge=0)]
Codes = Annotated[tuple[str, ...], BeforeValidator(listed), OneOrMany()]
Subjects = Annotated[tuple[Subject, ...], BeforeValidator(listed), OneOrMany()]
RuleId = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]


class _Model(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", populate_by_name=True, serialize_by_alias=True
    )


class InForce(_Model):
    """From when to when a document or rule holds; both days included."""

    since: dt.date | None = Field(
        default=None, alias="from", description="First day; left out: not known, always held."
    )
    until: dt.date | None = Field(
        default=None, alias="to", description="Last day; left out: still holds."
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.since and self.until and self.since > self.until:
            raise WrongValueError(message("pack.days", until=self.until, since=self.since))
        return self

    def holds_on(self, day: dt.date) -> bool:
        """Tell whether the day is within.

        Examples
        --------
        >>> import datetime
        >>> InForce(until="2020-12-31").holds_on(datetime.date(2021, 1, 1))
        False
        """
        return (self.since is None or self.since <= day) and (
            self.until is None or day <= self.until
        )


class Document(_Model):
    """The standard, notice or letter that a pack encodes."""

    title: Title = Field(description="Its name.")
    number: str = Field(default="", description="Its number, such as GB 50180-2018.")
    issuer: str = Field(min_length=1, description="Who issued it.")
    url: str = Field(min_length=1, description="Where it, or what quotes it, can be read.")
    version: str = Field(default="", description="Edition, where one number has several.")
    in_force: InForce = Field(default_factory=InForce, description="When it holds.")
    note: Title | None = Field(default=None, description="What a reader has to know of it.")


class Condition(_Model):
    """A test on a fact of the subject, or several joined."""

    fact: str | None = Field(default=None, description="Such as households or population.")
    at_least: Number | None = Field(default=None, description="Holds from this value on.")
    at_most: Number | None = Field(default=None, description="Holds up to this value.")
    above: Number | None = Field(default=None, description="Holds beyond this value.")
    below: Number | None = Field(default=None, description="Holds before this value.")
    equals: str | None = Field(default=None, alias="is", description="Holds for this word.")
    any_of: tuple[Condition, ...] = Field(default=(), description="One of these has to hold.")
    all_of: tuple[Condition, ...] = Field(default=(), description="All of these have to hold.")

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        kinds = [bool(self.fact), bool(self.any_of), bool(self.all_of)]
        if sum(kinds) != 1:
            raise WrongValueError(message("pack.condition_kind"))
        if bool(self.fact) != bool(self.tests or self.equals is not None):
            raise WrongValueError(message("pack.condition_test"))
        return self

    @property
    def tests(self) -> tuple[tuple[Comparator, Decimal], ...]:
        """The comparisons of the fact."""
        pairs = ((name, getattr(self, name)) for name in COMPARATORS)
        return tuple((name, limit) for name, limit in pairs if limit is not None)


class AppliesTo(_Model):
    """Whom a rule concerns."""

    subject: Subjects = Field(min_length=1, description="What one finding is about.")
    level: Annotated[str, AfterValidator(level_code)] = Field(
        default="",
        description="Level of areas; left out: every level but compounds, which are housing.",
    )
    status: Literal["any", "new", "existing", "renewal"] = Field(
        default="any",
        description="new: plans of new housing; renewal: plans in old areas; existing: the city.",
    )
    when: Condition | None = Field(default=None, description="Only where this holds.")
    plan_when: Condition | None = Field(
        default=None,
        description="Of plans: only those of which this holds, such as those as large as a "
        "community. Existing homes, facilities and areas are asked whatever it says.",
    )
    shown_on_plans: bool = Field(
        default=False,
        description="A plan that the rule does not judge shows its figure, without a verdict.",
    )


class Band(_Model):
    """One step of a sliding rate."""

    since: Amount = Field(alias="from", description="From this value of the fact on.")
    limit: Amount = Field(description="The pass mark from there on.")


class Require(_Model):
    """The pass mark; exactly one comparison."""

    at_least: Amount | None = Field(default=None, description="不低于: passes from here on.")
    at_most: Amount | None = Field(default=None, description="不大于: passes up to here.")
    above: Amount | None = Field(default=None, description="超过: passes beyond.")
    below: Amount | None = Field(default=None, description="低于, 之前: passes before.")
    unit: str = Field(description="Unit of the number; it has to be that of the measure.")
    and_total_at_least: Amount | None = Field(
        default=None, description="For a rate: the least total besides, in the unit of the total."
    )
    and_one_place_at_least: Amount | None = Field(
        default=None,
        description="For a rate: one of the places has to be that large besides, in the unit of "
        "the total; many small ones do not make a large one.",
    )
    by: str = Field(default="", description="For bands: the fact that chooses the band.")
    bands: tuple[Band, ...] = Field(
        default=(),
        description="Sliding rate: from each value of the fact on, another pass mark; below the "
        "first band the number above holds.",
    )

    @model_validator(mode="after")
    def _one_comparison(self) -> Self:
        given = [name for name in COMPARATORS if getattr(self, name) is not None]
        if len(given) != 1:
            raise WrongValueError(message("pack.one_comparison"))
        return self

    @property
    def comparator(self) -> Comparator:
        """Which comparison it is."""
        return next(name for name in COMPARATORS if getattr(self, name) is not None)

    @property
    def limit(self) -> Decimal:
        """The number to compare with."""
        return Decimal(getattr(self, self.comparator))

    def limit_at(self, value: Fraction | Decimal) -> Decimal:
        """Return the pass mark of the band that a value of the fact `by` lies in.

        Examples
        --------
        >>> slides = Require(at_least=25, unit="m2", by="total_floor_area_m2",
        ...                  bands=[{"from": 10_000, "limit": 40}, {"from": 50_000, "limit": 50}])
        >>> [int(slides.limit_at(Decimal(each))) for each in (9_999, 10_000, 80_000)]
        [25, 40, 50]
        """
        reached = [band.limit for band in self.bands if band.since <= value]
        return reached[-1] if reached else self.limit

    def with_limit(self, limit: Decimal) -> Require:
        """Return the same comparison with another number and without bands."""
        return self.model_copy(update={self.comparator: limit, "by": "", "bands": ()})

    @property
    def is_upper(self) -> bool:
        """Whether less is better."""
        return self.comparator in ("at_most", "below")


class Within(_Model):
    """The reach that a covered share counts."""

    measure: Literal["straight_line", "walking_distance", "walking_time"] = Field(
        description="How far is measured."
    )
    at_most: Amount = Field(description="Inclusive limit.")
    unit: Literal["m", "min"] = Field(description="m, or min for walking_time.")


class Zone(_Model):
    """How much a facility counts for those who are no farther than a limit."""

    at_most: Amount = Field(description="Inclusive limit, in the unit of within.")
    weight: Annotated[Amount, Field(le=1)] = Field(description="From 1 (fully) down to 0.")


class Functions(_Model):
    """Some of the functions of a complex have to come from a shorter list."""

    at_least: int = Field(ge=1, description="How many.")
    facility_types: Codes = Field(min_length=1, description="Of which types.")


class Options(_Model):
    """How a measure is taken where a document leaves or makes a choice."""

    rounding: Literal["linear", "ceil_per_100"] = Field(
        default="linear",
        description="linear: 1,001 households need 300.3 m2 of 30 per 100; ceil_per_100: the base "
        "is first rounded up to full steps, so they need 330.",
    )
    of: Literal["largest", "each", "total"] = Field(
        default="largest",
        description="For sizes in a plan: one facility is that large, each is, or all together.",
    )
    begun: int | None = Field(
        default=None,
        ge=1,
        description="For measures per begun group: how many households or people make a group.",
    )
    denominator: str = Field(
        default="", description="For shares: the fact or group that the share is of."
    )
    variants: Codes = Field(
        default=(), description="For shares of floor area: further denominators to report."
    )
    denominators_agree: bool = Field(
        default=False,
        description="For shares of floor area: every denominator has to give the same verdict; "
        "where they differ it is unknown.",
    )
    optional_types: Codes = Field(
        default=(),
        description="Facility types that are added where a plan has them and not missed otherwise.",
    )
    within: Within | None = Field(
        default=None,
        description="For covered_share, what is within reach, and catchments: the reach.",
    )
    zones: tuple[Zone, ...] = Field(
        default=(),
        description="For catchment measures: zones of distance, the nearest first, the last as far "
        "as within; what is nearer counts more. Left out: all within reach counts alike.",
    )
    counts_from_m2: Amount | None = Field(
        default=None,
        description="For a radius, asked of a plan without a drawing: a plan whose largest place "
        "is smaller has no such facility.",
    )
    meets: Codes = Field(
        default=(),
        description="For phasing: the rules that the rooms of one phase have to meet alone.",
    )
    of_which: Functions | None = Field(
        default=None, description="For functions_in_complex: how many have to be of these types."
    )
    attributes: dict[str, Condition] = Field(
        default_factory=dict,
        description="For attribute_conditions: floor_level, own_entrance ... and their tests.",
    )


class Alternative(_Model):
    """Another way to comply."""

    measure: str = Field(description="One of the measures.")
    facility_types: Codes = Field(default=(), description="Codes of facility types.")
    require: Require = Field(description="The pass mark.")
    options: Options = Field(default_factory=Options, description="How it is measured.")


class Source(_Model):
    """Where in the document the number stands, and how far it was seen there."""

    clause: str = Field(default="", description="Clause, table or section.")
    quote: str = Field(default="", description="The words; left out where none were read.")
    paraphrase: bool = Field(
        default=False, description="The words are a summary, not a verbatim quotation."
    )
    url: str = Field(default="", description="Where this was read; left out: the document's url.")
    confidence: Confidence = Field(
        description="A: read in a copy of the text; B: read where it is stated or quoted; "
        "C: unverified."
    )


class AreaSharing(_Model):
    """Who else may count the same floor area; by default each m2 counts once."""

    shared_with: Codes = Field(
        default=(), description="Rules that may count the same rooms; reports say so."
    )
    shared_rooms: bool = Field(
        default=False,
        description="Rooms whose area counts for another type but that serve this one count too.",
    )


class Case(_Model):
    """An example with its verdict, run as a test; other keys are the facts of the example."""

    model_config = ConfigDict(frozen=True, extra="allow")

    name: str = Field(min_length=1, description="One sentence that says the behaviour.")
    verdict: Literal["pass", "fail", "unknown", "not_applicable"] = Field(
        description="What has to come out."
    )
    measured: Number | None = Field(default=None, description="What has to be measured.")
    required: Number | None = Field(default=None, description="What has to be required.")
    shortfall: Number | None = Field(default=None, description="What has to be missing.")

    @property
    def given(self) -> Mapping[str, Any]:
        """The facts of the example as they were written."""
        return dict(self.__pydantic_extra__ or {})


class RuleText(_Model):
    """One rule as a pack file writes it."""

    id: RuleId = Field(description="Stable identifier, unique in all packs.")
    title: Title = Field(description="Short name.")
    applies_to: AppliesTo = Field(description="Whom it concerns.")
    strength: Strength = Field(
        description="mandatory: 应, 必须; recommended: 宜; indicator: a figure without a pass mark."
    )
    measure: str = Field(description="One of the measures.")
    facility_types: Codes = Field(default=(), description="Codes of facility types, any of them.")
    require: Require | None = Field(default=None, description="The pass mark; none: an indicator.")
    options: Options = Field(default_factory=Options, description="How it is measured.")
    alternatives: tuple[Alternative, ...] = Field(
        default=(), description="Other ways to comply: one is enough."
    )
    source: Source = Field(description="Where the number is written.")
    tier: Literal["", "15-min", "10-min", "5-min", "block"] = Field(
        default="", description="Tier of living circle; tiers add up, never substitute."
    )
    in_force: InForce | None = Field(
        default=None, description="Where it differs from the document's."
    )
    supersedes: Codes = Field(default=(), description="Rules on the same thing that it governs.")
    governs: Literal["this", "stricter"] = Field(
        default="this", description="Of it and what it supersedes: this one, or the stricter one."
    )
    counting: AreaSharing = Field(
        default_factory=AreaSharing, description="Who shares the floor area."
    )
    status: Literal["active", "draft", "unverified"] = Field(
        default="active", description="draft and unverified rules are off by default."
    )
    interpretation: Title | None = Field(
        default=None, description="How siting reads the clause where it leaves a choice."
    )
    cases: tuple[Case, ...] = Field(default=(), description="Examples that are run as tests.")


class PackText(_Model):
    """A pack file: the rules of one document."""

    document: Document = Field(description="The document.")
    jurisdiction: str = Field(
        pattern=r"^[a-z]+(-[a-z0-9]+)*$",
        description="Where it holds, from the country down: cn, cn-hubei, cn-hubei-wuhan.",
    )
    rules: tuple[RuleText, ...] = Field(description="Its rules; at least one.")


class Rule(RuleText):
    """A rule together with the document that it is from."""

    document: Document
    jurisdiction: str

    @property
    def days(self) -> InForce:
        """When it holds: its own days, else its document's."""
        return self.in_force or self.document.in_force

    @property
    def layer(self) -> str:
        """``national``, ``province``, ``city`` or ``district``."""
        return LAYERS[min(self.jurisdiction.count("-"), len(LAYERS) - 1)]

    @property
    def url(self) -> str:
        """Where the number was read."""
        return self.source.url or self.document.url

    @property
    def is_indicator(self) -> bool:
        """Whether it has no pass mark."""
        return self.require is None

    def citation(self, language: str = "zh") -> dict[str, str]:
        """Return document, number, clause, quote ... as text, for reports."""
        return {
            "document": self.document.title.text(language),
            "number": self.document.number,
            "issuer": self.document.issuer,
            "clause": self.source.clause,
            "quote": self.source.quote,
            "quote_kind": _quote_kind(self.source),
            "url": self.url,
            "confidence": self.source.confidence,
            "verified": {"A": "third-party-copy", "B": "secondary"}.get(
                self.source.confidence, "unverified"
            ),
        }


def _quote_kind(source: Source) -> str:
    if not source.quote:
        return ""
    return "paraphrase" if source.paraphrase else "verbatim"


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack file that was read.

    Parameters
    ----------
    source
        The file's name, as messages show it.
    text
        Document and jurisdiction with the rules as they were written.
    rules
        The rules, each with its document.
    lines
        Rule id -> line in the file; no part of what the pack says.
    """

    source: str
    text: PackText
    rules: tuple[Rule, ...]
    lines: Mapping[str, int] = field(default_factory=dict, compare=False)

    @property
    def document(self) -> Document:
        """The document that it encodes."""
        return self.text.document

    @property
    def jurisdiction(self) -> str:
        """Where it holds."""
        return self.text.jurisdiction
