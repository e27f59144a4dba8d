"""Whether a text denies what it cites says, or says what that denies.

Every denial of a text needs one in what it cites that the text does not repeat besides: a plain one ("not"),
one in other words ("refused") of the same thing, or, where a comparison would say as much, a comparison
("never before" and "the first").
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise

from rag.verify.denials import Denial, binds, other_denials, parted, plain_denials, undone
from rag.verify.meanings import alike, among
from rag.verify.source import Source
from rag.verify.tokens import Token, tokenize
from rag.words import key

_COMPARING = frozenset(
    map(key, "first only most record highest unprecedented unique sole best worst least".split())
)
_SUPERLATIVE = re.compile(
    r"(?!(?:for|t|w|r|gu|prot|inter|requ|harv|arr|inv|sugg|cont|lat|\w*w|dig|hon|mod|pri|budap|ever)est)\w{3,}est"
)
_TEMPORAL = frozenset(
    map(key, "until before after only earliest yet still remain wait later from now former once".split())
)
# Such losses are denials in what they do, and excuse leaving out one of what is lost.
_LOSING = frozenset(map(key, "lose lost loss cut end ended out off against fell short gone".split()))
# "Not before March" says what "in March at the earliest" says.
_STARTING = frozenset(map(key, "until after only earliest wait later from first remain still".split()))
_OF_ALL = frozenset("none nobody nothing no never".split())
_TWICE_WITHIN = 6


def turned(text: str, source: Source) -> str | None:
    """What is wrong with a text's denials."""
    sides = _Sides(text, source)
    if twice := sides.twice():
        return f"denies twice what it cites denies at most once: {twice}"
    if made_up := sides.made_up():
        return f"denies what nothing it cites denies: {made_up}"
    if lost := sides.lost():
        return f"says what something it cites denies: {lost}"
    return None


class _Sides:
    """A text and what it cites, with what each denies."""

    def __init__(self, text: str, source: Source) -> None:
        self.mine = tokenize(text)
        self.said = {token.key for token in self.mine}
        self.parts = parted(text)
        self.own, self.own_others = plain_denials(text), other_denials(text)
        self.quotes = source.quotes
        self.cited = [denial for quote in source.quotes for denial in plain_denials(quote)]
        self.others = [denial for quote in source.quotes for denial in other_denials(quote)]
        self.there = source.keys

    def twice(self) -> str | None:
        """Two plain denials in one part of the text, where no part of what is cited has two."""
        if any(_doubled(plain_denials(quote)) for quote in self.quotes):
            return None
        return " ".join(denial.word for denial in _doubled(self.own)) or None

    def made_up(self) -> str | None:
        """The first denial for which nothing cited stands."""
        new = [d for d in self.own_others if binds(d) and not among(d.key, self.there)]
        strange = [d.key for d in self.own_others if not among(d.key, self.there)]
        if not self.cited and strange and any(own.word in _OF_ALL for own in self.own):
            # "None of them disagreed" denies nothing.
            return None
        left = len(self.cited) - (len(new) if self.own and self.cited else 0)
        for denial in self.own:
            if self._compared(denial):
                continue
            if left > 0 and self._may_be(denial):
                left -= 1
            elif not self._put_otherwise(denial):
                return " ".join(filter(None, (denial.word, denial.head)))
        return None

    def _compared(self, denial: Denial) -> bool:
        strange = [token for quote in self.quotes for token in tokenize(quote) if token.key not in self.said]
        if denial.comparing and any(_is_comparing(token) for token in strange):
            new = (token for token in self.mine if token.key in denial.scope and token.key not in self.there)
            return not any(map(_is_comparing, new))
        if denial.since and any(token.word == "last" for token in strange):
            return True
        return denial.temporal and any(token.key in _TEMPORAL for token in strange)

    def _may_be(self, denial: Denial) -> bool:
        """Whether what is denied is denied there too, as far as it stands there."""
        word = denial.head
        if word is None or any(d.head is None or among(word, d.scope) for d in self.cited):
            return True
        return self._stands_denied(word)

    def _stands_denied(self, word: str) -> bool:
        """Whether a word does not stand there at all, or else in a part that denies."""
        found = False
        for quote in self.quotes:
            denied = {denial.part for denial in plain_denials(quote)}
            denied |= {d.part for d in other_denials(quote) if not alike(d.key, word)}
            for token, part in zip(tokenize(quote), parted(quote), strict=True):
                if token.key == word:
                    if part in denied:
                        return True
                    found = True
        return not found

    def _put_otherwise(self, denial: Denial) -> bool:
        """Whether something that the text does not repeat denies in other words what it denies."""
        if denial.head and not self._stands_denied(denial.head):
            return False
        words = {token.key for token in self.mine if token.carries}
        beside = {t.key for t, part in zip(self.mine, self.parts, strict=True) if part == denial.part}
        return any(
            not among(other.key, beside)
            and (not other.near or any(among(word, words) for word in other.near))
            for other in self.others
        )

    def lost(self) -> str | None:
        """The first cited denial that the text leaves out of what it repeats."""
        if any(not among(d.key, self.there) or d.word not in self._words_there() for d in self.own_others):
            return None
        if any(token.key in _LOSING and token.key not in self.there for token in self.mine):
            return None
        said = {token.key for token in self.mine if token.carries}
        if len(self.own) < len(self.cited):
            for denial in self._firm():
                if not self._kept(denial) and _repeated(denial, said, bool(self.own)):
                    return " ".join(filter(None, (denial.word, denial.head)))
        return None if self.own else self._unbound(said)

    def _firm(self) -> Iterator[Denial]:
        """The plain denials cited, but for "did not rule out" and the like, which leave open."""
        for quote in self.quotes:
            places = {denial.place for denial in other_denials(quote) if denial.key not in self.said}
            for denial in plain_denials(quote):
                if places.isdisjoint(range(denial.place + 1, denial.place + 4)):
                    yield denial

    def _words_there(self) -> set[str]:
        return {token.word for quote in self.quotes for token in tokenize(quote)}

    def _kept(self, denial: Denial) -> bool:
        """Whether the text says the same by another denial, a comparison or a time."""
        if any(any(among(word, own.scope) for word in denial.scope) for own in self.own):
            return True
        if denial.temporal and not self.said.isdisjoint(_STARTING):
            return True
        return denial.comparing and any(_is_comparing(token) for token in self.mine)

    def _unbound(self, said: set[str]) -> str | None:
        """What binds what follows it, which is said without it: "refuses to shorten" made "shortens"."""
        for denial in self.others:
            if binds(denial) and not among(denial.key, self.said):
                scope = denial.scope[:2]
                if scope and (all(among(w, said) for w in scope) if len(scope) > 1 else scope[0] in said):
                    return " ".join((denial.word, scope[0]))
            if undone(denial.word) in said and denial.key not in said:
                return denial.word
        return None


def _doubled(found: Sequence[Denial]) -> tuple[Denial, ...]:
    for one, other in pairwise(found):
        near = one.part == other.part and other.place - one.place <= _TWICE_WITHIN
        if near and {one.word, other.word} != {"neither", "nor"}:
            return one, other
    return ()


def _is_comparing(token: Token) -> bool:
    return token.key in _COMPARING or bool(_SUPERLATIVE.fullmatch(token.word))


def _repeated(denial: Denial, said: Collection[str], others: bool) -> bool:
    """Whether what was denied is said; where the text denies something else, in the very words."""
    if others:
        return denial.head in said
    held = [among(word, said) for word in denial.scope]
    return bool(held) and (held[0] or sum(held) * 2 >= len(held))
