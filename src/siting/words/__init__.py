"""How siting says things: one catalogue of sentences for each language, and what says them.

`zh.toml` and `en.toml` hold every sentence and word that a person reads; `docs/words.md` says how
to add one. Only `siting.errors`, `siting.progress` and what writes for people (`report`,
`render`, `pipeline`, `cli`) import this room; everything below gives a
`siting.message.Message`. Start reading at `spoken.py`.
"""

from siting.words.language import asked_language, current_language, language_of, speaking
from siting.words.spoken import say, word

__all__ = ["asked_language", "current_language", "language_of", "say", "speaking", "word"]
