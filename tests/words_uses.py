"""Which keys of the catalogues the code names, and which texts still stand in the code."""

from __future__ import annotations

import ast
import re
import string
from dataclasses import dataclass, field
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent / "src" / "siting"
# These say keys that they are given, or make them of other names.
MAKERS = ("words/", "message.py", "cli/help_words.py")
# What is data, not speech: the made-up district, texts that are matched with the words of files.
DATA = ("words/", "sample/")
# Chinese words that files hold and that these modules compare with: their sentences are found.
# So are those of the vocabulary, which is such words.
MATCHED = {
    "crs/declared.py": "names that people give to coordinate systems",
    "loaders/layer/columns/attributes.py": "the word for yes",
    "loaders/layer/columns/numbers.py": "ways to write no number, and marks of degrees",
    "loaders/layer/columns/statuses.py": "headers of remarks and of who is let in, and their words",
    "loaders/layer/streets/access.py": "patterns of classes of roads, and headers of their opening",
    "loaders/layer/streets/directions.py": "words of one-way columns",
    "loaders/layer/streets/levels.py": "headers and patterns of bridges and tunnels",
    "loaders/library/table.py": "states of a project in a library",
    "loaders/osm/standing.py": "words of columns of statuses",
    "loaders/plan/table/blocks.py": "patterns of phases, plots and buildings in headers",
    "loaders/plan/table/doubts.py": "patterns of remarks, titles and notes",
    "loaders/plan/table/figures.py": "words of titles and of bare areas",
    "loaders/plan/table/labels.py": "patterns of footnotes and classes in labels",
    "loaders/plan/table/quantities.py": "patterns of limits, remarks and lists in cells",
    "loaders/plan/table/read.py": "patterns of titles and of the project's name",
    "loaders/plan/table/rows.py": "the word of titles",
    "loaders/plan/table/units.py": "the word before the unit of a sheet",
    "loaders/plan/table/words.py": "patterns of the places of rooms and of comments",
    "loaders/plan/drawing/measure.py": "words for yes, no and storeys",
    "loaders/plan/drawing/one_file.py": "names of layers and tables of plans",
}
CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uff60]")
# Three words in a row, of which one may be a placeholder.
SQL = re.compile(r"(?:SELECT|INSERT INTO) ")
SENTENCE = re.compile(r"[A-Za-z]{2,}[,:;]? (?:[a-z]+|\{\}|'\{\}')[,:;]? [a-z]{2,}")


@dataclass
class Uses:
    """What the code says: keys with the values given, families of keys, and plain strings."""

    calls: list[tuple[str, frozenset[str] | None, str]] = field(default_factory=list)
    families: set[str] = field(default_factory=set)
    strings: set[str] = field(default_factory=set)
    unclear: list[str] = field(default_factory=list)


def modules(root=SOURCE):
    """Yield the name of every module below the root, and its syntax tree."""
    for path in sorted(root.rglob("*.py")):
        yield path.relative_to(root).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def uses_of(trees):
    """Collect what modules name of the catalogues."""
    uses = Uses()
    for name, tree in trees:
        speakers = _speakers(tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                uses.strings.add(node.value)
            if isinstance(node, ast.Call) and not name.startswith(MAKERS):
                _note_call(uses, node, f"{name}:{node.lineno}", speakers)
    return uses


def uses_of_page(root=SOURCE):
    """Return the keys that the HTML map names, and how its keys that end in a code start."""
    files = [*sorted((root / "render/map_modules").rglob("*.js")), root / "render/assets/page.html"]
    text = "\n".join(path.read_text(encoding="utf-8") for path in files)
    keys = set(re.findall(r'(?:word|counted)\("([^"]+)"', text))
    keys |= set(re.findall(r'data-(?:word|label|placeholder)="([^"]+)"', text))
    for pair in re.findall(r'word\([^()"]*(?:"[^".]*"[^()"]*)?\? "([^"]+)" : "([^"]+)"\)', text):
        keys |= set(pair)
    starts = set(re.findall(r"(?:word|counted)\(`([\w.]+)\$\{", text))
    families = re.findall(r'coded\((?:\w+ \? "(\w+)" : )?"(\w+)"', text)
    return keys, starts | {f"{name}." for pair in families for name in pair if name}


def _speakers(tree):
    """Return which names of a module are those of siting.message and siting.words."""
    return {
        each.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module in ("siting.message", "siting.words")
        for each in node.names
    }


def _note_call(uses, node, place, speakers):
    called = node.func.id if isinstance(node.func, ast.Name) else ""
    if called not in speakers:
        return
    if called == "Term" and node.args and isinstance(node.args[0], ast.Constant):
        uses.families.add(node.args[0].value)
    if called not in ("message", "word") or not node.args:
        return
    given = frozenset(each.arg for each in node.keywords if each.arg)
    whole = called == "message" and all(each.arg for each in node.keywords)
    if called == "word":
        given, whole = frozenset(), True
    for key in _keys(node.args[0]):
        if key is None:
            uses.unclear.append(place)
        elif key.endswith("."):
            uses.families.add(key[:-1])
        else:
            uses.calls.append((key, given if whole else None, place))


def _keys(node):
    """Yield the keys that an expression can be: a text, one of two, or a family with any code."""
    if isinstance(node, ast.IfExp):
        yield from _keys(node.body)
        yield from _keys(node.orelse)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
        family, dot, _ = node.values[0].value.partition(".")
        yield f"{family}." if dot else None
    elif isinstance(node, ast.Subscript | ast.Attribute):
        # A table of keys: its texts are found as plain strings.
        return
    else:
        yield None


def texts_in(tree):
    """Return the Chinese texts and the English sentences of a module, documentation apart."""
    skipped = set(_documentation(tree))
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)
              for part in node.values}  # fmt: skip
    found = []
    for node in ast.walk(tree):
        if id(node) in skipped or id(node) in inside:
            continue
        text = _text(node)
        if text and not SQL.match(text) and (CHINESE.search(text) or SENTENCE.search(text)):
            found.append((node.lineno, text))
    return found


def _text(node):
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(
            str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values
        )
    return ""


def _documentation(tree):
    """Yield the ids of texts that nobody is told: docstrings, and what stands for programmers."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield id(node.value)
        # An assertion, or an error of Python, is a fault of the program and not of its input.
        is_assert = isinstance(node, ast.Assert)
        if is_assert or (isinstance(node, ast.Raise) and _is_ours_alone(node.exc)):
            yield from (id(each) for each in ast.walk(node))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Field":
            # The description of a key in a JSON Schema is a reference, in English as its keys are.
            told = [each.value for each in node.keywords if each.arg == "description"]
            yield from (id(each) for value in told for each in ast.walk(value))


def _is_ours_alone(raised):
    called = getattr(raised, "func", None)
    names = ("AssertionError", "NotImplementedError", "AttributeError", "TypeError", "KeyError")
    return isinstance(called, ast.Name) and called.id in names


def texts_to_convert(name, tree):
    """Return what people read in a module: of one that compares words only its sentences."""
    texts = [text for _, text in texts_in(tree)]
    if name not in MATCHED and not name.startswith("vocabulary/"):
        return texts
    told = re.compile(r"。|；|\{\}" if name in MATCHED else r"。|；")
    return [text for text in texts if SENTENCE.search(text) or told.search(text)]


def to_convert():
    """Return, for each module that holds texts which people read, those texts."""
    texts = {name: texts_to_convert(name, tree) for name, tree in modules()}
    return {name: told for name, told in texts.items() if told and not name.startswith(DATA)}


def values_of(sentence):
    """Return the names of the values that a sentence has, and the keys that it refers to."""
    fields = {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}
    return (
        {name for name in fields if not name.startswith("@")},
        {name[1:] for name in fields if name.startswith("@")},
    )


if __name__ == "__main__":
    import sys

    for argument in sys.argv[1:]:
        path = Path(argument)
        for line, text in sorted(texts_in(ast.parse(path.read_text(encoding="utf-8")))):
            sys.stdout.write(f"{path}:{line}: {text!r}\n")
