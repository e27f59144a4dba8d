"""What an honest silence says: what is missing, and which articles come nearest; pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from datetime import date
from typing import NamedTuple

from rag.named import names, tails
from rag.types import Evidence, Filters, Nearest, Question
from rag.words import STOPWORDS, as_written, content_words, fold, words

_NEAREST, _MOST_TOLD = 3, 4
_MOST_ABSENT, _MOST_HEARD = 3, 2

# The ids of the articles that may answer and hold a word, by the question's content words, or hold a name of
# several words together, by its words with spaces.
Holders = Mapping[str, Collection[str]]


class _Part(NamedTuple):
    """What the question is made of: a name, or a word; as it is told, and the articles that hold it."""

    told: str
    named: bool
    held: Set[str]


class _Among(NamedTuple):
    """The articles that are counted: how many, and which the filters let through."""

    total: int
    which: str


def nearest(question: Question, evidence: Sequence[Evidence], holders: Holders) -> tuple[Nearest, ...]:
    """The articles of the best evidence, each with what of the question it has and lacks."""
    parts = _telling(_parts(question, holders))
    found: dict[str, Nearest] = {}
    for article in (item.article for item in evidence):
        has = [part.told for part in parts if article.id in part.held]
        lacks = [part for part in parts if article.id not in part.held]
        if has and article.id not in found and len(found) < _NEAREST:
            missing = ", ".join(part.told for part in _names_or_all(lacks))
            tail = f"; nothing of {missing}" if missing else ", but not the answer"
            found[article.id] = Nearest(article, f"mentions {', '.join(has)}{tail}")
    return tuple(found.values())


def silence(question: Question, holders: Holders, total: int) -> str:
    """One sentence that says what is missing, of `total` articles that may answer."""
    return f"The articles do not say: {_missing(question, holders, total)}."


def _missing(question: Question, holders: Holders, total: int) -> str:
    which = _which(question.filters)
    if total == 0:
        return "none fits these filters" if which else "there are no articles"
    among, ordered = _Among(total, which), _ordered(_parts(question, holders))
    absent = [part for part in ordered if not part.held]
    heard = [part for part in ordered if part.held]
    if not absent:
        return _apart(heard[:_MOST_HEARD], among)
    named = [part for part in heard if part.named][:_MOST_HEARD]
    return _without(named, _listed(_names_or_all(absent)[:_MOST_ABSENT], "or"), among)


def _without(named: Sequence[_Part], missing: str, among: _Among) -> str:
    """How many articles mention the names, and that none mentions what is missing."""
    both = _together(named)
    if not named or not both:
        verb = "does not mention" if among.total == 1 else "mentions"
        return f"{'' if among.total == 1 else 'none of '}{_all(among)} {verb} {missing}"
    told = _listed(named, "and")
    if among.total == 1:
        return f"{_all(among)} mentions {told}, but not {missing}"
    return f"{_some_of(len(both), among)} {told}; none mentions {missing}"


def _apart(heard: Sequence[_Part], among: _Among) -> str:
    """That the words are there, and the answer is not."""
    if not heard:
        return f"nothing in {_all(among)} answers this question"
    told, both = _listed(heard, "and"), _together(heard)
    if among.total == 1:
        return f"{_all(among)} mentions {told}, but not the answer"
    if both:
        return f"{_some_of(len(both), among)} {told}, but nothing there answers this question"
    # Two words, each in some articles and never in one together.
    first, second = heard
    others = len(second.held)
    also = f"{others:,} {_mention(others)} {second.told}"
    return f"{_some_of(len(first.held), among)} {first.told} and {also}, but none mentions both"


def _together(parts: Sequence[_Part]) -> set[str]:
    return set.intersection(*(set(part.held) for part in parts)) if parts else set()


def _all(among: _Among) -> str:
    return f"the {'one article' if among.total == 1 else f'{among.total:,} articles'}{among.which}"


def _some_of(count: int, among: _Among) -> str:
    if count == among.total:
        every = "both" if among.total == 2 else f"all {among.total:,}"
        return f"{every} articles{among.which} mention"
    return f"{count:,} of {_all(among)} {_mention(count)}"


def _mention(count: int) -> str:
    return "mentions" if count == 1 else "mention"


def _listed(parts: Sequence[_Part], last: str) -> str:
    told = [part.told for part in parts]
    return f" {last} ".join([", ".join(told[:-1]), told[-1]] if len(told) > 1 else told)


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


def _parts(question: Question, holders: Holders) -> list[_Part]:
    """The names and the other words that carry the question, in the order in which it was asked."""
    written = as_written(" ".join((question.standalone, *question.topic)))
    named = {name: content_words(name) for name in names(question.standalone)}
    topic = {fold(word) for word in question.topic if word[:1].isupper()}
    found: list[_Part] = []
    for word in holders:
        if whole := [name for name, own in named.items() if word in own]:
            found += [part for name in whole for part in _of_name(name, holders)]
        elif word in written and word not in STOPWORDS:
            told = written[word]
            shown = f"“{told}”" if told[0].islower() else told
            found.append(_Part(shown, word in topic, frozenset(holders[word])))
    return list(dict.fromkeys(found))


def _of_name(name: str, holders: Holders) -> Iterator[_Part]:
    """The name; where no article holds all of it, before it the longest end of it that one holds.

    The last word alone may be a family name; of a long name it is just a word.
    """
    held = _holding(name, holders)
    if not held:
        least = 1 if len(content_words(name)) == 2 else 2
        kept = (end for end in tails(name) if len(content_words(end)) >= least)
        ends = (_Part(end, True, _holding(end, holders)) for end in kept)
        yield from [part for part in ends if part.held][:1]
    yield _Part(name, True, held)


def _holding(name: str, holders: Holders) -> frozenset[str]:
    """The articles that hold the words of a name together; failing that, those that hold each of them."""
    together = holders.get(" ".join(words(name)), ())
    each = [frozenset(holders[word]) for word in content_words(name) if word in holders]
    return frozenset(together) or (frozenset.intersection(*each) if each else frozenset())


def _ordered(parts: Sequence[_Part]) -> list[_Part]:
    """What carries the question most: names first, then what the fewest articles hold."""
    return sorted(parts, key=lambda part: (not part.named, len(part.held)))


def _telling(parts: Sequence[_Part]) -> list[_Part]:
    """The few that are told of an article, in the order in which they were asked."""
    told = _ordered(parts)[:_MOST_TOLD]
    return [part for part in parts if part in told]


def _names_or_all(parts: Sequence[_Part]) -> list[_Part]:
    """The names alone where there are any: what is asked of them need not be told."""
    return [part for part in parts if part.named] or list(parts)


def unheard(question: Question, frequencies: Mapping[str, int]) -> list[str]:
    """Words of names in the question that no article holds; where none of its words is held, all of them.

    What is asked of them cannot be answered, least of all by articles in another language. The question's
    first word has its capital in any case.
    """
    if not any(frequencies.values()):
        return list(frequencies)
    asked = question.standalone
    named = {word for name in names(asked) for word in content_words(name)} - set(words(asked)[:1])
    return [word for word, count in frequencies.items() if word in named and count == 0]
