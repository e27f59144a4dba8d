"""What speaks to whoever reads it, a model above all: it reports nothing."""

from __future__ import annotations

import re

_ANY = (
    r"\b(?:ignore|disregard|forget)\b.{0,40}\binstructions?\b"
    r"|\b(?:note to|attention,?) (?:the )?(?:assistant|ai|model)s?\b"
)
# How models' own turns are fenced; other tags are what is left of a page.
_TURN = (
    r"<\|[a-z_/]+\|?>|</?(?:system|user|assistant|instructions?|prompt|evidence|think(?:ing)?)>|\[/?inst\]"
)
_TO_WRITE = re.compile(
    rf"{_ANY}|\bwrite(?: exactly)?(?: this)?: |\bin your answer\b|{_TURN}"
    r"|\byou (?:must |will )?write\b|\binstructions\b[^.]{0,60} ?: "
    r"|^(?:system|assistant|user): |\bi must write\b|\bthe (?:correct )?answer (?:is|to every question)\b",
    re.IGNORECASE,
)
_TO_BE_SILENT = re.compile(
    rf"{_ANY}|\bnot[\W_]*in[\W_]*(?:the[\W_]*)?articles\b"
    r"|\b(?:do not|don['’]t|never|refuse to) (?:answer|reply|respond)\b|\b(?:reply|respond|answer) only\b",
    re.IGNORECASE,
)


def to_write(text: str) -> str | None:
    """The words by which a text tells its reader what to write, or None."""
    found = _TO_WRITE.search(text)
    return found.group().strip() if found else None


def to_be_silent(text: str) -> bool:
    """Whether a text may have its reader say that nothing answers."""
    return bool(_TO_BE_SILENT.search(text))
