"""The words by which a clause obliges, recommends or allows."""

from __future__ import annotations

import re

_RECOMMENDS = re.compile("(?<!适)(?<!便)宜(?!居)|可以|原则上")
# 不宜低于 recommends; 不低于, 不小于, 不少于 oblige on their own.
_OBLIGES = re.compile("应|不得|必须|(?<!宜)不(?:低于|小于|少于|大于|超过)")


def only_recommends(quote: str) -> bool:
    """Tell whether the words of a clause recommend or allow, and oblige to nothing.

    Examples
    --------
    >>> only_recommends("服务半径不宜大于300m"), only_recommends("不宜大于300m，且不应少于两处")
    (True, False)
    >>> only_recommends("居民适宜步行范围内"), only_recommends("")
    (False, False)
    """
    return bool(_RECOMMENDS.search(quote)) and not _OBLIGES.search(quote)
