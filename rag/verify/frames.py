"""Whether a text that keeps most of a cited sentence's words has another word in the place of one of them.

Who repeats a sentence and changes one word must change it to one that says the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import pairwise

from rag.verify.meanings import alike, opposite
from rag.verify.people import RANKS
from rag.verify.source import Source
from rag.verify.tokens import Token, tokenize

# So much of a text has to stand, in order, in the cited sentence.
_KEPT_AT_LEAST = 0.75
# So many words that are the same must stand on both sides together, and so many may be exchanged.
_BESIDE, _EXCHANGED = 3, 2
_QUOTED = re.compile(r"[“\"][^”\"]+[”\"]")
_JOINED = re.compile(r"\W*(?:and|or|as well as|,)?\W*(?:the|a|an|its|his|her|their)?\W*")
# Small words that say different things of the same, a group a side.
_APART = tuple(
    tuple(frozenset(side.split()) for side in sides.split("|"))
    for sides in (
        "from since after | until till before",
        "this | last | next",
        "am | pm",
        "all every each everyone | most many | some several few | no none nobody",
        "by | to",
        "for | against",
        "more over above higher | less fewer lower under below",
        "much | little",
        "still | longer",
        "both | neither",
        "brother brothers | sister sisters",
        "mother | father",
        "son sons | daughter daughters",
        "husband | wife",
        "man men | woman women",
        "boy boys | girl girls",
        "morning | evening | afternoon",
        "he him his himself | she her hers herself",
    )
)
_VERBAL = frozenset("down up out off away".split())
_ARTICLES = frozenset("the a an its his her their".split())
_CHECKED = frozenset(
    "january february march april may june july august september october november december monday tuesday"
    " wednesday thursday friday saturday sunday jan feb mar apr jun jul aug sept sep oct nov dec two three"
    " four five six seven eight nine ten eleven twelve".split()
)


def exchanged(text: str, source: Source) -> str | None:
    """What is wrong with a text's words: one that stands where the cited sentence has another."""
    for quote in source.quotes:
        if found := _exchanged(text, quote):
            return f"says {found[0]} where what it cites says {found[1]}"
        if turned := _turned(text) & _turned_back(quote):
            one, did, other = min(turned)
            return f"has {one} and {other} change places: {did}"
    return None


@lru_cache(maxsize=4_096)
def _turned(text: str) -> frozenset[tuple[str, str, str]]:
    """Each three neighbouring words that carry something, with no more than articles between."""
    tokens = tokenize(text)
    found = []
    for i, token in enumerate(tokens):
        near = [t for t in tokens[i + 1 : i + 5] if t.word not in _ARTICLES][:2]
        if len(near) == 2 and all(t.carries and not t.named for t in (token, *near)):
            found.append((token.key, near[0].key, near[1].key))
    return frozenset(found)


def _turned_back(text: str) -> frozenset[tuple[str, str, str]]:
    return frozenset((other, did, one) for one, did, other in _turned(text) if one != other)


@lru_cache(maxsize=4_096)
def _exchanged(text: str, quote: str) -> tuple[str, str] | None:
    mine, theirs = tokenize(text), tokenize(quote)
    matcher = SequenceMatcher(None, [t.key for t in mine], [t.key for t in theirs], autojunk=False)
    codes = matcher.get_opcodes()
    # What is quoted is kept by whoever quotes.
    quoted = [span.span() for span in _QUOTED.finditer(text)]
    own = {n for n, t in enumerate(mine) if not any(start < t.start < end for start, end in quoted)}
    kept = sum(n in own for code, i, j, _, _ in codes if code == "equal" for n in range(i, j))
    if not own or kept < _KEPT_AT_LEAST * len(own):
        return None
    for place, (code, i, j, k, m) in enumerate(codes):
        near = codes[max(0, place - 2) : place + 3]
        around = sum(j - i for code, i, j, _, _ in near if code == "equal")
        if code != "replace" or around < _BESIDE:
            continue
        if pair := _unlike(mine[i:j], theirs[k:m], text, quote):
            return pair
    return None


def _unlike(new: tuple[Token, ...], old: tuple[Token, ...], text: str, quote: str) -> tuple[str, str] | None:
    """A word of each side that says something else, as far as they are few."""
    if apart := _apart(new, old) or _moved(new, old, text, quote):
        return apart
    ours, theirs = list(_telling(new)), list(_telling(old))
    if not theirs and len(ours) == 1 and not ours[0].named:
        # "Build" for "take down": small words that make a verb.
        theirs = [token for token in old if token.word in _VERBAL]
    if not ours or not theirs or max(len(ours), len(theirs)) > _EXCHANGED:
        return None
    if len(ours) == len(theirs) == 1 and opposite(ours[0].key, {theirs[0].key}):
        return ours[0].text, theirs[0].text
    strange = [t for t in ours if not any(alike(t.key, o.key) for o in theirs)]
    if len(strange) < len(ours):
        return None
    said, there = {t.key for t in tokenize(text)}, {t.key for t in tokenize(quote)}
    one, other = strange[0], theirs[0]
    moved = one.key in there
    if moved and (other.key not in said or _coordinated(one, other, text)):
        return None
    # Of whom something is said is checked elsewhere, but for two who change places.
    named = any(t.named and t.key not in RANKS for t in (*ours, *theirs))
    return None if named and not moved else (one.text, other.text)


def _moved(new: tuple[Token, ...], old: tuple[Token, ...], text: str, quote: str) -> tuple[str, str] | None:
    """A figure, day or month in the place of another that has gone elsewhere."""
    one, other = list(filter(_checked, new)), list(filter(_checked, old))
    if len(one) != 1 or len(other) != 1 or one[0].word == other[0].word:
        return None
    said, there = {t.word for t in tokenize(text)}, {t.word for t in tokenize(quote)}
    return (one[0].text, other[0].text) if one[0].word in there and other[0].word in said else None


def _checked(token: Token) -> bool:
    return token.word[0].isdigit() or token.word in _CHECKED


def _telling(tokens: tuple[Token, ...]) -> Iterator[Token]:
    return (token for token in tokens if token.carries and token.word not in _CHECKED)


def _apart(new: tuple[Token, ...], old: tuple[Token, ...]) -> tuple[str, str] | None:
    """Two small words of which one says what the other does not."""
    for one in new:
        for other in old:
            for sides in _APART:
                mine = next((side for side in sides if one.word in side), None)
                theirs = next((side for side in sides if other.word in side), None)
                if mine and theirs and mine is not theirs:
                    return one.text, other.text
    return None


def _coordinated(one: Token, other: Token, text: str) -> bool:
    """Whether the text names the two in one breath, where their order says nothing."""
    spots = [t for t in tokenize(text) if t.key in (one.key, other.key)]
    return any(a.key != b.key and _JOINED.fullmatch(text[a.end : b.start]) for a, b in pairwise(spots))
