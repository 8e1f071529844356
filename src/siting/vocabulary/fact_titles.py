"""What the facts of plans and the columns of layers are called.

Owns reading ``facts.yaml``. Which facts there are, and in which units, the rules say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from siting.vocabulary.data import Data, own_file, parse_data
from siting.vocabulary.title import Title


class _Patterns(Data):
    of_type: Title
    each_facility: Title
    each_phase: Title
    of_phase: Title
    with_key: Title


class _File(Data):
    figures: dict[str, Title]
    of_types: dict[str, Title]
    patterns: _Patterns


@dataclass(frozen=True, slots=True)
class FactTitles:
    """Titles by key: of facts that stand alone, of quantities of facility types, and patterns."""

    figures: Mapping[str, Title]
    of_types: Mapping[str, Title]
    patterns: Mapping[str, Title]


@lru_cache(maxsize=1)
def load_fact_titles() -> FactTitles:
    """Return the titles that come with siting.

    >>> load_fact_titles().figures["households"].zh
    '居住户数'
    """
    file, _ = parse_data(own_file("facts.yaml"), "facts.yaml", _File)
    patterns = {name: getattr(file.patterns, name) for name in _Patterns.model_fields}
    return FactTitles(file.figures, file.of_types, patterns)
