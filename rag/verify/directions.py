"""Whether a text turns a word of what it cites into its opposite."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rag.verify.denials import binds, other_denials, plain_denials
from rag.verify.meanings import OPPOSITES, grouped
from rag.verify.source import Source
from rag.verify.tokens import tokenize
from rag.words import key

# "Never before" and "the first", "no more" and "less": beside a denial these say nothing by themselves.
_OF_DEGREE = frozenset(map(key, "before first more early possible likely most".split()))


_CONVERSE = frozenset(map(key, "buy bought lend".split()))
_FIGURE = re.compile(r"\d[\d,]*(?:\.\d+)?")
_FROM = re.compile(r"(\d[\d,]*(?:\.\d+)?)[^\d.;]{0,40}\b(down|up) from [^\d.;]{0,12}(\d[\d,]*(?:\.\d+)?)")


def reversed_words(text: str, source: Source) -> str | None:
    """What is wrong with a text's directions: one side of a pair where what it cites has only the other.

    What a denial reaches says the opposite by itself, and is left to the check of denials. A word that says
    what another cited one says is not turned round: "worries grew" for "worries deepened, and prices fell".
    """
    said, there = _words([text]), _words(source.quotes)
    own, theirs = said - _denied([text]), there - _denied(source.quotes)
    settled = _settled(text)
    denies = any(plain_denials(each) for each in (text, *source.quotes))
    for sides in OPPOSITES:
        if denies and not _OF_DEGREE.isdisjoint(sides[0] | sides[1]):
            continue
        for one, other in (sides, sides[::-1]):
            if _other_side(one | other, text, source.quotes):
                continue
            new = {w for w in (own & one) - there - settled if not any(grouped(w, t) for t in there - other)}
            if new and there.isdisjoint(one) and (theirs & other) - said and said.isdisjoint(other):
                return f"turns round what it cites says: {', '.join(sorted(new))}"
    return None


def _other_side(words: frozenset[str], text: str, quotes: Iterable[str]) -> bool:
    """Whether buying is told as selling, or the like, by naming first who was named last."""
    if _CONVERSE.isdisjoint(words):
        return False
    said, first = tokenize(text), next((t.key for t in tokenize(text) if t.named), None)
    there = [next((t.key for t in tokenize(quote) if t.named), None) for quote in quotes]
    return first is not None and first not in there and any(t.word in ("to", "from", "by") for t in said)


def _settled(text: str) -> set[str]:
    """Words of comparing that two figures bear out: "36 hours, down from 38", "a little more than $2.91"."""
    found = {key("more"), key("less"), key("fewer")} if len(_FIGURE.findall(text)) > 1 else set()
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
    found = [
        denial for text in texts for denial in (*plain_denials(text), *filter(binds, other_denials(text)))
    ]
    return {word for denial in found for word in denial.scope}
