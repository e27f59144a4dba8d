"""Question, Evidence -> Draft, by quoting what the reader finds; and what silence says."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.reader import Reading
from rag.types import Draft, DraftSentence, Evidence, Nearest, Question
from rag.words import content_words, key, words

# A further sentence joins the first when it is at least this much as likely to answer.
_JOINS_FROM = 0.6
# The share of their words from which two sentences say the same.
_SAME_FROM = 0.7
_NEAREST = 3


def quote(readings: Sequence[Reading], most: int, silence_below: float) -> Draft:
    """The sentence most likely to answer, and up to `most - 1` others nearly as likely.

    Silence (no sentences) when even the best is less likely to answer than `silence_below`.
    """
    ordered = sorted(readings, key=lambda r: (-r.probability, r.offered.number))
    confidence = ordered[0].probability if ordered else 0.0
    if confidence < silence_below:
        return Draft((), confidence)
    chosen: list[Reading] = []
    for reading in ordered:
        joins = reading.probability >= _JOINS_FROM * confidence
        if len(chosen) < most and joins and not any(_same(reading, c) for c in chosen):
            chosen.append(reading)
    return Draft(
        tuple(DraftSentence(r.offered.quote, (r.offered.number,), quoting=True) for r in chosen),
        confidence,
    )


def _same(a: Reading, b: Reading) -> bool:
    first, second = set(words(a.offered.quote)), set(words(b.offered.quote))
    return len(first & second) >= _SAME_FROM * min(len(first), len(second))


def nearest(
    question: Question, evidence: Sequence[Evidence], readings: Sequence[Reading]
) -> tuple[Nearest, ...]:
    """The articles of the best evidence, each with what it has and lacks of the question's words."""
    by_article: dict[str, set[str]] = {}
    for reading in readings:
        by_article.setdefault(reading.offered.article.id, set()).update(reading.held)
    asked = content_words(question.standalone)
    found: dict[str, Nearest] = {}
    for item in evidence:
        article = item.article
        if article.id in found or len(found) == _NEAREST:
            continue
        held = by_article.get(article.id, set())
        has = [_as_asked(w, question) for w in asked if key(w) in held]
        lacks = [_as_asked(w, question) for w in asked if key(w) not in held]
        if has:
            tail = f"; nothing of {', '.join(lacks)}" if lacks else ", but not the answer"
            found[article.id] = Nearest(article, f"mentions {', '.join(has)}{tail}")
    return tuple(found.values())


def silence(question: Question, absent: Sequence[str], articles: int) -> str:
    """One sentence that says what is missing."""
    count = "the one article" if articles == 1 else f"the {articles} articles"
    if articles == 0:
        return "No article fits these filters."
    if absent:
        shown = ", ".join(_as_asked(word, question) for word in absent)
        return f"The articles do not say: none of {count} mentions {shown}."
    return f"The articles do not say: nothing in {count} answers this question."


def _as_asked(word: str, question: Question) -> str:
    """A folded word as the question writes it."""
    found = re.search(rf"\b{re.escape(word)}\b", question.standalone, re.IGNORECASE)
    return found.group() if found else word
