"""Whether a text denies what it cites says, or says what that denies.

Every denial of a text needs one in what it cites that the text does not repeat besides: a plain one ("not"),
one in other words ("refused") of the same thing, or, where a comparison would say as much, a comparison
("never before" and "the first").
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import pairwise
from operator import eq

from rag.verify.denials import Denial, binds, other_denials, parted, plain_denials, undone
from rag.verify.lexicon.comparing import is_comparing
from rag.verify.lexicon.forms import key
from rag.verify.lexicon.meanings import alike, among, opposite
from rag.verify.source import Source
from rag.verify.tokens import Token, tokenize

_TEMPORAL = frozenset(
    map(key, "until before after only earliest yet still remain wait later from now former once".split())
)
# Such losses are denials in what they do, and excuse leaving out one of what is lost.
_LOSING = frozenset(map(key, "lose lost loss cut end ended out off against fell short gone".split()))
# "No longer" says that something was so once, and "still" says the opposite.
_FORMER = frozenset(
    map(
        key,
        "former formerly once until used previously end stop past cease abandon drop destroy gone".split(),
    )
)
# "Not before March" says what "in March at the earliest" says.
_STARTING = frozenset(map(key, "until after only earliest wait later from first remain still".split()))
_OF_ALL = frozenset("none nobody nothing no never".split())
_ANY = frozenset("anybody anyone any anything ever".split())
# "Not yet known" says what "too early to say whether" says.
_KNOWING = frozenset(map(key, "known clear certain sure decided settled".split()))
_ASKING = frozenset(map(key, "whether unclear open unknown undecided".split()))
_REFUSING = frozenset(
    map(
        key,
        "refuse reject deny prevent ban forbid prohibit block cancel abandon overturn quash rule".split(),
    )
)
# Who was to do one thing and is forced to do another gives up the first.
_GIVING_UP = frozenset(map(key, "abandon cancel".split()))
_CHANGED = frozenset(map(key, "initially originally first switch instead eventually force drop".split()))
# "May not" forbids.
_FORBIDDING = frozenset(map(key, "ban forbid prohibit".split()))
_NOT_ONLY, _ONLY = re.compile(r"\bnot only\b"), re.compile(r"(?<!\bnot )\bonly\b")
_MARKED = re.compile(r"[“\"][^”\"]+[”\"]")
_COSTING = frozenset(map(key, "charge cost fee price payment pay".split()))
_TWICE_WITHIN = 6
_LOOKED_AT = 2
_BESIDE = 2
# What comes before something is so while that is not: "it ended before it was known" leaves it unknown.
_NOT_YET = frozenset("before until pending".split())
_NOT_YET_WITHIN = 5
_DENIED_WITHIN = 4


def turned(text: str, source: Source) -> str | None:
    """What is wrong with a text's denials."""
    sides = _Sides(text, source)
    if twice := sides.twice():
        return f"denies twice what it cites denies at most once: {twice}"
    if made_up := sides.made_up():
        return f"denies what nothing it cites denies: {made_up}"
    if only := sides.only():
        return f"says what something it cites denies: {only}"
    if lost := sides.lost():
        return f"says what something it cites denies: {lost}"
    return None


class _Sides:
    """A text and what it cites, with what each denies."""

    def __init__(self, text: str, source: Source) -> None:
        self.mine = tokenize(text)
        self.said = {token.key for token in self.mine}
        self.words = {token.word for token in self.mine}
        self.parts = parted(text)
        self.marked = [match.span() for match in _MARKED.finditer(text)]
        self.own, self.own_others = plain_denials(text), other_denials(text)
        self.quotes = source.quotes
        self.cited = [denial for quote in source.quotes for denial in plain_denials(quote)]
        self.others = [denial for quote in source.quotes for denial in other_denials(quote)]
        self.there = source.keys

    def twice(self) -> str | None:
        """Two plain denials in one part of the text, where no part of what is cited has two."""
        if any(_doubled(plain_denials(quote)) for quote in self.quotes):
            return None
        if any(denial.comparing for denial in self.own) and any(map(is_comparing, self._strange())):
            return None
        return " ".join(denial.word for denial in _doubled(self.own)) or None

    def only(self) -> str | None:
        """The word "only", where what is cited says "not only"."""
        text = " ".join(token.word for token in self.mine)
        quotes = [" ".join(token.word for token in tokenize(quote)) for quote in self.quotes]
        if not self.own and _ONLY.search(text) and any(map(_NOT_ONLY.search, quotes)):
            return None if any(map(_ONLY.search, quotes)) or "but" in self.words else "not only"
        return None

    def _strange(self) -> Iterator[Token]:
        """The cited words that the text does not repeat."""
        return (t for quote in self.quotes for t in tokenize(quote) if t.key not in self.said)

    def made_up(self) -> str | None:
        """The first denial for which nothing cited stands."""
        new = [d for d in self.own_others if binds(d) and not among(d.key, self.there)]
        strange = [d.key for d in self.own_others if not among(d.key, self.there)]
        if not self.cited and strange and any(own.word in _OF_ALL for own in self.own):
            # "None of them disagreed" denies nothing.
            return None
        left = len(self.cited) - (len(new) if self.own and self.cited else 0)
        if refused := next((d for d in new if self._refuses(d)), None):
            return refused.word
        for denial in self.own:
            if self._quoted(denial) or self._compared(denial) or self._said_by_a_word(denial):
                continue
            if self._put_otherwise(denial):
                continue
            if left > 0 and self._may_be(denial):
                left -= 1
            else:
                return " ".join(filter(None, (denial.word, denial.head)))
        return None

    def _quoted(self, denial: Denial) -> bool:
        """Whether it stands in quotation marks, of which what they hold is checked to the letter."""
        start = self.mine[denial.place].start
        return any(begin < start < end for begin, end in self.marked)

    def _refuses(self, denial: Denial) -> bool:
        """Whether it denies by a word of its own what nothing cited denies, compares or opposes."""
        scope = denial.scope[:2]
        denied = (d for d in (*self.cited, *self.others) if scope and among(scope[0], d.near))
        if denial.key not in _REFUSING or (denial.key in _FORBIDDING and self.cited):
            return False
        if denial.key in _GIVING_UP and not _CHANGED.isdisjoint(self.there):
            return False
        if any(denied) or opposite(denial.key, self.there - self.said):
            return False
        there = any(among(word, self.there) for word in scope)
        return there and not any(map(is_comparing, self._strange()))

    def _compared(self, denial: Denial) -> bool:
        strange = list(self._strange())
        if denial.longer:
            return any(token.key in _FORMER | _LOSING for token in strange)
        if denial.comparing and any(is_comparing(token) for token in strange):
            new = (token for token in self.mine if token.key in denial.scope and token.key not in self.there)
            return not any(map(is_comparing, new))
        if denial.enough and any(token.word == "too" for quote in self.quotes for token in tokenize(quote)):
            return True
        free = denial.head in _COSTING and "free" in self.there
        lost = denial.word == "without" and denial.head in self.there and not _LOSING.isdisjoint(self.there)
        if free or lost or not (_KNOWING.isdisjoint(denial.scope) or _ASKING.isdisjoint(self.there)):
            return True
        if denial.since and any(token.word == "last" for token in strange):
            return True
        return denial.temporal and any(token.key in _TEMPORAL for token in strange)

    def _said_by_a_word(self, denial: Denial) -> bool:
        """Whether one cited word says as much: "illegal" for "not legal"."""
        for quote in self.quotes:
            tokens = tokenize(quote)
            keys = {token.key for token in tokens if token.key not in self.said}
            denied = {undone(t.word) for t in tokens if t.key not in self.said}
            if not denied.isdisjoint(denial.scope[:2]):
                return True
            head = denial.head
            if head and (_not_yet(head, tokens) or (not among(head, keys) and opposite(head, keys))):
                return not plain_denials(quote)
        return False

    def _may_be(self, denial: Denial) -> bool:
        """Whether what is denied is denied there too, as far as it stands there."""
        word = denial.head
        if word is None or any(d.head is None or among(word, d.scope) for d in self.cited):
            return True
        if not among(word, self.there) and self._denied_beside(denial):
            # "Is not part of" for "does not include": it denies in a word of its own.
            return True
        return all(self._stands_denied(each, alike) for each in (word, *denial.scope[:_LOOKED_AT]))

    def _denied_beside(self, denial: Denial) -> bool:
        """Whether a part of what is cited that denies shares enough words with what is around a denial."""
        around = {*denial.near, *denial.scope}
        for quote in self.quotes:
            for part in {each.part for each in plain_denials(quote)}:
                words = {t.key for t, p in zip(tokenize(quote), parted(quote), strict=True) if p == part}
                if sum(among(word, words) for word in around) >= _BESIDE:
                    return True
        return False

    def _stands_denied(self, word: str, same: Callable[[str, str], bool] = eq) -> bool:
        """Whether a word does not stand there at all, or else in a part that denies."""
        found = False
        for quote in self.quotes:
            denied = {denial.part for denial in plain_denials(quote)}
            denied |= {d.part for d in other_denials(quote) if not alike(d.key, word)}
            for token, part in zip(tokenize(quote), parted(quote), strict=True):
                if same(token.key, word):
                    if part in denied:
                        return True
                    found = True
        return not found

    def _put_otherwise(self, denial: Denial) -> bool:
        """Whether something that the text does not repeat denies in other words what it denies."""
        if denial.head and not self._stands_denied(denial.head):
            return False
        words = {*denial.scope, *denial.near}
        beside = {t.key for t, part in zip(self.mine, self.parts, strict=True) if part == denial.part}
        return any(
            not among(other.key, beside)
            and (not other.near or any(among(word, words) for word in other.near))
            for other in self.others
        )

    def lost(self) -> str | None:
        """The first cited denial that the text leaves out of what it repeats."""
        if undenied := self._undenied():
            return undenied
        if any(not among(d.key, self.there) or d.word not in self._words_there() for d in self.own_others):
            return None
        if any(token.key in _LOSING and token.key not in self.there for token in self.mine):
            return None
        said = {token.key for token in self.mine if token.carries}
        if len(self.own) < len(self.cited):
            for denial in self._firm():
                if not self._kept(denial) and _repeated(denial, said, bool(self.own)) and self._meant(denial):
                    return " ".join(filter(None, (denial.word, denial.head)))
        return None if self.own else self._unbound(said)

    def _undenied(self) -> str | None:
        """What a text denies in other words, where what is cited denies that it does: "did not rule out"."""
        keys = {denial.key for denial in self.own_others}
        for quote in self.quotes if not self.own else ():
            for plain in plain_denials(quote):
                for other in other_denials(quote):
                    if (
                        other.key in keys
                        and 0 < other.place - plain.place < _DENIED_WITHIN
                        and self._about(other)
                    ):
                        return f"{plain.word} {other.word}"
        return None

    def _about(self, denial: Denial) -> bool:
        """Whether the text speaks of the first thing that a denial reaches."""
        return bool(denial.scope) and denial.scope[0] in self.said

    def _meant(self, denial: Denial) -> bool:
        """Whether it is repeated in its words, or in others with what stands around it."""
        exact = not self.said.isdisjoint(denial.scope)
        beside = self.said & (denial.near - set(denial.scope))
        return exact or len(beside) >= (1 if len(denial.scope) > 1 else _BESIDE)

    def _firm(self) -> Iterator[Denial]:
        """The plain denials cited, but for "did not rule out" and the like, which leave open."""
        for quote in self.quotes:
            places = {denial.place for denial in other_denials(quote) if denial.key not in self.said}
            for denial in plain_denials(quote):
                if denial.word == "neither" or places.isdisjoint(range(denial.place + 1, denial.place + 4)):
                    yield denial

    def _words_there(self) -> set[str]:
        return {token.word for quote in self.quotes for token in tokenize(quote)}

    def _kept(self, denial: Denial) -> bool:
        """Whether the text says the same by another denial, a comparison or a time."""
        if any(any(among(word, own.scope) for word in denial.scope) for own in self.own):
            return True
        if denial.temporal and not self.said.isdisjoint(_STARTING):
            return True
        if denial.word in _OF_ALL and {"than"} <= self.words and not self.words.isdisjoint(_ANY):
            return True
        return denial.comparing and any(is_comparing(token) for token in self.mine)

    def _left_open(self, denial: Denial) -> bool:
        """Whether it is denied itself: "did not rule out" neither denies nor says."""
        return any(
            0 < denial.place - plain.place <= _DENIED_WITHIN
            for quote in self.quotes
            if denial in other_denials(quote)
            for plain in plain_denials(quote)
        )

    def _unbound(self, said: set[str]) -> str | None:
        """What binds what follows it, which is said without it: "refuses to shorten" made "shortens"."""
        for denial in self.others:
            if binds(denial) and not among(denial.key, self.said) and not self._left_open(denial):
                scope = denial.scope[:2]
                if scope and (all(among(w, said) for w in scope) if len(scope) > 1 else scope[0] in said):
                    return " ".join((denial.word, scope[0]))
            if undone(denial.word) in said and denial.key not in said and not self._left_open(denial):
                return denial.word
        return None


def _not_yet(head: str, tokens: Sequence[Token]) -> bool:
    """Whether a word comes shortly after "before" or the like."""
    return any(
        token.word in _NOT_YET and head in (t.key for t in tokens[i + 1 : i + 1 + _NOT_YET_WITHIN])
        for i, token in enumerate(tokens)
    )


def _doubled(found: Sequence[Denial]) -> tuple[Denial, ...]:
    for one, other in pairwise(found):
        near = one.part == other.part and other.place - one.place <= _TWICE_WITHIN
        if near and {one.word, other.word} != {"neither", "nor"}:
            return one, other
    return ()


def _repeated(denial: Denial, said: Collection[str], others: bool) -> bool:
    """Whether what was denied is said; where the text denies something else, in the very words."""
    if others:
        return denial.head in said
    held = [among(word, said) for word in denial.scope]
    return bool(held) and (held[0] or sum(held) * 2 >= len(held))
