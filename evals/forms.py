"""Whether a text holds a form of a fact, as cases name it; pure."""

from __future__ import annotations

import re
from functools import lru_cache

_QUOTES = str.maketrans("“”‘’", "\"\"''")


def plain(text: str) -> str:
    """Text as forms are compared: one kind of quotation mark, no capitals, single spaces."""
    return " ".join(text.translate(_QUOTES).casefold().split())


def holds(text: str, form: str) -> bool:
    """Whether the form stands in the text as whole words: 15 stands neither in 150, 2.15 nor 15,000."""
    return _bounded(plain(form)).search(plain(text)) is not None


def holds_any(text: str, forms: tuple[str, ...]) -> bool:
    """Whether one of the accepted forms stands in the text."""
    return any(holds(text, form) for form in forms)


@lru_cache(maxsize=4_000)
def _bounded(form: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?<!\d[.,]){re.escape(form)}(?!\w)(?![.,]\d)")
