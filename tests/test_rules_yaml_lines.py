"""YAML with lines: every fault is named with its line, and nothing can grow or run."""

from __future__ import annotations

import datetime as dt

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, ValidationError

from siting.errors import ProjectError, RuleError
from siting.words import say
from siting.yaml_lines import MAX_BYTES, dotted, faults_of, load_yaml


class Layer(BaseModel):
    model_config = ConfigDict(extra="forbid")
    path: str
    encoding: str = "utf-8"


class Table(BaseModel):
    model_config = ConfigDict(extra="forbid")
    table: str
    schema_name: str = "public"


class File(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str
    layers: dict[str, Layer | list[Layer]] = {}
    postgis: list[Table] = []


def faults_in(text):
    data, lines = load_yaml(text, "f.yaml")
    with pytest.raises(ValidationError) as caught:
        File.model_validate(data)
    return [say(each, "en") for each in faults_of(caught.value, lines, "f.yaml", model=File)]


def test_every_value_knows_its_line():
    text = "a: 1\n\nb:\n  - x\n  - {c: 2,\n     d: 3}\n"
    _, lines = load_yaml(text, "f.yaml")
    assert lines["a",] == 1
    assert lines["b", 0] == 4
    assert lines["b", 1, "c"] == 5
    assert lines["b", 1, "d"] == 6


def test_words_that_yaml_1_1_takes_for_booleans_and_times_stay_text():
    data, _ = load_yaml("[no, on, yes, 1:30, 0o17, 1_000]", "f.yaml")
    assert data == ["no", "on", "yes", "1:30", "0o17", "1_000"]


def test_numbers_dates_and_nothing_are_read_and_quotes_keep_text():
    data, _ = load_yaml("[12, -0.5, 1e3, true, null, 2024-04-08, '12', 2024-13-01]", "f.yaml")
    assert data == [12, -0.5, 1000.0, True, None, dt.date(2024, 4, 8), "12", "2024-13-01"]


def test_keys_are_text_even_when_they_look_like_numbers():
    assert load_yaml("110: a\nno: b\n", "f.yaml")[0] == {"110": "a", "no": "b"}


def test_all_hidden_things_are_refused_at_once_with_their_lines():
    text = "a: &x 1\nb: *x\na: 3\nc: !!python/object:os.system 4\n? [k]\n: 5\n"
    with pytest.raises(RuleError) as caught:
        load_yaml(text, "f.yaml", error=RuleError)
    faults = "\n".join(caught.value.faults)
    assert "f.yaml:1: a uses an anchor" in faults
    assert "f.yaml:2: b uses an anchor or alias" in faults
    assert "f.yaml:3: a repeats line 1" in faults
    assert "f.yaml:4: c has the tag" in faults
    assert "f.yaml:5: has a key that is a list" in faults


def test_a_billion_laughs_is_refused_without_growing():
    rows = ["a0: &a0 [x, x, x]"]
    rows += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 30)]
    with pytest.raises(ProjectError, match="anchor or alias"):
        load_yaml("\n".join(rows), "f.yaml")


@pytest.mark.parametrize("opening", ["[", "{a: "])
def test_deep_nesting_is_a_fault_and_not_a_crash(opening):
    closing = "]" if opening == "[" else "}"
    with pytest.raises(ProjectError, match="nested more than 40 deep"):
        load_yaml(opening * 3000 + closing * 3000, "f.yaml")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "is empty"),
        ("# only a comment\n", "is empty"),
        ("a: [1, 2\nb: 3\n", r"f.yaml:\d: is not valid YAML"),
        ("a: 1\n---\nb: 2\n", "f.yaml:2: a second document"),
        ("a: 1\x00", "is not YAML text"),
        ("名称: 江湾\n户数: 12\n".encode("gbk"), "f.yaml:1: is not UTF-8"),
        ("#" * (MAX_BYTES + 1), "at most"),
    ],
)
def test_a_file_that_is_not_one_yaml_document_says_so(text, what):
    with pytest.raises(ProjectError, match=what):
        load_yaml(text, "f.yaml")


@pytest.mark.parametrize(
    ("text", "place", "hint"),
    [
        ("a: b: c\n", "f.yaml:1：第 5 列", "请检查缩进，含冒号的文字请加引号"),
        ("a:\n\t- b\n", "f.yaml:2：第 1 列", "不用制表符"),
        ("a: 'x\n", "f.yaml:", "有引号没有闭合"),
        ("a: [1, 2\nb: 3\n", "f.yaml:2：第 2 列", "有括号没有闭合"),
    ],
)
def test_chinese_readers_are_told_where_the_syntax_is_wrong_and_what_usually_is(text, place, hint):
    with pytest.raises(ProjectError) as raised:
        load_yaml(text, "f.yaml")
    said = raised.value.said("zh")
    assert said.startswith(place)
    assert "不是合法的 YAML" in said
    assert hint in said


def test_a_byte_order_mark_is_no_fault():
    assert load_yaml(b"\xef\xbb\xbfa: 1", "f.yaml")[0] == {"a": 1}


def test_an_unknown_key_gets_its_line_and_the_nearest_known_one():
    text = "name: x\nlayers:\n  streets:\n    path: a\n    encodng: gbk\n"
    (fault,) = [f for f in faults_in(text) if "encodng" in f]
    assert fault == (
        "f.yaml:5: layers.streets.encodng is not a known key; did you mean 'encoding'?"
    )


def test_a_key_like_nothing_known_gets_the_list_of_keys():
    (fault,) = faults_in("name: x\npostgis:\n  - {table: t, zzz: 1}\n")
    assert fault.endswith("postgis[0].zzz is not a known key; known are: schema_name, table")


def test_all_faults_come_in_the_order_of_their_lines():
    faults = faults_in("nam: x\npostgis:\n  - table: 4\n  - {}\n")
    assert [fault.split(":")[1] for fault in faults] == ["1", "1", "3", "4"]
    assert any("nam is not a known key; did you mean 'name'?" in fault for fault in faults)
    assert any("postgis[0].table is 4; it should be a valid string" in fault for fault in faults)
    assert any("postgis[1].table is missing" in fault for fault in faults)


def test_one_fault_names_the_file_once():
    with pytest.raises(ProjectError) as caught:
        load_yaml("a: 1\na: 2\n", "f.yaml")
    assert str(caught.value) == "f.yaml:2: a repeats line 1; keep one"


def test_a_path_is_written_with_dots_and_brackets():
    assert dotted(("a", 0, "b", 2)) == "a[0].b[2]"


plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**18), 10**18) | st.text("aé江 :#-", max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text("abc江", min_size=1, max_size=4), inner, max_size=4)
    ),
    max_leaves=20,
).filter(lambda value: value is not None)


@given(plain)
def test_what_is_dumped_is_read_back(value):
    # Written twice in one value, an object would be dumped as an alias, which is refused.
    class Dumper(yaml.SafeDumper):
        def ignore_aliases(self, _data):
            return True

    text = yaml.dump(value, Dumper=Dumper, allow_unicode=True, default_style=None)
    assert load_yaml(text, "f.yaml")[0] == value


def test_a_hundred_thousand_brackets_are_refused_before_they_cost_minutes():
    counted = []
    real = yaml.scanner.Scanner.fetch_flow_sequence_start

    def fetch(self):
        counted.append(1)
        real(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(yaml.scanner.Scanner, "fetch_flow_sequence_start", fetch)
        with pytest.raises(ProjectError, match="and more than 500"):
            load_yaml("[" * 100_000, "x.yaml")
    assert len(counted) < 5000
