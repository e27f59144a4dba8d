"""Which words count as the same, as opposites, as leaving things open, by the tables of `thesaurus`."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache

from rag.verify.lexicon import thesaurus
from rag.verify.lexicon.forms import key


def _groups(table: str) -> dict[str, frozenset[int]]:
    found: dict[str, set[int]] = {}
    for number, group in enumerate(table.split("|")):
        for word in group.split():
            found.setdefault(key(word), set()).add(number)
    return {word: frozenset(numbers) for word, numbers in found.items()}


def _keys(text: str) -> frozenset[str]:
    return frozenset(key(word) for word in text.split())


_GROUPS = _groups(thesaurus.SYNONYMS)
OPPOSITES = tuple(
    (_keys(one), _keys(other)) for one, other in (pair.split("|") for pair in thesaurus.OPPOSITES.split(";"))
)
OPEN, INTENDED, CERTAIN = map(_keys, (thesaurus.OPEN, thesaurus.INTENDED, thesaurus.CERTAIN))
SOME, ALL = _keys(thesaurus.SOME), _keys(thesaurus.ALL)

_NO_GROUP: frozenset[int] = frozenset()
_PREFIX = 5


@lru_cache(maxsize=100_000)
def alike(a: str, b: str) -> bool:
    """Whether two keys count as the same: equal, in one group, or of one root ("decid", "decis")."""
    if a == b or grouped(a, b):
        return True
    shorter, longer = sorted((a, b), key=len)
    root = max(4, min(_PREFIX + 1, len(shorter) - 1))
    return len(shorter) >= root and len(longer) - len(shorter) <= 4 and shorter[:root] == longer[:root]


def grouped(a: str, b: str) -> bool:
    """Whether two keys stand in one group of the table."""
    return not _GROUPS.get(a, _NO_GROUP).isdisjoint(_GROUPS.get(b, _NO_GROUP))


def among(word: str, others: Collection[str]) -> bool:
    """Whether a key, or one that counts as the same, is among the others."""
    return word in others or any(alike(word, other) for other in others)


def opposite(word: str, others: Collection[str]) -> bool:
    """Whether the opposite of a key is among others."""
    return any(
        word in one and not other.isdisjoint(others)
        for pair in OPPOSITES
        for one, other in (pair, pair[::-1])
    )


def everyday(word: str) -> bool:
    """Whether a key is that of a word in the tables, and so hardly a name."""
    return word in _GROUPS
