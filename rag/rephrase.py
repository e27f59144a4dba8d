"""Other ways to ask what the articles do not answer: less of the question, or its names alone; pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.named import names
from rag.types import Answer

_LEADING = r"\s+(?:about|of|on|in|at|with|for|to|from|by|against|during|over|and|or)(?:\s+the)?\s+"
_LEAST_WORDS = 3


def rephrasings(answer: Answer) -> tuple[str, ...]:
    """Questions near the one that was asked, the nearest first; whether they are answered is not known here.

    None for a question that names nothing.
    """
    asked = " ".join((answer.question.standalone or answer.question.text).split())
    found = dict.fromkeys([*_without_one(asked), *_of_one(asked)])
    return tuple(text for text in found if text.casefold() != asked.casefold())


def _without_one(asked: str) -> Iterator[str]:
    """The question without one of its names and what leads to it, the last first."""
    for name in reversed(list(names(asked))):
        less = re.sub(rf"{_LEADING}{re.escape(name)}(?:['’]s)?(?=\W|$)", "", asked, count=1)
        if less != asked and len(less.split()) >= _LEAST_WORDS and any(True for _ in names(less)):
            yield less


def _of_one(asked: str) -> Iterator[str]:
    """What is said of each of its names."""
    yield from (f"What is said about {name}?" for name in names(asked))
