"""Which sentences of the evidence a model is shown: those that may answer, not all; pure.

The likeliest by reading come first; every third place goes to one that holds most of the question's words,
which tell what reading has missed.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

from rag.answer import Read
from rag.types import Offered
from rag.words import content_words, key, keys, words

# About so many characters are shown: fewer lose answers.
_SHOWN = 3_500
# So many by reading, then one by words, and so on.
_BY_READING = 2
# With one of these among its first words a sentence leans on the one before it.
_LEANING = frozenset(
    "he she it they his her its their him them this that these those both we i our my".split()
)
_FIRST_WORDS = 6


def worth_showing(asked: str, offered: Sequence[Offered], read: Sequence[Read]) -> tuple[Offered, ...]:
    """The sentences that a model should see of those offered, in the order of their numbers.

    `read` is in order, likeliest first. A sentence that leans on the one before it brings that along. Where
    there are few, all are shown.
    """
    by_number = {place.number: place for place in offered}
    likely = {each.offered.number: each.offered for each in read}
    shown: dict[int, Offered] = {}
    for place in _in_turn((likely | by_number).values(), _by_words(asked, offered)):
        if sum(len(each.quote) for each in shown.values()) >= _SHOWN:
            break
        before = by_number.get(place.number - 1)
        if before is not None and _leans(place, before):
            shown[before.number] = before
        shown[place.number] = place
    return tuple(shown[number] for number in sorted(shown))


def _in_turn(by_reading: Iterable[Offered], by_words: Sequence[Offered]) -> Iterator[Offered]:
    """The same places in two orders as one, which names some twice."""
    for number, place in enumerate(by_reading, start=1):
        yield place
        if number % _BY_READING == 0:
            yield by_words[number // _BY_READING - 1]


def _by_words(asked: str, offered: Sequence[Offered]) -> list[Offered]:
    """Those that hold most of the question's words first, a word counting more the fewer hold it."""
    wanted = {key(word) for word in content_words(asked)}
    held = {place.number: wanted.intersection(keys(place.quote)) for place in offered}
    counts = {word: sum(word in found for found in held.values()) for word in wanted}
    weights = {word: math.log((1 + len(offered)) / (1 + count)) for word, count in counts.items()}
    score = {number: math.fsum(weights[word] for word in found) for number, found in held.items()}
    return sorted(offered, key=lambda place: (-score[place.number], place.number))


def _leans(place: Offered, before: Offered) -> bool:
    """Whether a sentence may speak of somebody or something that stands in the one right before it."""
    between = place.article.text[before.end : place.start]
    follows = before.article.id == place.article.id and before.end <= place.start and not between.strip()
    return follows and not _LEANING.isdisjoint(words(place.quote)[:_FIRST_WORDS])
