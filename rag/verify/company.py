"""The company that names keep: two names of a text that fit what is cited better in each other's place."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from itertools import combinations
from typing import NamedTuple

from rag.verify.lexicon.meanings import among
from rag.verify.people import BODIES, COUNTRIES, OFFICES
from rag.verify.source import Source
from rag.verify.tokens import Name, Token, names, tokenize

# So many words on each side are a name's company, in a text and in what it cites.
_BESIDE, _CITED_BESIDE = 3, 4
# So many more of them must fit the other name.
_MARGIN = 3
_PLACING = frozenset("in at on from to of for by with near against under over about".split())
_JOINED = re.compile(r"[’'s]*,?(?: (?:and|or|with|as well as|,))?(?: the)? ?")
_SKIPPED = frozenset("the a an its his her their".split())
# What something has been since or during is a time: it does nothing that another could have done.
_TIMING = frozenset("since during until till".split())


class _Kept(NamedTuple):
    keys: frozenset[str]
    span: tuple[int, int]
    company: frozenset[str]


def misplaced(text: str, source: Source) -> tuple[frozenset[str], frozenset[str]] | None:
    """Two names that what is cited would have change places, or None."""
    mine = [kept for kept in _kept(text, _BESIDE) if not kept.keys.isdisjoint(source.keys)]
    often = Counter(word for kept in mine for word in kept.keys)
    single = [kept for kept in mine if all(often[word] == 1 for word in kept.keys)]
    theirs = [kept for quote in source.quotes for kept in _kept(quote, _CITED_BESIDE)]
    fits = [_company(kept.keys, theirs) for kept in single]
    for (one, its), (other, others) in combinations(zip(single, fits, strict=True), 2):
        if not its or not others:
            continue
        as_said = _shared(one.company, its) + _shared(other.company, others)
        exchanged = _shared(one.company, others) + _shared(other.company, its)
        if exchanged >= max(as_said + _MARGIN, 2 * as_said) and not _coordinated(one, other, text):
            return one.keys, other.keys
    return None


def _coordinated(one: _Kept, other: _Kept, text: str) -> bool:
    """Whether they are named in one breath: what is said of one is said of the other."""
    return bool(_JOINED.fullmatch(text[one.span[1] : other.span[0]]))


def _company(keys: frozenset[str], theirs: Iterable[_Kept]) -> frozenset[str]:
    found = (kept.company for kept in theirs if not kept.keys.isdisjoint(keys))
    return frozenset().union(*found)


def _shared(mine: frozenset[str], theirs: frozenset[str]) -> int:
    return sum(word in theirs or (word[0] != " " and among(word, theirs)) for word in mine)


@lru_cache(maxsize=1_024)
def _kept(text: str, far: int) -> tuple[_Kept, ...]:
    tokens = tokenize(text)
    runs = (run for run in names(text) if not _is_time(tokens, run) and not _is_of_another(tokens, run))
    return tuple(_of(tokens, run, far) for run in runs)


def _is_time(tokens: tuple[Token, ...], run: Name) -> bool:
    before = [t.word for t in tokens[max(0, run.first - 2) : run.first] if t.word not in _SKIPPED]
    return bool(before) and before[-1] in _TIMING


def _is_of_another(tokens: tuple[Token, ...], run: Name) -> bool:
    """Whether it says only of whom an office or a body is: "U.S. forces"."""
    following = tokens[run.end : run.end + 1]
    land = all(token.key in COUNTRIES for token in tokens[run.first : run.end])
    return land and any(t.key in OFFICES or t.word in BODIES for t in following)


def _of(tokens: tuple[Token, ...], run: Name, far: int) -> _Kept:
    before = [t for t in reversed(tokens[: run.first]) if t.word not in _SKIPPED]
    placed = [f" {before[0].word}"] if before and before[0].word in _PLACING else []
    left = [t.key for t in before if t.carries and not t.named][:far]
    right = [t.key for t in tokens[run.end :] if t.carries and not t.named][:far]
    keys = frozenset(t.key for t in tokens[run.first : run.end] if t.named)
    span = (tokens[run.first].start, tokens[run.end - 1].end)
    return _Kept(keys, span, frozenset((*placed, *left, *right)))
