"""Whether a text says a word where what it cites has the word that a beginning or an ending makes of it.

"Binding" for "non-binding", "illegal" for "legal", "harmful" for "harmless", "pro-war" for "anti-war". To
leave out such a word is no lie, and "not legal" says what "illegal" says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from rag.verify.denials import binds, other_denials, parted, plain_denials
from rag.verify.lexicon.undone import denied_part
from rag.verify.source import Source
from rag.verify.tokens import Token, tokenize

# What stands before a word, joined to it, as a word of its own.
_JOINED = frozenset(("non", "un"))
# Beginnings and endings of words that are each other's opposite if the rest is the same.
_BEGINNINGS = (("over", "under"), ("pre", "post"), ("in", "out"), ("up", "down"), ("maxi", "mini"))
_ENDINGS = (("ful", "less"), ("fully", "lessly"))
_SIDES = {"pro": "anti", "anti": "pro", "pre": "post", "post": "pre"}
_NO_TWINS = frozenset("income outcome inlet outlet overtake undertake overtaking undertaking".split())
_SHORTEST = 3
# So many words before a word may deny it, or leave it open.
_REACH = 6
_OPENING = frozenset(
    "will would shall should to until before may might could must can expected if whether".split()
)


class _Said(NamedTuple):
    """A word as it stands, without what denies it if that is part of it, and what stands before it."""

    base: str
    within: bool
    denied: bool
    opened: bool
    written: str


def unmade(text: str, source: Source) -> str | None:
    """What is wrong with a text's words: one that is by its beginning or ending the opposite of one cited."""
    if not any(map(_has_denied, (text, *source.quotes))):
        return _twinned(text, source)
    mine, theirs = _said(text), [each for quote in source.quotes for each in _said(quote)]
    there: dict[str, list[_Said]] = {}
    for each in theirs:
        there.setdefault(each.base, []).append(each)
    for each in mine:
        cited = there.get(each.base, ())
        if cited and not each.denied and all(_against(each, other) for other in cited):
            return f"says {each.written} where what it cites says {cited[0].written}"
    return _twinned(text, source)


@lru_cache(maxsize=4_096)
def _has_denied(text: str) -> bool:
    """Whether a text has any word that a beginning denies."""
    return any(token.word in _JOINED or denied_part(token.word) for token in tokenize(text))


def _against(mine: _Said, other: _Said) -> bool:
    """Whether one of two has the word and the other its denial, and neither is denied besides, or open."""
    return mine.within != other.within and not other.denied and (mine.opened or not other.opened)


@lru_cache(maxsize=4_096)
def _said(text: str) -> tuple[_Said, ...]:
    tokens, parts = tokenize(text), parted(text)
    places = {denial.place for denial in (*plain_denials(text), *filter(binds, other_denials(text)))}
    found = []
    for i, token in enumerate(tokens):
        part = denied_part(token.word)
        joined = i > 0 and tokens[i - 1].word in _JOINED and text[tokens[i - 1].end : token.start] == "-"
        before = [n for n in range(max(0, i - _REACH - joined), i - joined) if parts[n] == parts[i]]
        found.append(
            _Said(
                _bare(part or token.word),
                joined or part is not None,
                not places.isdisjoint(before) or "than" in (tokens[n].word for n in before[-2:]),
                any(tokens[n].word in _OPENING for n in before),
                f"{tokens[i - 1].word}-{token.word}" if joined else token.word,
            )
        )
    return tuple(found)


def _bare(word: str) -> str:
    """A word without the ending of an adverb."""
    return word[:-2] if word.endswith("ly") and word not in ("likely", "only") and len(word) > 5 else word


def _twinned(text: str, source: Source) -> str | None:
    """A word of which the opposite is cited, and neither the other's."""
    mine = set(_with_sides(tokenize(text)))
    theirs = {word for quote in source.quotes for word in _with_sides(tokenize(quote))}
    denies = any(plain_denials(each) for each in (text, *source.quotes))
    for word in sorted(mine - theirs) if not denies else ():
        for twin in _twins(word):
            if twin in theirs and twin not in mine:
                return f"says {word} where what it cites says {twin}"
    return None


def _with_sides(tokens: Iterable[Token]) -> Iterator[str]:
    """Words, those after "pro-" and the like with these."""
    last = ""
    for token in tokens:
        yield f"{last}-{token.word}" if last in _SIDES else token.word
        last = token.word


def _twins(word: str) -> Iterator[str]:
    beginning, dash, rest = word.partition("-")
    if dash and beginning in _SIDES:
        yield f"{_SIDES[beginning]}-{rest}"
    if word in _NO_TWINS:
        return
    for pair in _BEGINNINGS:
        for one, other in (pair, pair[::-1]):
            if word.startswith(one) and len(word) >= len(one) + _SHORTEST:
                yield other + word[len(one) :]
    for pair in _ENDINGS:
        for one, other in (pair, pair[::-1]):
            if word.endswith(one) and len(word) >= len(one) + _SHORTEST:
                yield word[: -len(one)] + other
