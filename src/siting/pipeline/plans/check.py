"""The plan check: plans in, findings out, every rule in force for their place and date applied.

Owns the order of the steps and what is shared by many plans: rules and existing cities are read
once. The rules themselves are judged in `siting.rules`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from siting.data_report import DataReport
from siting.did_you_mean import hint_known
from siting.errors import NoPlanError, SitingError
from siting.loaders.plan.read import read_plan
from siting.loaders.plan.shared import shared_of
from siting.message import Language, Message, Term, Text, message
from siting.pipeline.on_use import on_use
from siting.pipeline.plans.results import PlanCheck, PlanChecks
from siting.progress import Progress, part_of
from siting.report.analysis.note_words import note_line
from siting.rules.pack.find import find_packs, read_packs
from siting.rules.pack.measures import Family, measure_of
from siting.rules.pack.selection import place_note, select_rules
from siting.rules.plan.consistency import check_consistency
from siting.rules.plan.evaluate import evaluate_plan, with_waiver
from siting.rules.plan.finding import PlanFinding, ranked
from siting.words import say, word

if TYPE_CHECKING:
    from siting.loaders.project.model import Project
    from siting.pipeline.plans import existing_city
    from siting.rules.city.model import City
    from siting.rules.pack.model import Pack, Rule
    from siting.rules.pack.selection import Selection
    from siting.rules.plan.evaluate import Counting
    from siting.rules.plan.model import Plan, PlanStatus
else:
    # Most plans are figures alone, and no city, map or table is to be loaded for them.
    existing_city = on_use("siting.pipeline.plans.existing_city")

__all__ = ["CheckOptions", "PlanCheck", "PlanChecks", "check_plan", "check_plans", "day_of"]


@dataclass(frozen=True)
class CheckOptions:
    """How plans are checked; the same for all plans of one run.

    Parameters
    ----------
    rules
        Packs or folders of packs, as `siting.rules.pack.find.find_packs` takes them, or
        packs that are read already; empty: every shipped one.
    date, jurisdiction, status
        Instead of what a plan says; None: as it says.
    context
        Project, or path of the project file, of the existing city, instead of what a plan names.
    include
        States of rules that count: ``active``, ``draft``, ``unverified``.
    counting
        How areas are counted and rounded; None: as the rules say.
    language
        Of what a notebook shows.
    cache
        Keep the street network of a large city in ``.siting-cache`` beside its project file.
    only_plans
        Pass over what is no plan, and what is no longer there, as the hook of a repository does;
        else such a path is an error.
    """

    rules: tuple[str | Path | Pack, ...] = ()
    date: dt.date | None = None
    jurisdiction: str | None = None
    status: PlanStatus | None = None
    context: Project | Path | str | None = None
    include: tuple[str, ...] = ("active",)
    counting: Counting | None = None
    language: Language = "zh"
    cache: bool = True
    only_plans: bool = False


def check_plan(
    plan: Plan | Path | str,
    *,
    rules: Iterable[str | Path | Pack] | str | None = None,
    date: dt.date | str | None = None,
    jurisdiction: str | None = None,
    status: PlanStatus | None = None,
    context: Project | Path | str | None = None,
    include: Iterable[str] = ("active",),
    counting: Counting | None = None,
    language: Language = "zh",
    cache: bool = True,
    progress: Progress | None = None,
) -> PlanCheck:
    """Check one plan against the rules in force for its place and date.

    Parameters
    ----------
    plan
        A plan, or the path of one: a folder with ``plan.yaml``, a GeoPackage, a GeoJSON or an
        indicator table as XLSX.
    rules
        Packs or folders of packs, such as ``["cn", "my-rules.yaml"]``; all shipped ones if left
        out.
    date, jurisdiction, status
        Instead of what the plan says. An indicator table alone says none of them.
    context
        The existing city for the radius rules, instead of the one the plan names.
    include
        States of rules that count: ``active``, and on request ``draft`` and ``unverified``.
    counting
        How areas are counted and rounded; as the rules say if left out.
    language
        Of what a notebook shows.
    cache
        Keep the street network of a large city in ``.siting-cache`` beside its project file.
    progress
        Called with a label and a share from 0 to 1.

    Returns
    -------
    PlanCheck
        A sequence of findings, the worst first. Missing data gives ``unknown``, never ``pass``.

    Raises
    ------
    SitingError
        A plan, pack or city that cannot be worked with; no date or place; no rule applies.

    Examples
    --------
    >>> import datetime
    >>> from decimal import Decimal
    >>> from siting.rules.plan.model import Fact, Plan
    >>> facts = {"households": Fact(Decimal(1250), "households"),
    ...          "floor_area_m2.elder_care": Fact(Decimal(340), "m2")}
    >>> plan = Plan("江湾", "cn-hubei-wuhan", datetime.date(2026, 11, 1), "new", "plan", facts)
    >>> finding = check_plan(plan).finding("wuhan-elder-care-floor-area")
    >>> finding.verdict, str(finding.required), str(finding.shortfall)
    ('fail', '375', '35')
    """
    options = CheckOptions(
        rules=(rules,) if isinstance(rules, str) else tuple(rules or ()),
        date=day_of(date),
        jurisdiction=jurisdiction,
        status=status,
        context=context,
        include=tuple(include),
        counting=counting,
        language=language,
        cache=cache,
    )
    return _Checker(options).check(plan, progress)


def check_plans(
    paths: Iterable[Plan | Path | str],
    options: CheckOptions | None = None,
    *,
    progress: Progress | None = None,
) -> PlanChecks:
    """Check several plans; those that cannot be read do not keep the others from being checked.

    Raises
    ------
    SitingError
        A rule pack that cannot be worked with.
    """
    checker = _Checker(options or CheckOptions())
    listed = tuple(paths)
    checks: list[PlanCheck] = []
    unreadable: list[tuple[Path, Text]] = []
    passed_over: list[tuple[Path, Text]] = []
    for number, path in enumerate(listed):
        try:
            part = part_of(progress, number / len(listed), (number + 1) / len(listed))
            checks.append(checker.check(path, part))
        except (SitingError, OSError, RecursionError, MemoryError) as error:
            where = Path(path) if isinstance(path, str | Path) else Path(path.source)
            over = isinstance(error, NoPlanError) and checker.options.only_plans
            (passed_over if over else unreadable).append((where, _said(error, where)))
    return PlanChecks(tuple(checks), tuple(unreadable), tuple(passed_over))


@dataclass
class _Checker:
    """Reads packs once and every existing city once."""

    options: CheckOptions
    _cities: existing_city.ExistingCities | None = None

    def __post_init__(self) -> None:
        self.packs = _packs(self.options.rules)

    def check(self, given: Plan | Path | str, progress: Progress | None) -> PlanCheck:
        plan, instead = self._plan(given)
        chosen = self._selection(plan)
        report = DataReport()
        city = self._city(plan, chosen.rules, report, progress)
        own = tuple(with_waiver(each, plan) for each in check_consistency(plan))
        judged = evaluate_plan(chosen.rules, plan, city=city, counting=self.options.counting)
        findings = (*own, *judged)
        return PlanCheck(
            plan,
            tuple(ranked(findings)),
            chosen.rules,
            chosen.left_out,
            (*instead, *_unplaced(plan, chosen), *self._notes(plan, findings), *_told(report)),
            self.options.language,
        )

    def _plan(self, given: Plan | Path | str) -> tuple[Plan, tuple[Message, ...]]:
        """Return the plan as it is judged, and what was asked for instead of what it says."""
        options = self.options
        plan = given
        if isinstance(plan, str | Path):
            shared = shared_of(Path(plan))
            plan = read_plan(
                plan,
                jurisdiction=options.jurisdiction or shared.jurisdiction or "",
                date=options.date or shared.date,
                status=options.status or shared.status,
            )
        said, plan = (
            plan,
            replace(
                plan,
                date=options.date or plan.date,
                jurisdiction=options.jurisdiction or plan.jurisdiction,
                status=options.status or plan.status,
                context=_path_of(options.context) or plan.context,
            ),
        )
        _check_said(plan, needs_place=not options.rules)
        return plan, _instead(said, plan)

    def _selection(self, plan: Plan) -> Selection:

        assert plan.date is not None
        chosen = select_rules(
            self.packs,
            date=plan.date,
            jurisdiction=plan.jurisdiction or None,
            include=self.options.include,
        )
        if not chosen.rules:
            raise SitingError(
                message(
                    "plan.no_rules",
                    source=plan.source,
                    count=len(chosen.left_out),
                    place=plan.jurisdiction or message("plan.any_place"),
                    date=plan.date,
                    reasons=tuple(dict.fromkeys(each.reason for each in chosen.left_out)),
                )
            )
        return chosen

    def _city(
        self, plan: Plan, rules: Sequence[Rule], report: DataReport, progress: Progress | None
    ) -> City | None:
        if plan.homes is None or not plan.context or not any(map(_is_distance, rules)):
            return None
        if self._cities is None:
            self._cities = existing_city.ExistingCities(
                self.options.context, cache=self.options.cache
            )
        return self._cities.city(plan, report, progress)

    def _notes(self, plan: Plan, findings: Sequence[PlanFinding]) -> tuple[Message, ...]:
        known = {each.rule_id for each in findings}
        waived = (
            message("waiver.unknown_rule", rule=each.rule_id)
            for each in plan.waivers
            if each.rule_id not in known
        )
        drawn = (note_line(note, counted=True) for note in plan.data_notes)
        told: tuple[Message | Text, ...]
        told = (*plan.notes, *drawn, *self._place(plan), *waived)
        return tuple(_said_of(plan, note) for note in told)

    def _place(self, plan: Plan) -> tuple[Message, ...]:
        """Say where no rule is made for a place itself, since its name may be misspelt."""
        places = {rule.jurisdiction for pack in self.packs for rule in pack.rules}
        if not plan.jurisdiction or plan.jurisdiction in places:
            return ()
        hint = hint_known(plan.jurisdiction, places)
        return (message("plan.no_own_rules", place=plan.jurisdiction, hint=hint),)


def _packs(rules: Sequence[str | Path | Pack]) -> tuple[Pack, ...]:

    refs = [str(each) for each in rules if isinstance(each, str | Path)]
    read = tuple(each for each in rules if not isinstance(each, str | Path))
    if read and not refs:
        return read
    return (*read_packs(find_packs(refs)), *read)


def day_of(date: dt.date | str | None) -> dt.date | None:
    """Return a day that may be written as text.

    Raises
    ------
    SitingError
        The text is no day.

    Examples
    --------
    >>> day_of("2026-11-23")
    datetime.date(2026, 11, 23)
    """
    if not isinstance(date, str):
        return date
    try:
        return dt.date.fromisoformat(date)
    except ValueError:
        raise SitingError(message("plan.date_wrong", date=date)) from None


def _said_of(plan: Plan, note: Message | Text) -> Message:
    return message("mark.labelled", label=plan.source, text=note)


def _instead(said: Plan, judged: Plan) -> tuple[Message, ...]:
    """Say where an option overrules what a plan says of itself."""
    return tuple(
        _said_of(
            said,
            message("plan.judged_with", what=Term("plan_says", name), old=old, new=new),
        )
        for name in ("date", "jurisdiction", "status")
        if (old := getattr(said, name)) and old != (new := getattr(judged, name))
    )


def _check_said(plan: Plan, *, needs_place: bool) -> None:
    lacks = [] if plan.date else [message("plan.its_date")]
    if needs_place and not plan.jurisdiction:
        lacks.append(message("plan.its_place"))
    if lacks:
        what = lacks[0]
        if len(lacks) > 1:
            what = message("plan.its_both", first=lacks[0], second=lacks[1])
        raise SitingError(message("plan.does_not_say", source=plan.source, what=what))


def _unplaced(plan: Plan, chosen: Selection) -> tuple[Message, ...]:
    """Say that a plan which names no place is judged by national rules only."""
    note = place_note(chosen.left_out, plan.jurisdiction)
    return () if note is None else (_said_of(plan, note),)


def _path_of(context: Project | Path | str | None) -> str:
    if context is None:
        return ""
    return str(context) if isinstance(context, str | Path) else str(context.path)


def _is_distance(rule: Rule) -> bool:

    return measure_of(rule.measure).family is Family.DISTANCE


def _told(report: DataReport) -> Iterator[Text]:
    return (note_line(note) for note in report.notes if note.severity != "info")


def _said(error: BaseException, path: Path) -> Text:
    """Say what is wrong, without the path that stands beside it."""
    return Text(_said_in("zh", error, path), _said_in("en", error, path))


def _said_in(language: Language, error: BaseException, path: Path) -> str:
    if isinstance(error, RecursionError):
        return word("plan.too_deep", language)
    if isinstance(error, MemoryError):
        return word("plan.too_large", language)
    whole = error.said(language) if isinstance(error, SitingError) else str(error)
    # A finding is one line; of several faults each stands on its own in the error.
    lines = (line.strip().removeprefix("- ") for line in whole.split("\n"))
    return word("mark.semicolon", language).join(_without(line, path, language) for line in lines)


def _without(line: str, path: Path, language: Language) -> str:
    """Leave out a path before a text; of a file in the folder its name is left."""
    rest = line.removeprefix(str(path)).removeprefix(path.as_posix())
    colon = say(message("mark.labelled", label="", text=""), language)
    return rest.lstrip(f"{colon}: " if rest == line else f"{colon}:/\\ ")
