"""Small values for tests."""

from __future__ import annotations

from datetime import date
from typing import Any

from rag.articles import from_text
from rag.sentences import sentence_spans
from rag.types import Article, Offered, Question


def article(text: str, source: str = "a.txt", **known: Any) -> Article:
    """An article of these words, with the metadata given."""
    return from_text(text, source, {"title": "A headline", **known})


def offered(*texts: str, **known: Any) -> dict[int, Offered]:
    """Every sentence of these texts, each text an article, numbered from 1."""
    found: dict[int, Offered] = {}
    for rank, text in enumerate(texts, start=1):
        made = article(text, f"{rank}.txt", **known)
        for span in sentence_spans(made.text):
            number = len(found) + 1
            found[number] = Offered(number, made, span.start, span.end, rank)
    return found


def question(text: str, **more: Any) -> Question:
    """A question that needs no history."""
    return Question(text, standalone=text, **more)


JANUARY = date(2023, 1, 13)
MEMO = (
    "On Thursday, Defense Secretary Lloyd Austin and Minister Yasukazu Hamada signed two documents. "
    "Tokyo pays 1.05 trillion yen ($9 billion) over five years. "
    "“We will not yield,” Hamada said. "
    "The alliance is not in doubt. "
    "Austin lauded the plan to station a regiment in Japan by 2025."
)
