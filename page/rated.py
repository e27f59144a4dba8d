"""A rated answer -> a case of the eval set, in a local file that `python -m evals.rated` makes a suite of."""

from __future__ import annotations

import hashlib
import re
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from rag.show import line
from rag.types import Answer, Filters

FOLDER, FILE = "rated", "cases.yaml"
_MOST_BYTES = 5_000_000
_SLUG_WORDS = 6


class Rating(NamedTuple):
    """What a reader thinks of an answer.

    `expected` are words that should stand in it; `silent` says that the articles do not say; `note` is free.
    """

    good: bool
    expected: str = ""
    silent: bool = False
    note: str = ""


def case_of(answer: Answer, rating: Rating, day: date) -> dict[str, Any]:
    """The case that a rated answer makes, as evals/cases has them, but for articles, which it names by id.

    What nobody said stays empty.

    A good answer must be given again: its marked words, its sentences, its articles. Of a bad one the marked
    words must not come again, unless what is expected holds them or is held by them.
    """
    question = answer.question
    silent = rating.silent or (rating.good and answer.status == "not_in_articles")
    marked = _marked(answer)
    good = rating.good and not silent
    case = {
        "id": _id(question.text, question.history, day),
        "kind": _kind(answer, silent),
        "question": question.text,
        "status": "not_in_articles" if silent else "answered",
        "must": [] if silent else [[words] for words in (marked if good else [rating.expected]) if words],
        "must_not": [] if rating.good else [w for w in marked if not _overlap(w, rating.expected)],
        "cite": sorted({c.article.id for c in answer.citations}) if good else [],
        "gold": [c.quote for c in answer.citations] if good else [],
        "why": line(rating.note) or f"An answer was rated {'good' if rating.good else 'bad'} on {day}.",
    }
    more = {"history": list(question.history), "filters": _filters(question.filters)}
    return case | {name: value for name, value in more.items() if value}


def write_down(case: dict[str, Any], home: Path) -> Path:
    """Add a case to the file of rated answers in `home`; where it stands now. Raises OSError."""
    folder = home / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / FILE
    if path.exists() and path.stat().st_size > _MOST_BYTES:
        raise OSError(f"{path} is full")
    with path.open("a", encoding="utf-8") as file:
        file.write(yaml.safe_dump([case], allow_unicode=True, sort_keys=False, width=10_000))
    return path


def _overlap(marked: str, expected: str) -> bool:
    """Whether one of two holds the other."""
    one, other = marked.casefold(), expected.casefold()
    return bool(other) and (one in other or other in one)


def _marked(answer: Answer) -> list[str]:
    """The words that were marked as the answer, each once."""
    spans = [(c.article.text, c.focus) for c in answer.citations if c.focus is not None]
    return list(dict.fromkeys(line(text[focus.start : focus.end]) for text, focus in spans))


def _kind(answer: Answer, silent: bool) -> str:
    question = answer.question
    if question.history:
        return "follow-up"
    if question.filters != Filters():
        return "as-of"
    return "unanswerable" if silent else "fact"


def _id(text: str, history: tuple[str, ...], day: date) -> str:
    words = re.findall(r"[a-z0-9]+", text.casefold())[:_SLUG_WORDS]
    told = hashlib.sha256("\n".join((*history, text)).encode()).hexdigest()[:6]
    return "-".join(("rated", *words, f"{day:%m%d}", told))


def _filters(filters: Filters) -> dict[str, date | str]:
    named = {"since": filters.since, "until": filters.until, "as_of": filters.as_of, "outlet": filters.outlet}
    return {name: value for name, value in named.items() if value}
