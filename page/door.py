"""What programs may do, with values that may be anything: ask, search, read."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from page.turns import without_folders
from rag import Assistant
from rag.assistant import make_question, understood
from rag.errors import ArticleError, UsageError
from rag.retrieve import retrieve
from rag.types import Answer, Article, Evidence, Filters

# How much is given at once, and how much may be asked for.
MAX_READ, MAX_FOUND, MAX_PASSAGES = 20_000, 20, 3
MAX_HISTORY, MAX_NAME = 50, 200
_ID = re.compile(r"[0-9a-f]{6,64}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class Door:
    """The library, for whoever speaks JSON."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant

    def ask(self, question: Any, history: Any, days: tuple[Any, Any, Any], outlet: Any) -> dict[str, Any]:
        """The answer as CONTRACT's JSON, folders cut. Raises as `Assistant.ask` does."""
        if history is not None and (not isinstance(history, list) or len(history) > MAX_HISTORY):
            raise UsageError(f"history is a list of at most {MAX_HISTORY} questions")
        return discreet(self._assistant.ask(question, history or (), _filters(days, outlet)))

    def search(self, query: Any, days: tuple[Any, Any], outlet: Any, limit: Any) -> list[dict[str, Any]]:
        """The best articles with their best passages. Raises UsageError, and as `retrieve` does."""
        if not _is_number(limit) or not 1 <= limit <= MAX_FOUND:
            raise UsageError(f"limit is a number from 1 to {MAX_FOUND}")
        asked = make_question(query, (), _filters((*days, ""), outlet), None)
        shelf, config = self._assistant.collection.shelf(), self._assistant.config
        question = understood(asked, shelf.library)
        found: dict[str, list[Evidence]] = {}
        for evidence in retrieve(question, shelf, config.candidates, 2 * limit, config.run):
            found.setdefault(evidence.article.id, []).append(evidence)
        return [_found(passages[:MAX_PASSAGES]) for passages in list(found.values())[:limit]]

    def read(self, article_id: Any, start: Any, end: Any) -> dict[str, Any]:
        """A range of an article. Raises UsageError, and ArticleError when there is none of that id."""
        # An id alone: sources are paths, and which of them exist is nobody's business.
        if not isinstance(article_id, str) or not _ID.fullmatch(article_id):
            raise UsageError("article_id is what a citation or search_articles gives: hexadecimal digits")
        article = self._article(article_id)
        length = len(article.text)
        if not _is_number(start) or not 0 <= start <= length:
            raise UsageError(f"start is a number from 0 to {length:,}, the length of the article")
        if end is not None and (not _is_number(end) or end < start):
            raise UsageError("end is a number that is not below start, or null")
        stop = min(length, start + MAX_READ, length if end is None else end)
        return _about(article) | {
            "author": article.author,
            "language": article.language,
            "replaced_by": article.replaced_by,
            "length": length,
            "start": start,
            "end": stop,
            "text": article.text[start:stop],
            "next": stop if stop < length else None,
        }

    def _article(self, article_id: str) -> Article:
        try:
            return self._assistant.article(article_id)
        except ArticleError as error:
            # What follows is advice for whoever sits at the library's own command line.
            raise ArticleError(str(error).partition(";")[0]) from error


def discreet(answer: Answer) -> dict[str, Any]:
    """An answer as CONTRACT's JSON, its sources and notes without the folders of this machine."""
    value = answer.to_dict()
    for citation in value["citations"]:
        citation["source"] = without_folders(citation["source"])
    value["trace"]["notes"] = [without_folders(note) for note in value["trace"]["notes"]]
    return value


def _is_number(value: Any) -> bool:
    return type(value) is int  # JSON's true is none


def _filters(days: tuple[Any, Any, Any], outlet: Any) -> Filters:
    """Filters of what was given. Raises UsageError for what is none."""
    since, until, as_of = (
        _day(name, day) for name, day in zip(("since", "until", "as_of"), days, strict=True)
    )
    if outlet and (not isinstance(outlet, str) or len(outlet) > MAX_NAME):
        raise UsageError(f"outlet is a name of at most {MAX_NAME} characters")
    return Filters(since, until, as_of, outlet or None)


def _day(name: str, given: Any) -> date | None:
    if given in (None, ""):
        return None
    if isinstance(given, str) and _DAY.fullmatch(given):
        try:
            return date.fromisoformat(given)
        except ValueError:
            pass
    raise UsageError(f"{name} is no date; write YYYY-MM-DD")


def _about(article: Article) -> dict[str, Any]:
    return {
        "article_id": article.id,
        "title": article.title,
        "outlet": article.outlet,
        "published": article.published.isoformat() if article.published else None,
        "published_basis": article.published_basis,
        "url": article.url,
    }


def _found(passages: list[Evidence]) -> dict[str, Any]:
    """An article and its passages, whose ranges count characters of the article's text."""
    article = passages[0].article
    told = [
        {
            "start": evidence.passage.start,
            "end": evidence.passage.end,
            "sentences": [
                {"text": article.text[span.start : span.end], "start": span.start, "end": span.end}
                for span in evidence.passage.sentences
            ],
        }
        for evidence in passages
    ]
    return {**_about(article), "passages": told}
