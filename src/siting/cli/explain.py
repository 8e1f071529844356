"""``siting explain``: one finding in words: what is asked, the arithmetic, where it stands."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from siting.cli.check import Date, Jurisdiction, Language_, Packs
from siting.cli.console import print_result
from siting.errors import SitingError
from siting.message import message
from siting.words import current_language


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("explain")(explain)


def explain(
    finding: Annotated[str, typer.Argument()],
    source: Annotated[Path, typer.Argument()],
    *,
    rules: Packs = None,
    date: Date = None,
    jurisdiction: Jurisdiction = None,
    language: Language_ = None,
) -> None:
    """Explain a finding: the rule, the numbers and their places, the arithmetic, the clause."""
    from siting.cli.known_findings import finding_records
    from siting.pipeline.plans.check import CheckOptions, day_of
    from siting.report.plan.explanation import to_explanation

    options = CheckOptions(rules=tuple(rules or ()), date=day_of(date), jurisdiction=jurisdiction)
    spoken = language or current_language()
    records = finding_records(source, options, spoken)
    chosen = _chosen(finding, records, source)
    print_result("\n\n".join(to_explanation(each, language=spoken) for each in chosen))


def _chosen(wanted: str, records: list[dict[str, Any]], source: Path) -> list[dict[str, Any]]:
    from siting.did_you_mean import hint_known

    by_rule = [each for each in records if each["rule_id"] == wanted]
    by_id = [each for each in records if str(each["finding_id"]).startswith(wanted)]
    if by_rule or by_id:
        return by_rule or by_id
    known = {str(each["rule_id"]) for each in records}
    near = hint_known(wanted, known)
    raise SitingError(message("explain.none", source=source, wanted=wanted, nearest=near))
