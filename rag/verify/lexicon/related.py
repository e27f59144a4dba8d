"""Which words say nearly the same by WordNet: in one sense of each, or one a kind of the other.

That is little evidence that two sentences agree, as most words have many senses, but enough that one of two
which else agree may be a paraphrase. The table is made by tools/wordnet_table.py, and read when first asked.
"""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

_TABLE = Path(__file__).with_name("wordnet.txt")
_NONE: frozenset[int] = frozenset()


class _Senses(NamedTuple):
    """By key: the senses of a word, and those of which it is the kind or to which it is close."""

    own: dict[str, frozenset[int]]
    wider: dict[str, frozenset[int]]
    first_of_verbs: int


@lru_cache(maxsize=20_000)
def may_say(said: str, cited: str) -> bool:
    """Whether a key may stand for a cited one: of one sense, or of a wider one, or close to it.

    A noun may stand for what is a kind of it ("boat" for "ferry") and not the other way round.
    """
    own, wider, first = _senses()
    mine, theirs = own.get(said, _NONE), own.get(cited, _NONE)
    if not mine.isdisjoint(theirs) or not wider.get(said, _NONE).isdisjoint(theirs):
        return True
    return any(sense >= first for sense in mine & wider.get(cited, _NONE))


@lru_cache(maxsize=1)
def _senses() -> _Senses:
    own: defaultdict[str, set[int]] = defaultdict(set)
    wider: defaultdict[str, set[int]] = defaultdict(set)
    first_of_verbs = 0
    with _TABLE.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            if line.startswith(("#", "--")):
                first_of_verbs = number
                continue
            words, _, others = line.partition("|")
            for word in words.split():
                own[word].add(number)
            for word in others.split():
                wider[word].add(number)
    return _Senses(
        {word: frozenset(found) for word, found in own.items()},
        {word: frozenset(found) for word, found in wider.items()},
        first_of_verbs,
    )
