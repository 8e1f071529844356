"""The two catalogues say the same things, the code says nothing else, and all of it is used."""

from __future__ import annotations

import ast
import json
import pickle
import re
import runpy
import subprocess
import sys
import tomllib
from datetime import date
from decimal import Decimal

import numpy as np
import pytest

import words_uses
from siting.data_report import DataReport
from siting.errors import ProjectError, SitingError, TableError
from siting.message import Message, Quantity, Term, Text, message
from siting.pipeline.kept.messages import from_json, message_json
from siting.render.page_words import page_words
from siting.report.analysis.note_words import note_record, note_text
from siting.words import current_language, say, speaking, word
from siting.words.catalogue import _lines, keys_of, sentence

LANGUAGES = ("zh", "en")
WORDS = words_uses.SOURCE / "words"


def flat(table, before=""):
    """Return a document of TOML as key -> text."""
    found = {}
    for key, value in table.items():
        inner = flat(value, f"{before}{key}.") if isinstance(value, dict) else {before + key: value}
        assert not inner.keys() & found.keys()
        found |= inner
    return found


@pytest.fixture(scope="module")
def catalogues():
    """Both catalogues, read as TOML reads them: a key that stands twice is an error."""
    texts = {each: (WORDS / f"{each}.toml").read_text(encoding="utf-8") for each in LANGUAGES}
    return {each: flat(tomllib.loads(text)) for each, text in texts.items()}


@pytest.fixture(scope="module")
def uses():
    return words_uses.uses_of(words_uses.modules())


@pytest.fixture
def told(monkeypatch):
    """Say sentences that stand only in this test."""

    def install(**sentences):
        for cached in (_lines, keys_of):
            cached.cache_clear()
        lines = {key.replace("__", "."): f"'''{text}'''" for key, text in sentences.items()}
        original = _lines.__wrapped__
        monkeypatch.setattr(
            "siting.words.catalogue._lines", lambda language: {**original(language), **lines}
        )

    return install


# --- the catalogues -----------------------------------------------------------------------------


def test_both_catalogues_have_the_same_keys(catalogues):
    assert catalogues["zh"].keys() == catalogues["en"].keys()


def test_a_sentence_has_the_same_values_in_both_languages(catalogues):
    zh, en = catalogues["zh"], catalogues["en"]
    other = [
        key
        for key in zh
        if words_uses.values_of(zh[key])[0] != words_uses.values_of(en.get(key, ""))[0]
    ]
    assert other == []


def test_every_line_is_read_as_toml_reads_it(catalogues):
    for language, texts in catalogues.items():
        assert {key: sentence(key, language) for key in texts} == texts
        assert list(_lines(language)) == list(texts)


def test_the_lines_stand_in_the_order_of_their_keys(repository):
    in_order = runpy.run_path(str(repository / "docs/sort_words.py"))["in_order"]
    for path in WORDS.glob("*.toml"):
        text = path.read_text(encoding="utf-8")
        assert text == in_order(text), "run: python docs/sort_words.py"


def test_no_chinese_sentence_is_left_in_english_and_the_other_way_round(catalogues):
    # What other programs and files call their things keeps its name.
    chinese = [
        key
        for key, text in catalogues["en"].items()
        if words_uses.CHINESE.search(re.sub("  siting .*", "", text))
    ]
    assert chinese == []
    english = {
        key: text
        for key, text in catalogues["zh"].items()
        if words_uses.SENTENCE.search(re.sub(r"\{[^}]*\}|  siting .*|`.*?`", "{}", text))
    }
    assert english == {}


def test_chinese_sentences_have_chinese_marks(catalogues):
    half = re.compile(
        r"[\u4e00-\u9fff》”）}] ?[;,()]|[;,()] ?[\u4e00-\u9fff《“（]|[\u4e00-\u9fff]:"
    )
    assert {key: text for key, text in catalogues["zh"].items() if half.search(text)} == {}


def test_a_sentence_refers_to_sentences_that_there_are(catalogues):
    for texts in catalogues.values():
        named = {name for text in texts.values() for name in words_uses.values_of(text)[1]}
        assert named - texts.keys() == set()


# --- the code -----------------------------------------------------------------------------------


def test_every_key_of_the_code_is_in_the_catalogues(uses, catalogues):
    missing = [(key, place) for key, _, place in uses.calls if key not in catalogues["en"]]
    assert missing == []
    families = {key.partition(".")[0] for key in catalogues["en"]}
    assert uses.families - families == set()


def test_every_message_has_the_values_of_its_sentence(uses, catalogues):
    wrong = [
        (place, key, sorted(given))
        for key, given, place in uses.calls
        if given is not None and given != words_uses.values_of(catalogues["en"].get(key, ""))[0]
    ]
    assert wrong == []


def test_every_key_of_the_page_is_in_the_words_that_it_carries():
    keys, starts = words_uses.uses_of_page()
    assert len(keys) > 80
    for words in page_words().values():
        assert keys - words.keys() == set()
        assert [one for one in starts if not any(key.startswith(one) for key in words)] == []
        named = {key.partition(".")[0] for key in keys | starts}
        assert {key.partition(".")[0] for key in words} == named
        own = {key for key in words if key.startswith("map.")} - keys
        assert [key for key in own if not key.startswith(tuple(starts))] == []


def test_every_key_of_a_message_is_written_where_it_is_made(uses):
    # A literal, one of two literals, or a family with a code: so that these tests find it.
    assert uses.unclear == []


def test_every_sentence_is_used(uses, catalogues):
    texts = catalogues["en"]
    referred = {name for text in texts.values() for name in words_uses.values_of(text)[1]}
    keys, starts = words_uses.uses_of_page()
    of_page = keys | {key for key in texts if key.startswith(tuple(starts))}
    used = {key for key, _, _ in uses.calls} | uses.strings | referred | of_page
    # The words themselves name the marks, and cli/help_words.py makes the keys of the help;
    # terms stand ready for sentences to refer to.
    families = {*uses.families, "command", "help", "mark", "option", "quantity", "term"}
    unused = [key for key in texts if key not in used and key.partition(".")[0] not in families]
    assert unused == []


def test_no_module_holds_text_that_people_read_but_those_still_to_be_converted():
    """The lists in words_to_convert may only get shorter: take a module out when it is clean."""
    assert words_uses.to_convert() == words_uses.listed()


@pytest.mark.parametrize(
    ("code", "count"),
    [
        ("raise LoadError(f'{path} has no {layer} layer')", 1),
        ("x = '片区'", 1),
        ("report.add('a', 'info', 'code', 'rows were left out')", 1),
        ("x = message('file.not_found', path=path)", 0),
        ("def f():\n    '''Say what is wrong here.'''", 0),
        ("raise KeyError('a key that nobody asked for')", 0),
        ("x = Field(None, description='What the key is for.')", 0),
        ("x = Field(None, description='What the key is for.', title='One of the keys')", 1),
        ("x = ['one two', 'geometry-missing', 'a.b']", 0),
    ],
)
def test_texts_in_the_code_are_found(code, count):
    assert len(words_uses.texts_in(ast.parse(code))) == count


# --- saying -------------------------------------------------------------------------------------


def test_values_terms_lists_and_plurals_are_said(told):
    told(t__n="{n:,} {n:home|homes} in {@term.area}s {names}", t__list="{whole:;}", t__day="{on}")
    assert say(message("t.n", n=1, names=["b"]), "en") == "1 home in areas b"
    assert say(message("t.n", n=1200, names=["b", "c"]), "en") == "1,200 homes in areas b, c"
    assert say(message("t.n", n=0, names=()), "zh") == "0 homes in 片区s "
    both = message("t.list", whole=[Term("term", "site"), Text("东", "")])
    assert (say(both, "zh"), say(both, "en")) == ("备选点；东", "site; 东")
    assert say(message("t.day", on=date(2026, 1, 2)), "en") == "2026-01-02"
    assert say(message("t.day", on=Decimal("1.50")), "en") == "1.50"


def test_data_is_never_a_sentence_and_does_not_break_a_line(told):
    told(t__x="[{x}]")
    assert say(message("t.x", x="{y}\n::error::"), "en") == "[{y}\\x0a::error::]"
    assert say(message("t.x", x=Text("甲\x1b", "")), "zh") == "[甲\\x1b]"


def test_a_message_can_be_compared_hashed_and_pickled():
    first = message("a.b", rows=np.int64(3), names=["x"], inner=message("c.d"))
    again = Message("a.b", (("inner", Message("c.d")), ("names", ("x",)), ("rows", 3)))
    assert first == again
    assert len({first, again, pickle.loads(pickle.dumps(first))}) == 1


def test_an_error_is_said_in_the_language_spoken():
    error = TableError("homes", [message("mark.comma"), "lacks"])
    with speaking("zh"):
        assert str(error) == "homes：2 处错误\n  - 、\n  - lacks"
    with speaking("en"):
        assert str(error) == "homes: 2 faults\n  - , \n  - lacks"
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


def test_a_fault_that_names_its_file_does_not_name_it_twice():
    assert str(ProjectError("a.yaml", ["a.yaml:3: is empty"])) == "a.yaml:3: is empty"
    assert ProjectError("a.yaml", ["is empty"]).said("zh") == "a.yaml：is empty"


def test_an_error_may_hold_a_message():
    error = SitingError(message("term.site"))
    assert (error.said("zh"), error.said("en")) == ("备选点", "site")
    assert pickle.loads(pickle.dumps(error)).message == error.message


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "de_DE", "SITING_LANGUAGE": "zh"}, "zh"),
        ({"LANG": "zh_CN", "SITING_LANGUAGE": "en"}, "en"),
        ({"LANG": "zh_TW", "SITING_LANGUAGE": "nonsense"}, "zh"),
    ],
)
def test_the_language_is_the_chosen_one_else_that_of_the_environment(
    environment, language, monkeypatch
):
    for name in ("SITING_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert current_language() == language
    with speaking("en"):
        assert current_language() == "en"


def test_saying_a_word_imports_nothing_heavy_and_parses_no_whole_catalogue():
    code = "import sys; from siting.words import word; word('term.site', 'zh'); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, timeout=60)
    assert not {"numpy", "pandas", "pydantic", "typer"} & set(done.stdout.decode().split())


def test_an_unknown_key_is_a_fault_of_the_program():
    with pytest.raises(KeyError):
        word("nothing.at_all", "en")


def test_a_note_is_said_in_both_languages_and_kept_as_it_is(told):
    told(note__made="{n} {n:row|rows}: {@term.area} {size}, {at}, {by}, {part}, {all}")
    inner = message("term.site")
    values = {"size": Quantity(Decimal("1.50"), "m2"), "at": date(2026, 1, 2), "part": inner}
    made = message("note.made", n=1, by=Text("甲", "a"), all=[Term("term", "row"), "x"], **values)
    assert from_json(json.loads(json.dumps(message_json(made)))) == made
    report = DataReport()
    report.add("homes", "repair", "made", made, count=2, examples=["row 4"])
    (note,) = report.notes
    english = "1 row: area 1.5 m², 2026-01-02, a, site, row, x"
    assert note_text(note, "en") == note_record(note)["message"] == english
    chinese = "1 rows: 片区 1.5 m², 2026-01-02, 甲, 备选点, 行、x（2 处，如 第 4 行）"
    assert note_text(note, "zh") == chinese.replace("1 rows", "1 row")
