"""What the data report says, in the reader's language.

A note carries its sentence as a message. Readers are told behind it how many rows it is about,
where the sentence does not count them, and which are the first.
"""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from siting.message import Language, Message, Term, Text, message
from siting.words import say

if TYPE_CHECKING:
    from siting.data_report import DataNote

_SHOWN = 3


def note_text(note: DataNote, language: str) -> str:
    """Return one note as a sentence.

    Parameters
    ----------
    note
        A note of the data report.
    language
        ``zh`` or ``en``.

    Examples
    --------
    >>> from siting.data_report import DataNote
    >>> told = message("note.geometry-missing")
    >>> note = DataNote("homes", "excluded", "geometry-missing", told, 2, ("7", "9"))
    >>> note_text(note, "zh")
    '没有几何图形，该行已剔除（2 处，如 7、9）'
    >>> note_text(note, "en")
    'geometry is null or empty; the rows are left out (2 rows, such as 7, 9)'
    """
    spoken: Language = "zh" if language == "zh" else "en"
    text, aside = say(note.message, spoken), _aside(note)
    if aside is None:
        return text
    return say(message("mark.aside", text=text.removesuffix("."), aside=aside), spoken)


def note_record(note: DataNote) -> dict[str, Any]:
    """Return a note as data-report.json has it: in English, with count and examples beside."""
    return {**asdict(note), "message": say(note.message, "en")}


def note_line(note: DataNote) -> Text:
    """Return one note with its layer, in both languages.

    >>> from siting.data_report import DataNote
    >>> told = message("note.coordinates-missing")
    >>> note = DataNote("homes", "excluded", "coordinates-missing", told, 2)
    >>> note_line(note).zh
    'homes：坐标为空或不是数字，该行已剔除（2 处）'
    >>> note_line(note).en
    'homes: coordinates are empty or no numbers; the rows are left out (2 rows)'
    """
    return Text(_line(note, "zh"), _line(note, "en"))


def _line(note: DataNote, language: Language) -> str:
    return say(_labelled(note_layer(note, language), note_text(note, language)), language)


def note_layer(note: DataNote, language: Language | str) -> str:
    """Return the layer that a note is about, with its file.

    Examples
    --------
    >>> from siting.data_report import DataNote
    >>> note_layer(DataNote("streets (a.pbf)", "info", "projected", ""), "zh")
    '道路（a.pbf）'
    """
    if language != "zh":
        return note.layer
    name, bracket, file = note.layer.partition(" (")
    layer = Term("layer_name", name)
    if not bracket:
        return say(layer, "zh")
    # The sheet of a workbook stands behind its file.
    book, colon, sheet = file.removesuffix(")").partition(": ")
    place = _labelled(book, sheet) if colon else book
    return say(message("mark.aside", text=layer, aside=place), "zh")


def _labelled(label: str, text: Message | str) -> Message:
    return message("mark.labelled", label=label, text=text)


def _aside(note: DataNote) -> Message | None:
    """Count the rows of a note where its sentence does not, and name the first."""
    in_sentence = isinstance(note.message, Message) and "count" in dict(note.message.values)
    rows = _rows(note) if note.count and not in_sentence else None
    if not note.examples:
        return rows
    first = message("note_aside.first", names=[_example(each) for each in note.examples[:_SHOWN]])
    return message("note_aside.rows_first", rows=rows, first=first) if rows else first


def _rows(note: DataNote) -> Message:
    return message("note_aside.rows", count=note.count)


def _example(example: str) -> Message | str:
    """Name rows of a sheet by their number."""
    found = re.fullmatch(r"row (\d+)", example)
    return message("note_aside.row", row=found[1]) if found else example
