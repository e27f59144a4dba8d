"""What an honest silence says: what is missing, and which articles come nearest; pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from rag.types import Evidence, Filters, Nearest, Question
from rag.words import STOPWORDS, as_written, fold

_NEAREST, _MOST_TOLD = 3, 4
_MOST_ABSENT, _MOST_HEARD = 3, 2
_NAME = re.compile(r"(?<=\w)[ ,]+[“\"'‘]?([A-Z][\w’'-]+)")

# The ids of the articles that may answer and hold a word, by the question's content words.
Holders = Mapping[str, Collection[str]]


class _Among(NamedTuple):
    """The articles that are counted: how many, and which the filters let through."""

    total: int
    which: str


def nearest(question: Question, evidence: Sequence[Evidence], holders: Holders) -> tuple[Nearest, ...]:
    """The articles of the best evidence, each with which of the question's words it has and lacks."""
    told, written = _telling(question, holders), _written(question)
    found: dict[str, Nearest] = {}
    for article in (item.article for item in evidence):
        has = [written[word] for word in told if article.id in holders[word]]
        lacks = [written[word] for word in told if article.id not in holders[word]]
        if has and article.id not in found and len(found) < _NEAREST:
            tail = f"; nothing of {', '.join(lacks)}" if lacks else ", but not the answer"
            found[article.id] = Nearest(article, f"mentions {', '.join(has)}{tail}")
    return tuple(found.values())


def silence(question: Question, holders: Holders, total: int) -> str:
    """One sentence that says what is missing, of `total` articles that may answer."""
    return f"The articles do not say: {_missing(question, holders, total)}."


def _missing(question: Question, holders: Holders, total: int) -> str:
    which = _which(question.filters)
    if total == 0:
        return "none fits these filters" if which else "there are no articles"
    names, written, among = _names_told(question), _written(question), _Among(total, which)
    ordered = _ordered(question, holders)
    absent = [word for word in ordered if not holders[word]]
    heard = [word for word in ordered if holders[word]]
    if not absent:
        return _apart(heard[:_MOST_HEARD], written, holders, among)
    named = [word for word in heard if word in names][:_MOST_HEARD]
    missing = _listed([written[word] for word in absent[:_MOST_ABSENT]], "or")
    return _without(named, missing, written, holders, among)


def _without(
    named: Sequence[str], missing: str, written: Mapping[str, str], holders: Holders, among: _Among
) -> str:
    """How many articles mention the names, and that none mentions what is missing."""
    both = _together(named, holders)
    if not named or not both:
        verb = "does not mention" if among.total == 1 else "mentions"
        return f"{'' if among.total == 1 else 'none of '}{_all(among)} {verb} {missing}"
    names = _listed([written[word] for word in named], "and")
    if among.total == 1:
        return f"{_all(among)} mentions {names}, but not {missing}"
    return f"{_some_of(len(both), among)} {names}; none mentions {missing}"


def _apart(heard: Sequence[str], written: Mapping[str, str], holders: Holders, among: _Among) -> str:
    """That the words are there, and the answer is not."""
    if not heard:
        return f"nothing in {_all(among)} answers this question"
    names = _listed([written[word] for word in heard], "and")
    both = _together(heard, holders)
    if among.total == 1:
        return f"{_all(among)} mentions {names}, but not the answer"
    if both:
        return f"{_some_of(len(both), among)} {names}, but nothing there answers this question"
    # Two words, each in some articles and never in one together.
    first, second = heard
    others = len(holders[second])
    also = f"{others:,} {_mention(others)} {written[second]}"
    return f"{_some_of(len(holders[first]), among)} {written[first]} and {also}, but none mentions both"


def _together(words: Sequence[str], holders: Holders) -> set[str]:
    return set.intersection(*(set(holders[word]) for word in words)) if words else set()


def _all(among: _Among) -> str:
    return f"the {'one article' if among.total == 1 else f'{among.total:,} articles'}{among.which}"


def _some_of(count: int, among: _Among) -> str:
    if count == among.total:
        every = "both" if among.total == 2 else f"all {among.total:,}"
        return f"{every} articles{among.which} mention"
    return f"{count:,} of {_all(among)} {_mention(count)}"


def _mention(count: int) -> str:
    return "mentions" if count == 1 else "mention"


def _listed(parts: Sequence[str], last: str) -> str:
    return f" {last} ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def _which(filters: Filters) -> str:
    """Which articles the filters let through, as words behind "articles"; empty when all."""
    outlet = f" from {filters.outlet.strip()}" if filters.outlet is not None else ""
    since, latest = filters.since, filters.latest
    if since is not None and latest is not None:
        days = f" between {_day(since)} and {_day(latest)}" if since != latest else f" of {_day(since)}"
    elif since is not None:
        days = f" since {_day(since)}"
    else:
        days = f" up to {_day(latest)}" if latest is not None else ""
    return outlet + days


def _day(day: date) -> str:
    return f"{day.day} {day:%B} {day.year}"


def _written(question: Question) -> dict[str, str]:
    """The question's words and those of its topic as they were written."""
    return as_written(" ".join((question.standalone, *question.topic)))


def _ordered(question: Question, holders: Holders) -> list[str]:
    """The words that carry the question: names first, then those that the fewest articles hold."""
    names = _names_told(question)
    carrying = [word for word in holders if word not in STOPWORDS]
    return sorted(carrying, key=lambda word: (word not in names, len(holders[word])))


def _telling(question: Question, holders: Holders) -> list[str]:
    """The few words that are told of an article, in the order in which they were asked."""
    told = _ordered(question, holders)[:_MOST_TOLD]
    return [word for word in holders if word in told]


def _names_told(question: Question) -> set[str]:
    """The names of the question and of its topic."""
    return _names(question) | {fold(word) for word in question.topic if word[:1].isupper()}


def unheard_names(question: Question, frequencies: Mapping[str, int]) -> list[str]:
    """Names in the question that no article holds; what is asked of them cannot be answered."""
    names = _names(question)
    return [word for word, count in frequencies.items() if word in names and count == 0]


def _names(question: Question) -> set[str]:
    """Words with a capital that do not begin the question; a question in capitals has none."""
    written = question.standalone
    if written == written.upper():
        return set()
    return {fold(match.group(1)) for match in _NAME.finditer(written)}
