"""The formats of a plan check by name, as ``siting check --format`` takes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from siting.did_you_mean import hint_known
from siting.errors import SitingError
from siting.message import message
from siting.report.plan.github import to_github
from siting.report.plan.html import to_html
from siting.report.plan.json import to_json
from siting.report.plan.junit import to_junit
from siting.report.plan.markdown import to_markdown
from siting.report.plan.sarif import to_sarif
from siting.report.plan.text import to_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from siting.message import Language
    from siting.rules.plan.finding import PlanFinding


@dataclass(frozen=True, slots=True)
class Format:
    """One format of a plan check, and what those who write it have to know.

    Parameters
    ----------
    write
        The writer: findings in, text out.
    suffixes
        File endings that mean the format.
    takes
        Options beyond language and `allow_unknown`: ``full``, ``colour``, ``changes``, ``version``,
        ``base``.
    bracket
        How ``##[`` is written, so that a name is no command of a CI log; empty where the text is
        to be tamed line by line.
    """

    write: Callable[..., str]
    suffixes: tuple[str, ...] = ()
    takes: frozenset[str] = frozenset()
    bracket: str = ""


FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        "text": Format(to_text, (".txt",), frozenset(("full", "colour"))),
        "json": Format(to_json, (".json",), frozenset(("changes",)), "##\\u005b"),
        "markdown": Format(to_markdown, (".md",)),
        "html": Format(to_html, (".html", ".htm"), bracket="##&#91;"),
        "sarif": Format(
            to_sarif,
            (".sarif", ".sarif.json"),
            frozenset(("changes", "version", "base")),
            "##\\u005b",
        ),
        "junit": Format(to_junit, (".xml",), bracket="##&#91;"),
        "github": Format(to_github, takes=frozenset(("base",)), bracket="## ["),
    }
)


def format_of_file(name: str) -> str | None:
    """Return the format that a file's name means, the longest ending first; None without one.

    Examples
    --------
    >>> format_of_file("check.sarif.json"), format_of_file("check.JSON"), format_of_file("check")
    ('sarif', 'json', None)
    """
    endings = [(end, key) for key, each in FORMATS.items() for end in each.suffixes]
    fitting = [(len(end), key) for end, key in endings if name.lower().endswith(end)]
    return max(fitting)[1] if fitting else None


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
        What only some formats take, see `Format`.

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
            message("report.unknown_format", name=name, nearest=hint_known(name, FORMATS))
        )
    return FORMATS[name].write(findings, language=language, allow_unknown=allow_unknown, **options)
