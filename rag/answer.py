"""Question, Evidence -> Draft, by quoting what the reader finds; and what silence says."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from rag.reader import Reading
from rag.types import Draft, DraftSentence, Evidence, Nearest, Question, Sentence
from rag.words import as_written, content_words, fold, key, words

# A further sentence joins the best when its score is at most this much below.
_JOINS_WITHIN = 0.7
# The share of their words from which two sentences say the same.
_SAME_FROM = 0.7
_NEAREST = 3
_MOST_ABSENT = 3
_NAME = re.compile(r"(?<=\w)[ ,]+[“\"'‘]?([A-Z][\w’'-]+)")


def quote(readings: Sequence[Reading], most: int, silence_below: float) -> Draft:
    """The sentence most likely to answer, and up to `most - 1` others nearly as likely.

    Silence (no sentences) when even the best is less likely to answer than `silence_below`.
    """
    confidence = max((r.probability for r in readings), default=0.0)
    if not readings or confidence < silence_below:
        return Draft((), confidence)
    ordered = sorted(readings, key=lambda r: (-r.score, r.offered.number))
    chosen: list[Reading] = []
    for reading in ordered:
        joins = reading.score >= ordered[0].score - _JOINS_WITHIN
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
    asked, written = content_words(question.standalone), as_written(question.standalone)
    found: dict[str, Nearest] = {}
    for item in evidence:
        article = item.article
        if article.id in found or len(found) == _NEAREST:
            continue
        held = by_article.get(article.id, set())
        has = [written[w] for w in asked if key(w) in held]
        lacks = [written[w] for w in asked if key(w) not in held]
        if has:
            tail = f"; nothing of {', '.join(lacks)}" if lacks else ", but not the answer"
            found[article.id] = Nearest(article, f"mentions {', '.join(has)}{tail}")
    return tuple(found.values())


def silence(question: Question, frequencies: Mapping[str, int], articles: int) -> str:
    """One sentence that says what is missing; `frequencies` counts the passages that hold a word."""
    if articles == 0:
        return "The articles do not say: none fits these filters."
    count = "the one article" if articles == 1 else f"the {articles} articles"
    absent = unheard_names(question, frequencies) or [
        word for word, passages in frequencies.items() if not passages
    ]
    written = as_written(" ".join((question.standalone, *question.topic)))
    if absent:
        shown = " or ".join(written[word] for word in absent[:_MOST_ABSENT])
        return f"The articles do not say: none of {count} mentions {shown}."
    return f"The articles do not say: nothing in {count} answers this question."


def unheard_names(question: Question, frequencies: Mapping[str, int]) -> list[str]:
    """Names in the question that no article holds; what is asked of them cannot be answered.

    A name is a word with a capital that does not begin the question; a question in capitals has none.
    """
    written = question.standalone
    if written == written.upper():
        return []
    names = {fold(match.group(1)) for match in _NAME.finditer(written)}
    return [word for word, count in frequencies.items() if word in names and count == 0]


def likelihood(readings: Sequence[Reading], sentences: Sequence[Sentence]) -> float:
    """How likely the shown sentences answer: the most likely place that they cite, or any if none."""
    shown = {(c.article.id, c.start) for s in sentences for c in s.citations}
    return max(
        (
            reading.probability
            for reading in readings
            if not shown or (reading.offered.article.id, reading.offered.start) in shown
        ),
        default=0.0,
    )
