"""Findings that were told before: read from a JSON report, or by checking a plan again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from siting.errors import SitingError, why_refused
from siting.message import Message, message
from siting.words import current_language, say

if TYPE_CHECKING:
    from siting.message import Language
    from siting.pipeline.plans.check import CheckOptions
    from siting.rules.plan.baseline import Known


def read_report(path: Path) -> tuple[Known, ...]:
    """Read the findings of a JSON report.

    Raises
    ------
    SitingError
        The file is not there, cannot be read, or is no report of ``siting check``.
    """
    from siting.rules.plan.baseline import known_of_json

    return known_of_json(_bytes_of(path), str(path))


def known_findings(path: Path, options: CheckOptions) -> tuple[Known, ...]:
    """Return the findings of a report, or of a plan or folder of plans that is checked now.

    Raises
    ------
    SitingError
        As reading a report or a plan does; any plan that cannot be checked.
    """
    from siting.pipeline.plans.files import is_report
    from siting.rules.plan.baseline import known_of

    if is_report(path):
        return read_report(path)
    return known_of(_checked(path, options))


def finding_records(path: Path, options: CheckOptions, language: Language) -> list[dict[str, Any]]:
    """Return findings as the JSON report holds them, of a report or of plans checked now."""
    from siting.pipeline.plans.files import is_report
    from siting.report.plan.json import finding_record
    from siting.rules.plan.baseline import records_of_json

    if not is_report(path):
        return [finding_record(each, language, {}) for each in _checked(path, options)]
    return records_of_json(_bytes_of(path), str(path))


def _checked(path: Path, options: CheckOptions) -> tuple[Any, ...]:
    from siting.pipeline.plans.check import check_plans
    from siting.pipeline.plans.files import find_plans

    checks = check_plans(find_plans([path]).plans, options)
    if checks.unreadable:
        lines: list[Message] = [
            message("error.fault", subject=where, fault=error) for where, error in checks.unreadable
        ]
        if path.suffix.lower() == ".json":
            lines.append(message("file.no_report", path=path))
        raise SitingError(" ".join(say(line, current_language()) for line in lines))
    return checks.findings


def _bytes_of(path: Path) -> bytes:
    from siting.rules.plan.baseline import MAX_BASELINE_BYTES

    try:
        with path.open("rb") as stream:
            return stream.read(MAX_BASELINE_BYTES + 1)
    except OSError as error:
        raise SitingError(
            message("file.unreadable", path=path, reason=why_refused(error))
        ) from None
