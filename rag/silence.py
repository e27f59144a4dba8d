"""What an honest silence says: what is missing, and which articles come nearest; pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from rag.types import Evidence, Nearest, Question
from rag.words import as_written, content_words, fold, key, words

_NEAREST = 3
_MOST_ABSENT, _MOST_HEARD = 3, 2
_NAME = re.compile(r"(?<=\w)[ ,]+[“\"'‘]?([A-Z][\w’'-]+)")

Holders = Mapping[str, Collection[str]]


def nearest(question: Question, evidence: Sequence[Evidence]) -> tuple[Nearest, ...]:
    """The articles of the best evidence, each with what it has there and lacks of the question's words."""
    held: dict[str, set[str]] = {}
    for item in evidence:
        known = f"{item.article.title} {item.passage.text}"
        held.setdefault(item.article.id, set()).update(map(key, words(known)))
    asked, written = content_words(question.standalone), as_written(question.standalone)
    found: dict[str, Nearest] = {}
    for item in evidence:
        article = item.article
        if article.id in found or len(found) == _NEAREST:
            continue
        has = [written[w] for w in asked if key(w) in held[article.id]]
        lacks = [written[w] for w in asked if key(w) not in held[article.id]]
        if has:
            tail = f"; nothing of {', '.join(lacks)}" if lacks else ", but not the answer"
            found[article.id] = Nearest(article, f"mentions {', '.join(has)}{tail}")
    return tuple(found.values())


def silence(question: Question, holders: Holders, total: int) -> str:
    """One sentence that says what is missing.

    `holders` has the articles that hold each of the question's content words, of `total` that may answer.
    """
    if total == 0:
        return "The articles do not say: none fits these filters."
    written = as_written(" ".join((question.standalone, *question.topic)))
    names = _names(question)
    ordered = sorted(holders, key=lambda word: (word not in names, len(holders[word])))
    absent = [word for word in ordered if not holders[word]]
    heard = [word for word in ordered if holders[word]]
    if absent:
        named = [word for word in heard if word in names][:_MOST_HEARD]
        missing = _listed([written[word] for word in absent[:_MOST_ABSENT]], "or")
        return f"The articles do not say: {_without(named, missing, written, holders, total)}."
    return f"The articles do not say: {_apart(heard[:_MOST_HEARD], written, holders, total)}."


def _without(
    named: Sequence[str], missing: str, written: Mapping[str, str], holders: Holders, total: int
) -> str:
    """How many articles mention the names, and that none mentions what is missing."""
    both = _together(named, holders)
    if not named or not both:
        return f"{_none_of(total)} {missing}"
    names = _listed([written[word] for word in named], "and")
    if total == 1:
        return f"the one article mentions {names}, but not {missing}"
    return f"{_some_of(len(both), total)} {names}; none mentions {missing}"


def _apart(heard: Sequence[str], written: Mapping[str, str], holders: Holders, total: int) -> str:
    """That the words are there, and the answer is not."""
    if not heard:
        return f"nothing in {_all(total)} answers this question"
    names = _listed([written[word] for word in heard], "and")
    both = _together(heard, holders)
    if total == 1:
        return f"the one article mentions {names}, but not the answer"
    if both:
        return f"{_some_of(len(both), total)} {names}, but nothing there answers this question"
    parts = [f"{_some_of(len(holders[word]), total)} {written[word]}" for word in heard]
    return f"{' and '.join(parts)}, but none mentions both"


def _together(named: Sequence[str], holders: Holders) -> set[str]:
    return set.intersection(*(set(holders[word]) for word in named)) if named else set()


def _all(total: int) -> str:
    return "the one article" if total == 1 else f"the {total:,} articles"


def _none_of(total: int) -> str:
    return "the one article does not mention" if total == 1 else f"none of {_all(total)} mentions"


def _some_of(count: int, total: int) -> str:
    if count == total:
        return f"{'both' if total == 2 else f'all {total:,}'} articles mention"
    return f"{count:,} of the {total:,} articles {'mentions' if count == 1 else 'mention'}"


def _listed(parts: Sequence[str], last: str) -> str:
    return f" {last} ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


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
