"""Answers -> a fact sheet: a row for each sentence and what it cites, as comma-separated values."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator

from rag.show.plain import web_address
from rag.types import Answer, Citation, Sentence

COLUMNS = (
    *("question", "claim", "verdict", "quote", "start", "end"),
    *("title", "outlet", "date", "link", "source", "article_id"),
)
# A spreadsheet takes a cell that begins so for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def to_fact_sheet(answers: Iterable[Answer], place: Callable[[str], str] = str) -> str:
    """One row a sentence and citation, below a row of names; a silent answer has one row without a quote.

    `start` and `end` count characters of the article's stored text, and `place` says how its source
    is told. A cell that a spreadsheet would take for a formula begins with an apostrophe.
    """
    sheet = io.StringIO()
    rows = csv.writer(sheet, lineterminator="\r\n")
    rows.writerow(COLUMNS)
    rows.writerows([_cell(value) for value in row] for answer in answers for row in _rows(answer, place))
    return sheet.getvalue()


def _rows(answer: Answer, place: Callable[[str], str]) -> Iterator[tuple[object, ...]]:
    asked = answer.question.text
    if not answer.sentences:
        yield (asked, answer.silence, "not in articles", *[""] * (len(COLUMNS) - 3))
    for sentence in answer.sentences:
        yield from ((asked, *_row(sentence, cited, place)) for cited in sentence.citations)


def _row(sentence: Sentence, cited: Citation, place: Callable[[str], str]) -> tuple[object, ...]:
    article = cited.article
    return (
        *(sentence.text, sentence.verdict, cited.quote, cited.start, cited.end),
        *(article.title, article.outlet or "", article.published or "", web_address(article.url)),
        *(place(article.source), article.id),
    )


def _cell(value: object) -> str:
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
