"""What a plan check gives back: the findings of one plan or several, ready to be looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from siting.message import Language, Sayable, Text, message
from siting.pipeline.on_use import on_use
from siting.report.plan.notebook import to_notebook_html
from siting.report.plan.text import to_text
from siting.rules.plan.finding import NOT_CHECKED, PlanFinding, breaks, summary_of
from siting.words import word

if TYPE_CHECKING:
    import pandas as pd

    from siting.pipeline.plans import findings_frame
    from siting.rules.pack.model import Rule
    from siting.rules.pack.selection import LeftOut
    from siting.rules.plan.model import Plan
else:
    findings_frame = on_use("siting.pipeline.plans.findings_frame")


@dataclass(frozen=True, eq=False, repr=False)
class PlanCheck(Sequence[PlanFinding]):
    """The findings of one plan, the worst first; it shows itself in a notebook.

    Parameters
    ----------
    plan
        The plan as it was judged.
    findings
        One for each rule and subject, contradictions of the plan included.
    rules
        The rules that were applied.
    left_out
        The rules that were not, each with the reason.
    notes
        What was assumed, repaired or could not be looked at.
    language
        Of what a notebook shows.
    """

    plan: Plan
    findings: tuple[PlanFinding, ...]
    rules: tuple[Rule, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[Sayable, ...] = ()
    language: Language = "zh"

    @overload
    def __getitem__(self, index: int) -> PlanFinding: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[PlanFinding, ...]: ...
    def __getitem__(self, index: int | slice) -> PlanFinding | tuple[PlanFinding, ...]:
        return self.findings[index]

    def __len__(self) -> int:
        return len(self.findings)

    @property
    def compliant(self) -> bool:
        """Whether nothing that binds fails or is unknown."""
        return not self.failing

    @property
    def failing(self) -> tuple[PlanFinding, ...]:
        """The findings that make the check fail, unknown ones included."""
        return tuple(each for each in self.findings if breaks(each))

    @property
    def summary(self) -> dict[str, Any]:
        """Counts by verdict, as in the JSON report."""
        return summary_of(self.findings)

    def finding(self, rule_id: str, subject: str = "") -> PlanFinding:
        """Return the finding of one rule.

        Raises
        ------
        KeyError
            The rule was not applied to that subject.
        """
        for each in self.findings:
            if (each.rule_id, each.subject) == (rule_id, subject):
                return each
        raise KeyError(f"no finding of {rule_id} {subject}".rstrip())

    def to_frame(self) -> pd.DataFrame:
        """Return the findings as a table: a row is one rule on one subject; numbers are floats."""
        return findings_frame.to_frame(self.findings, self.language)

    def _repr_html_(self) -> str:
        return to_notebook_html(self.findings, language=self.language)

    def __repr__(self) -> str:
        return to_text(self.findings, language=self.language).rstrip("\n")


@dataclass(frozen=True, eq=False, repr=False)
class PlanChecks(Sequence[PlanCheck]):
    """The checks of several plans, and the plans that could not be read.

    Parameters
    ----------
    checks
        Those that could be read, in the order they were named.
    unreadable
        Path and error of the others.
    passed_over
        Path and reason of what is no plan, where such paths are passed over.
    """

    checks: tuple[PlanCheck, ...]
    unreadable: tuple[tuple[Path, Text], ...] = ()
    passed_over: tuple[tuple[Path, Text], ...] = ()

    @overload
    def __getitem__(self, index: int) -> PlanCheck: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[PlanCheck, ...]: ...
    def __getitem__(self, index: int | slice) -> PlanCheck | tuple[PlanCheck, ...]:
        return self.checks[index]

    def __len__(self) -> int:
        return len(self.checks)

    @property
    def findings(self) -> tuple[PlanFinding, ...]:
        """The findings of all plans; a plan that could not be read is a failure of its own."""
        lost = tuple(unreadable_finding(path, error) for path, error in self.unreadable)
        return (*(each for check in self.checks for each in check), *lost)

    @property
    def compliant(self) -> bool:
        """Whether every plan could be read and complies."""
        return not self.unreadable and all(check.compliant for check in self.checks)

    @property
    def notes(self) -> tuple[Sayable, ...]:
        """The notes of all plans, each said once, and names that several plans have."""
        names = [check.plan.name for check in self.checks]
        shared = dict.fromkeys(name for name in names if names.count(name) > 1)
        own = dict.fromkeys(note for check in self.checks for note in check.notes)
        return (
            *own,
            *(message("plan.same_name", count=names.count(name), name=name) for name in shared),
        )

    def _repr_html_(self) -> str:
        return to_notebook_html(self.findings, language=self._language)

    def __repr__(self) -> str:
        return to_text(self.findings, language=self._language).rstrip("\n")

    @property
    def _language(self) -> Language:
        return self.checks[0].language if self.checks else "zh"


def unreadable_finding(path: Path, error: Text) -> PlanFinding:
    """Return the failure that stands in every report for a plan that could not be read."""
    return PlanFinding(
        plan=path.name,
        source=str(path),
        rule_id=NOT_CHECKED,
        title=Text(word("plan.not_checked", "zh"), word("plan.not_checked", "en")),
        verdict="fail",
        explanation=error,
    )
