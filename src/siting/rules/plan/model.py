"""What a plan rule looks at: the facts of one proposed development, exact and traceable.

Owns the value types only. Every number is a `decimal.Decimal` exactly as it was written, in the
unit its key names, with the cell, line or feature it came from. Who reads files into these types
is `siting.loaders.plan.read`; who judges them is `siting.rules.city.evaluate`; what comes out is
`siting.rules.plan.finding.PlanFinding`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping

    import geopandas as gpd

    from siting.data_report import DataNote
    from siting.message import Message, Text

PlanStatus = Literal["new", "renewal", "existing"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a number stands and how it was written there.

    Parameters
    ----------
    file
        The file as it was named by the user, or relative to the plan's folder.
    location
        ``经济技术指标!C7`` for a cell, ``line 12`` or ``feature 'f-3'``.
    text, unit
        The number and its unit as read; the unit is empty where none was written.
    label
        The words or key beside the number.
    line
        The line in a text file, from 1; None in a workbook or layer.
    """

    file: str
    location: str
    text: str
    unit: str = ""
    label: str = ""
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """One number of a plan in the unit that its key names.

    Parameters
    ----------
    value
        The number, exactly as written after conversion of its unit.
    unit
        ``m2``, ``households``, ``persons`` ...; empty for a ratio.
    evidence
        Where it was read; several where it is a sum or a product.
    derived
        How it was computed, such as ``sum of 3 facilities``; empty where it was read as it is.
    """

    value: Decimal
    unit: str
    evidence: tuple[Evidence, ...] = ()
    derived: str = ""


@dataclass(frozen=True, slots=True)
class OtherColumn:
    """A column of a table that may be meant as well as the one that was read.

    Parameters
    ----------
    header, cell
        What stands over it, and its first number.
    rows
        What it gives, counted from its own first row.
    """

    header: str
    cell: str
    rows: tuple[PlanRow, ...]


@dataclass(frozen=True, slots=True)
class Doubt:
    """A figure that a plan gives in more than one way, or in none that can be read.

    Rules take it for missing: it never makes one pass, whichever reading is meant.

    Parameters
    ----------
    readings
        What the figure may be, each with its cells; empty where a number could not be read.
    unread
        Where the numbers stand that could not be read.
    """

    readings: tuple[Fact, ...] = ()
    unread: tuple[Evidence, ...] = ()

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """Every cell that the figure may come from."""
        read = [place for fact in self.readings for place in fact.evidence]
        return tuple(dict.fromkeys((*read, *self.unread)))


@dataclass(frozen=True, slots=True)
class PlannedFacility:
    """One facility (room, building or ground) that the plan proposes.

    Parameters
    ----------
    facility_id, name
        Its identifier, unique in the plan, and its name.
    facility_types
        What it serves, in any order: its area may be divided among them in any way.
    floor_area_m2, land_area_m2, places, beds, classes
        None where the plan does not say.
    phase
        The name of the phase it is built in; empty where the plan does not say.
    floor_level
        1 is the ground floor, -1 the first basement; None where the plan does not say.
    own_entrance
        Whether it has an entrance of its own; None where the plan does not say.
    complex_id
        Facilities with one complex_id stand in one service complex; empty: alone.
    geometry
        A shapely geometry in the plan's metric CRS; None where the plan has no drawing.
    """

    facility_id: str
    name: str
    facility_types: tuple[str, ...]
    floor_area_m2: Fact | None = None
    land_area_m2: Fact | None = None
    places: Fact | None = None
    beds: Fact | None = None
    classes: Fact | None = None
    phase: str = ""
    floor_level: int | None = None
    own_entrance: bool | None = None
    complex_id: str = ""
    geometry: Any = None
    evidence: Evidence | None = None

    @property
    def facility_type(self) -> str:
        """The type that it is listed under."""
        return self.facility_types[0]


@dataclass(frozen=True, slots=True)
class Phase:
    """One phase of building; `facts` and `doubtful` have the same keys as the plan's."""

    name: str
    order: int
    facts: Mapping[str, Fact] = field(default_factory=dict)
    evidence: Evidence | None = None
    doubtful: Mapping[str, Doubt] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Waiver:
    """A decision that one rule does not bind one plan, until a date.

    Parameters
    ----------
    rule_id
        The rule.
    reason, approver
        Why, and who decided it.
    expires
        The last day it holds.
    subject
        A facility_id for a rule on one facility; empty: the whole plan.
    """

    rule_id: str
    reason: str
    approver: str
    expires: dt.date
    subject: str = ""
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One number or row that was read, for ``siting plan show`` and the consistency checks.

    Parameters
    ----------
    key
        The fact it gives; empty where nothing knew the label.
    value, unit
        In the unit of the key; None where the row has no number.
    evidence
        Where it stands and how it is written.
    note
        What was assumed or refused for this row.
    parent
        Index in `Plan.rows` of the row that it is part of (其中), -1 for none.
    part
        ``地上``, ``地下``, ``计容`` ... where the row is one part of a figure that has several.
    phase
        The phase it is for; empty: the whole plan.
    other
        What the number would be in another reading, such as 35 % of 0.35 with the unit %; None
        where there is one reading.
    is_unread
        A number stands here that could not be read: the figure is not known.
    numbered
        The row has a number in a list, so that it stands beside those numbered likewise.
    section
        The cell of the heading that it stands below; empty for none.
    label_at
        The cell of its label; empty where it has none.
    column
        ``A地块``, ``地上`` ... where the columns of a table are parts of the plan.
    table
        The cell that begins the table it stands in: rows of one table may list several rooms of a
        kind, rows of two tables tell the same twice. Empty where there is but one.
    """

    key: str
    value: Decimal | None
    unit: str
    evidence: Evidence
    note: str = ""
    parent: int = -1
    part: str = ""
    phase: str = ""
    table: str = ""
    other: Decimal | None = None
    is_unread: bool = False
    numbered: bool = False
    section: str = ""
    label_at: str = ""
    column: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """A proposed residential development.

    Parameters
    ----------
    name, jurisdiction, date, status
        As the plan says; `date` decides which rules are in force. None or empty where an
        indicator table alone was read and the caller gave none.
    source
        The file or folder it was read from.
    facts
        ``households``, ``floor_area_m2.elder_care`` ...: see `SCALAR_UNITS` and `TYPED_UNITS`.
    doubtful
        Figures that the plan gives in more than one way; none of them is among the facts.
    facilities, phases, waivers
        Empty where the plan has none. Phases are in building order.
    includes
        For a facility type, the types whose figures are part of its figure (其中 rows, or as
        declared); a sum over both would count the same m² twice.
    homes
        RESIDENTIAL table in a metric CRS; None without a drawing.
    site
        The site's polygon in the same CRS; None without a drawing.
    crs
        The metric CRS of every geometry; None without a drawing.
    context
        Path of the project file of the existing city; empty: none.
    rows
        Everything read, row by row, known or not.
    notes, data_notes
        What was assumed, ignored or converted; the latter in its drawing.
    reasons
        Rule id -> why the plan takes the exception that the rule leaves, such as a facility that
        cannot stand in the first phase.
    gaps
        Keys of facts of which only the least is known; none in a plan as it was read.
    """

    name: str
    jurisdiction: str
    date: dt.date | None
    status: PlanStatus
    source: str
    facts: Mapping[str, Fact]
    facilities: tuple[PlannedFacility, ...] = ()
    phases: tuple[Phase, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    includes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    homes: gpd.GeoDataFrame | None = None
    site: Any = None
    crs: Any = None
    context: str = ""
    rows: tuple[PlanRow, ...] = ()
    notes: tuple[Text | Message, ...] = ()
    data_notes: tuple[DataNote, ...] = ()
    doubtful: Mapping[str, Doubt] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    gaps: frozenset[str] = frozenset()

    def value(self, key: str) -> Decimal | None:
        """Return a fact's number, None where the plan does not give it."""
        fact = self.facts.get(key)
        return None if fact is None else fact.value

    def of_type(self, facility_type: str) -> tuple[PlannedFacility, ...]:
        """Return the facilities that serve a type, also those that share their area."""
        return tuple(each for each in self.facilities if facility_type in each.facility_types)


def add_facts(facts: Iterable[Fact], *, derived: str = "") -> Fact:
    """Add facts of one unit, keeping where each came from.

    Raises
    ------
    ValueError
        Where there is nothing to add or the units differ.

    Examples
    --------
    >>> add_facts([Fact(Decimal("0.1"), "m2"), Fact(Decimal("0.2"), "m2")]).value
    Decimal('0.3')
    """
    parts = tuple(facts)
    units = {part.unit for part in parts}
    if len(units) != 1:
        raise ValueError(sorted(units))
    total = sum((part.value for part in parts), Decimal(0))
    evidence = tuple(place for part in parts for place in part.evidence)
    return Fact(total, units.pop(), evidence, derived or f"sum of {len(parts)}")


def with_population(facts: Mapping[str, Fact]) -> dict[str, Fact]:
    """Add the population that households and persons per household give, where it is not given.

    No factor is ever assumed: without either the population stays missing.

    Examples
    --------
    >>> facts = {"households": Fact(Decimal(100), "households"),
    ...          "persons_per_household": Fact(Decimal("2.5"), "persons/household")}
    >>> with_population(facts)["population"].value
    Decimal('250.0')
    """
    known = dict(facts)
    base, per = "households", "persons_per_household"
    households, rate = facts.get(base), facts.get(per)
    if "population" not in facts and households and rate:
        evidence = households.evidence + rate.evidence
        value = households.value * rate.value
        known["population"] = Fact(value, "persons", evidence, f"{base} x {per}")
    return known


def plain_number(value: Decimal) -> str:
    """Write a number without exponent and without trailing zeros.

    Examples
    --------
    >>> plain_number(Decimal("168000.0")), plain_number(Decimal("1E+3"))
    ('168000', '1000')
    """
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
