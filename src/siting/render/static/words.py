"""What a static map says in words: the two languages, and what can be drawn of a name."""

from __future__ import annotations

from dataclasses import dataclass

from siting.render.model import Label
from siting.render.static.fonts import Typeface
from siting.render.words import coded

_WORDS = {
    "made_up": ("虚构数据，仅供演示", "Made-up data, for demonstration only"),
    "homes": ("住宅", "Homes"),
    "areas": ("{level}：缺服务者占比", "{level}: share without"),
    "verdicts": ("{level}：判定", "{level}: verdict"),
    "facilities": ("计入的设施", "Facilities counted"),
    "judged": ("设施判定", "Facilities by verdict"),
    "sites": ("拟建点", "Proposed sites"),
    "pass": ("达标", "pass"),
    "fail": ("不达标", "fail"),
    "unknown": ("未知", "unknown"),
    "exempt": ("不适用", "not applicable"),
    "near": ("达标，余量过半", "pass with half to spare"),
    "served": ("达标", "pass"),
    "over": ("不达标，差距较小", "fail by little"),
    "far": ("不达标，达 1.5–2 倍", "fail, 1.5 to 2 times"),
    "worst": ("不达标，超 2 倍或不可达", "fail, beyond twice or none"),
    "none": ("无数据", "no data"),
    "or_none": ("或无可达", " or none"),
    "north": ("北", "N"),
    "people": ("{failed} 人不达标", "{failed} people without"),
    "households": ("{failed} 户不达标", "{failed} households without"),
    "elderly": ("{failed} 名老年人不达标", "{failed} elderly people without"),
    "home": ("{failed} 处住宅不达标", "{failed} homes without"),
    "facility": ("{failed} 处设施不达标", "{failed} facilities fail"),
    "area": ("{failed} 个分区不达标", "{failed} areas fail"),
    "share": ("占全部 {share}", "{share} of all"),
    "source": ("依据：{citation}", "Rule: {citation}"),
    "data": ("数据：{attribution}", "Data: {attribution}"),
    "date": ("规则日期 {date}", "rules as of {date}"),
    "font": (
        "",
        (
            "No font with Chinese was found: names are shown as identifiers. "
            "Install Noto Sans CJK (fonts-noto-cjk)."
        ),
    ),
}
_ONE = {
    "people": "1 person without",
    "households": "1 household without",
    "elderly": "1 elderly person without",
    "home": "1 home without",
    "facility": "1 facility fails",
    "area": "1 area fails",
}


@dataclass(frozen=True, slots=True)
class Speech:
    """The language of one map, and the letters that its font has.

    Parameters
    ----------
    language
        ``zh`` or ``en``; English where the font has no Chinese.
    face
        What can be drawn.
    """

    language: str
    face: Typeface

    def word(self, key: str, **values: str) -> str:
        """Return a word of the map, with values put in."""
        return _WORDS[key][self.language == "en"].format(**values)

    def label(self, label: Label, instead: str) -> str:
        """Return a label in the language of the map, or what can be drawn in its place."""
        first, second = (label.zh, label.en) if self.language == "zh" else (label.en, label.zh)
        return self.face.drawable(first or second, instead)

    def failed(self, key: str, failed: float) -> str:
        """Say how many go without."""
        if self.language == "en" and failed == 1:
            return _ONE[key]
        return self.word(key, failed=f"{failed:,.0f}")

    def unit(self, unit: str) -> str:
        """Return the words of a unit."""
        return coded("unit", unit, self.language)
