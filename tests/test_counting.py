"""What stands first, and what is counted, at the end of a run."""

from __future__ import annotations

import pytest

from siting.data_report import DataReport
from siting.report.analysis.text import data_notes_text, summary_tables

TOTALS = {"homes": 140, "households": 0, "population": 420, "elderly": 0}


def entry(rule, strength, failing):
    return {
        "rule_id": rule, "key": rule, "title": {"zh": rule, "en": rule}, "strength": strength,
        "level": "", "subject_kind": "home", "is_alternative": False, "governed_by": "",
        "verdicts": {"pass": 10, "fail": failing, "unknown": 90, "not_applicable": 0},
        "population": {"fail": 3.0 * failing}, "covered_share": 10 / (10 + failing),
        "measured_median": None, "measured_p90": None, "unit": "m", "measure": "walking_distance",
    }  # fmt: skip


def test_a_rule_that_binds_stands_before_one_that_recommends():
    rules = [entry("advice", "recommended", 40), entry("duty", "mandatory", 1)]
    ((_, rows),) = summary_tables({"rules": rules, "totals": TOTALS}, "en")
    assert [row[0].split(" [")[0] for row in rows] == ["duty", "advice"]


def test_a_share_is_of_what_could_be_judged_and_the_unknown_stand_beside_it():
    rules = [entry("duty", "mandatory", 30)]
    ((_, (row,)),) = summary_tables({"rules": rules, "totals": TOTALS}, "en")
    assert row[1:4] == ["10", "30", "90"]
    assert row[-1] == "25.0%"


@pytest.mark.parametrize(("language", "said"), [("en", "1,003 rows left out"), ("zh", "1,003 行")])
def test_rows_left_out_are_counted_and_not_the_notes_on_them(language, said):
    report = DataReport()
    report.add("a", "excluded", "x", "one layer", count=1000)
    report.add("b", "excluded", "y", "another", count=3)
    assert said in data_notes_text(report, language)
