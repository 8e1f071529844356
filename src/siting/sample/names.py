"""Names for things that do not exist: word lists and the ways to join them.

No list is taken from a gazetteer; a name that some real place bears too is an accident.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

DISTRICT_ZH = "江湾示例区"
DISTRICT_EN = "Jiangwan Sample District"
MADE_UP_ZH = "虚构数据，仅供演示"
MADE_UP_EN = "made-up data, for demonstration only"

_FIRST = "云溪柳荷枫桐雁鹭晴岚松竹兰芷梅棠杏桂麦禾星月霞虹锦绣和安康宁春秋清澜翠碧"
_SECOND = "溪湖汀洲坞岭塘浦湾堤桥井亭台园苑林泉谷洲渚岸庭轩"
_COMPOUND = ("花园", "家园", "雅苑", "新村", "小区", "名邸", "公馆", "嘉园", "里", "华庭")
_LANE = ("里", "巷", "坊")
_BRAND = ("好邻里", "江小铺", "柳岸", "晨光点", "禾禾", "邻家", "小满", "白鹭", "满江", "半亩")


def draw_words(rng: np.random.Generator) -> Iterator[str]:
    """Yield two-character words in a drawn order, none twice."""
    pairs = [a + b for a in dict.fromkeys(_FIRST) for b in dict.fromkeys(_SECOND)]
    for index in rng.permutation(len(pairs)):
        yield pairs[index]


def compound_name(word: str, rng: np.random.Generator) -> str:
    """Return a compound's name."""
    return word + str(rng.choice(_COMPOUND))


def lane_name(word: str, rng: np.random.Generator) -> str:
    """Return the name of a row of old houses."""
    return word + str(rng.choice(_LANE))


def brand_name(rng: np.random.Generator) -> str:
    """Return the made-up brand of a shop."""
    return str(rng.choice(_BRAND))
