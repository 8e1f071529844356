"""When two texts are the same word: width, spaces, brackets and footnote marks.

Owns the one normaliser of text that people typed into tables; `labels.py` takes numbering, 其中 and
units off it.
"""

from __future__ import annotations

import re
import unicodedata

# NFKC would make 12501 of 1250① and 3402 of 340²; the ² of m² is a unit's.
_RAISED_DIGIT = re.compile(
    r"[\u2460-\u249b\u24ea-\u24ff\u2776-\u2793\u3251-\u325f]|(?<![MmＭｍ米])[\u00b2\u00b3\u00b9\u2070-\u2079]"
)
# Zero-width blanks and joiners, the soft hyphen, direction marks and the byte order mark.
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_BRACKETS = str.maketrans("〔〕【】〖〗「」｛｝{}", "()[][][][][]")
_NO_PART_OF_A_WORD = re.compile(r"[()\[\]:/、,._^;·-]")


def half_width(text: str) -> str:
    """Return text with full-width digits, letters and brackets as usual ones, trimmed.

    Characters that nobody sees and the raised or circled digits of footnotes are left out; every
    kind of space is a usual one.

    Examples
    --------
    >>> half_width(" 建筑面积（万㎡） １２ "), half_width("1250①"), half_width("户\u200b数")
    ('建筑面积(万m2) 12', '1250', '户数')
    """
    seen = _UNSEEN.sub("", _RAISED_DIGIT.sub("", text))
    return unicodedata.normalize("NFKC", seen).translate(_BRACKETS).strip()


def fold(text: str) -> str:
    """Return text as `half_width` does, without any space.

    Examples
    --------
    >>> fold("总 建筑面积（万㎡）"), fold("1250①")
    ('总建筑面积(万m2)', '1250')
    """
    return "".join(half_width(text).split())


def word_key(text: str) -> str:
    """Return what two spellings of one word have in common.

    Examples
    --------
    >>> word_key("居住户（套）数"), word_key("Floor_Area"), word_key("0-3 岁人口")
    ('居住户套数', 'floorarea', '03岁人口')
    """
    return _NO_PART_OF_A_WORD.sub("", fold(text).casefold())
