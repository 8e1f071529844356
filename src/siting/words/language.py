"""Which language is spoken: the one chosen, else SITING_LANGUAGE, else that of the locale."""

from __future__ import annotations

import locale
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from siting.message import Language

_LOCALE = ("LC_ALL", "LC_MESSAGES", "LANG")
_chosen: ContextVar[Language | None] = ContextVar("language", default=None)


def current_language() -> Language:
    """Return the language chosen with `speaking`, else that of the environment.

    >>> with speaking("zh"):
    ...     current_language()
    'zh'
    """
    return asked_language() or _of_locale()


def asked_language() -> Language | None:
    """Return the language that somebody asked for; None where only the locale tells one.

    >>> with speaking("zh"):
    ...     asked_language()
    'zh'
    """
    return _chosen.get() or language_of(os.environ.get("SITING_LANGUAGE", ""))


@contextmanager
def speaking(language: Language | None) -> Iterator[None]:
    """Choose the language of everything said inside; None chooses that of the environment."""
    token = _chosen.set(language)
    try:
        yield
    finally:
        _chosen.reset(token)


def language_of(name: str) -> Language | None:
    """Return the language that a name means; None where it means none of ours.

    >>> language_of("zh_CN.UTF-8"), language_of("EN"), language_of("fr")
    ('zh', 'en', None)
    """
    code = name.lower().replace("-", "_").partition("_")[0].partition(".")[0]
    if code in ("zh", "chinese"):
        return "zh"
    return "en" if code in ("en", "english") else None


def _of_locale() -> Language:
    """Read the variables of the locale as POSIX orders them; Windows has none of them."""
    named = next((os.environ[name] for name in _LOCALE if os.environ.get(name)), "")
    return language_of(named or locale.getlocale()[0] or "") or "en"
