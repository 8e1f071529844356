"""``siting rules``: which rules there are, where their numbers come from, and whether they hold."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from siting.cli.console import ExitCode, inform, print_result, said, say_json
from siting.errors import RuleError, SitingError
from siting.message import Language as Spoken
from siting.message import message
from siting.plain_text import one_line, plain
from siting.words import current_language, word

if TYPE_CHECKING:
    from siting.rules.pack.model import Pack, Rule

commands = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
)

Packs = Annotated[list[str] | None, typer.Argument()]
Language = Annotated[Spoken | None, typer.Option("--language", "-l")]
AsJson = Annotated[bool, typer.Option("--json")]


def register(app: typer.Typer) -> None:
    """Add the group of commands to the application."""
    app.add_typer(commands, name="rules")


@commands.command("list")
def list_rules(
    packs: Packs = None,
    *,
    language: Language = None,
    date: Annotated[str | None, typer.Option("--date")] = None,
    as_json: AsJson = False,
) -> None:
    """List rules: id, strength, confidence, status, title."""
    spoken = language or current_language()
    rules = [rule for pack in _read(packs) for rule in pack.rules]
    if date is not None:
        day = _day(date)
        rules = [rule for rule in rules if rule.days.holds_on(day)]
    if as_json:
        say_json([_entry(rule, spoken) for rule in rules])
        return
    for rule in rules:
        status = "" if rule.status == "active" else f" [{rule.status}]"
        title = rule.title.text(spoken)
        print_result(
            plain(f"{rule.id:<48} {rule.strength:<12} {rule.source.confidence}  {title}{status}")
        )
    inform(message("rules.counted", count=len(rules)))


def _entry(rule: Rule, language: str) -> dict[str, Any]:
    return {
        "id": rule.id,
        "title": rule.title.text(language),
        "jurisdiction": rule.jurisdiction,
        "strength": rule.strength,
        "status": rule.status,
        "measure": rule.measure,
        "facility_types": list(rule.facility_types),
        **rule.citation(language),
    }


@commands.command("show")
def show_rule(
    rule_id: Annotated[str, typer.Argument()],
    packs: Packs = None,
    *,
    language: Language = None,
    as_json: AsJson = False,
) -> None:
    """Show one rule whole: pass mark, clause, quote, URL, how it is read, worked cases."""
    rule = _rule(rule_id, packs)
    if as_json:
        say_json(rule.model_dump(mode="json"))
    else:
        print_result(_described(rule, language or current_language()))


@commands.command("explain")
def explain_rule(
    rule_id: Annotated[str, typer.Argument()],
    packs: Packs = None,
    *,
    language: Language = None,
) -> None:
    """Show what a rule asks and the arithmetic of its worked cases in words."""
    from siting.report.words import labelled
    from siting.report.words import report_word as verdict_word
    from siting.rules.cases.run import plan_of_case
    from siting.rules.plan.evaluate import evaluate_plan
    from siting.words import say as said_in

    spoken = language or current_language()
    rule = _rule(rule_id, packs)
    if "plan" not in rule.applies_to.subject:
        print_result(_described(rule, spoken))
        return
    print_result(_described(rule.model_copy(update={"cases": ()}), spoken))
    print_result(word("rules.worked_cases", spoken))
    for case in rule.cases:
        for finding in evaluate_plan([rule], plan_of_case(rule, case)):
            text = said_in(finding.explanation, spoken)
            said = labelled(verdict_word(finding.verdict, spoken), text, spoken)
            print_result(plain(f"  - {labelled(one_line(case.name), said, spoken)}"))


@commands.command("lint")
def lint(
    packs: Packs = None,
) -> int:
    """Check that packs are well formed: every fault with its file, line and path."""
    from siting.rules.cases.lint import lint_packs
    from siting.rules.pack.find import find_packs

    paths = find_packs(packs or (), Path())
    faults = lint_packs(paths)
    for fault in faults:
        print_result(plain(said(fault)))
    if faults:
        inform(message("rules.faults", count=len(faults), packs=len(paths)))
        return ExitCode.FINDINGS
    inform(message("rules.well_formed", packs=len(paths)))
    return ExitCode.COMPLIANT


@commands.command("test")
def run_tests(
    packs: Packs = None,
    *,
    verbose: Annotated[bool, typer.Option("--verbose", "-v")] = False,
) -> int:
    """Run the cases that stand beside the rules."""
    from siting.rules.cases.run import run_cases

    results = run_cases(_read(packs))
    failed = [each for each in results if not each.passed]
    for result in results if verbose else failed:
        print_result(plain(said(result.told)))
    held = len(results) - len(failed)
    inform(message("rules.cases_hold", held=held, failed=len(failed)))
    return ExitCode.FINDINGS if failed else ExitCode.COMPLIANT


def _read(packs: list[str] | None) -> tuple[Pack, ...]:
    from siting.rules.pack.find import find_packs, read_packs

    return read_packs(find_packs(packs or (), Path()))


def _rule(rule_id: str, packs: list[str] | None) -> Rule:
    from siting.did_you_mean import hint_known

    known = {rule.id: rule for pack in _read(packs) for rule in pack.rules}
    if rule_id not in known:
        near = hint_known(rule_id, known)
        raise RuleError("rules", [message("rules.unknown", rule=rule_id, nearest=near)])
    return known[rule_id]


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise SitingError(message("rules.bad_date", given=text)) from None


def _described(rule: Rule, language: Spoken) -> str:
    from siting.rules.explain import describe_rule
    from siting.words import say as said_in

    return "\n".join(said_in(line, language) for line in describe_rule(rule))
