"""The formats of a plan check by name, as ``siting check --format`` takes them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from siting.errors import SitingError
from siting.message import message
from siting.report.plan.github import to_github
from siting.report.plan.html import to_html
from siting.report.plan.json import to_json
from siting.report.plan.junit import to_junit
from siting.report.plan.markdown import to_markdown
from siting.report.plan.sarif import to_sarif
from siting.report.plan.text import to_text
from siting.yaml_lines import nearest_message

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from siting.rules.plan.finding import Language, PlanFinding

FORMATS: Mapping[str, Callable[..., str]] = MappingProxyType(
    {
        "text": to_text,
        "json": to_json,
        "markdown": to_markdown,
        "html": to_html,
        "sarif": to_sarif,
        "junit": to_junit,
        "github": to_github,
    }
)


def format_findings(
    findings: Sequence[PlanFinding],
    name: str,
    *,
    language: Language = "zh",
    allow_unknown: bool = False,
    **options: Any,
) -> str:
    """Write findings in a format by its name.

    Parameters
    ----------
    name
        One of `FORMATS`.
    options
        What only some formats take: ``colour`` (text), ``changes`` (json, sarif), ``version``
        (sarif).

    Raises
    ------
    SitingError
        An unknown format, with the nearest known.

    Examples
    --------
    >>> format_findings([], "github")
    ''
    """
    if name not in FORMATS:
        raise SitingError(
            message("report.unknown_format", name=name, nearest=nearest_message(name, FORMATS))
        )
    return FORMATS[name](findings, language=language, allow_unknown=allow_unknown, **options)
