"""Whether a text turns a word of what it cites into its opposite."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rag.verify.denials import plain_denials
from rag.verify.meanings import OPPOSITES
from rag.verify.source import Source
from rag.verify.tokens import tokenize
from rag.words import key

# "Never before" and "the first", "no more" and "less": beside a denial these say nothing by themselves.
_OF_DEGREE = frozenset(map(key, "before first more early possible likely most".split()))


_FIGURE = re.compile(r"\d[\d,]*(?:\.\d+)?")
_FROM = re.compile(r"(\d[\d,]*(?:\.\d+)?)[^\d.;]{0,40}\b(down|up) from [^\d.;]{0,12}(\d[\d,]*(?:\.\d+)?)")


def reversed_words(text: str, source: Source) -> str | None:
    """What is wrong with a text's directions: one side of a pair where what it cites has only the other.

    What a denial reaches says the opposite by itself, and is left to the check of denials.
    """
    said, there = _words([text]), _words(source.quotes)
    own, theirs = said - _denied([text]), there - _denied(source.quotes)
    settled = _settled(text)
    denies = any(plain_denials(each) for each in (text, *source.quotes))
    for sides in OPPOSITES:
        if denies and not _OF_DEGREE.isdisjoint(sides[0] | sides[1]):
            continue
        for one, other in (sides, sides[::-1]):
            new = (own & one) - there - settled
            if new and there.isdisjoint(one) and (theirs & other) - said and said.isdisjoint(other):
                return f"turns round what it cites says: {', '.join(sorted(new))}"
    return None


def _settled(text: str) -> set[str]:
    """Words of comparing that two figures bear out: "36 hours, down from 38", "a little more than $2.91"."""
    found = {key("more"), key("less")} if len(_FIGURE.findall(text)) > 1 else set()
    for match in _FROM.finditer(text):
        before, after = (float(match.group(n).replace(",", "")) for n in (1, 3))
        if (before < after) == (match.group(2) == "down"):
            found.add(match.group(2))
    return found


def _words(texts: Iterable[str]) -> set[str]:
    """Keys of words, and of the parts of joined ones ("best-known")."""
    tokens = [token for text in texts for token in tokenize(text)]
    return {token.key for token in tokens} | {
        key(part) for token in tokens if "-" in token.word for part in token.word.split("-")
    }


def _denied(texts: Iterable[str]) -> set[str]:
    return {word for text in texts for denial in plain_denials(text) for word in denial.scope}
