"""Whether a text turns a word of what it cites into its opposite."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise

from rag.verify.denials import binds, other_denials, plain_denials
from rag.verify.lexicon.forms import key
from rag.verify.lexicon.meanings import OPPOSITES, grouped, opposite
from rag.verify.source import Source
from rag.verify.tokens import tokenize

# "Never before" and "the first", "no more" and "less": beside a denial these say nothing by themselves.
_OF_DEGREE = frozenset(map(key, "before first more early possible likely most".split()))


_TIME = frozenset(map(key, "before after".split()))
_FOLLOWING = 5
# "A day earlier, it had reported": that comes first, as what follows "a day after" does.
_EARLIER = re.compile(r"\b(?:earlier|later)\b", re.IGNORECASE)
_SIDES = tuple(side for one, other in OPPOSITES for side in ((one, other), (other, one)))
_CONVERSE = frozenset(map(key, "buy bought lend".split()))
# "Under the plan", "over the budget", "give up", "set up": no direction.
_WITHOUT_FIGURE = re.compile(
    r"\b(under|below|over|above)\b(?! (?:an? |the age of )?[\w$€£¥-]*\d)", re.IGNORECASE
)
_WITH_NOTHING = re.compile(r"\b(before)(?=[.,;:]|$)", re.IGNORECASE)
_WITH_VERB = re.compile(
    r"\b(?:giv|gave|tak|took|set|mak|made|bring|brought|back|end|follow|sign|pick|open|split|br[eo]k|broke"
    r"|look|sp[eo]k|spoke|start|let|t[eo]re?|st[ae]nd|stood)\w* (?:\w+ )?(up|down)\b",
    re.IGNORECASE,
)
# Who met in a room and who met on a screen.
_IN_PERSON = re.compile(r"\b(?:in[- ]person|face[- ]to[- ]face)\b", re.IGNORECASE)
_REMOTE = re.compile(
    r"\b(?:virtual(?:ly)?|online|remote(?:ly)?|(?:video|tele) ?conferenc\w+|by (?:video|telephone|phone))\b",
    re.IGNORECASE,
)
_FIGURE = re.compile(r"\d[\d,]*(?:\.\d+)?")
_FROM = re.compile(r"(\d[\d,]*(?:\.\d+)?)[^\d.;]{0,40}\b(down|up) from [^\d.;]{0,12}(\d[\d,]*(?:\.\d+)?)")


def reversed_words(text: str, source: Source) -> str | None:
    """What is wrong with a text's directions: one side of a pair where what it cites has only the other.

    What a denial reaches says the opposite by itself, and is left to the check of denials. A word that says
    what another cited one says is not turned round: "worries grew" for "worries deepened, and prices fell".
    """
    said, there = _words([text]), _words(source.quotes)
    own, theirs = said - _denied([text]) - _idle(text), there - _denied(source.quotes)
    settled = _settled(text)
    if pair := _beside(text, source):
        return f"turns round what it cites says: {pair}"
    denies = any(plain_denials(each) for each in (text, *source.quotes))
    if not denies and (met := _met(text, source.text)):
        return f"turns round what it cites says: {met}"
    for one, other in _SIDES:
        if own.isdisjoint(one) or theirs.isdisjoint(other) or not there.isdisjoint(one) or said & other:
            continue
        if denies and not _OF_DEGREE.isdisjoint(one | other):
            continue
        if _other_side(one | other, text, source.quotes) or _other_way_round(one, other, text, source.quotes):
            continue
        new = {w for w in (own & one) - settled if not any(grouped(w, t) for t in there - other)}
        if new:
            return f"turns round what it cites says: {', '.join(sorted(new))}"
    return None


def _met(text: str, cited: str) -> str | None:
    """What was "in person" where what is cited has only "virtual", or the other way round."""
    for one, other in ((_IN_PERSON, _REMOTE), (_REMOTE, _IN_PERSON)):
        said = one.search(text)
        if said and not other.search(text) and other.search(cited) and not one.search(cited):
            return said.group()
    return None


def _other_way_round(one: frozenset[str], other: frozenset[str], text: str, quotes: Iterable[str]) -> bool:
    """Whether "A before B" tells "B after A": what follows in the one comes first in the other."""
    if not one | other >= _TIME:
        return False
    later = {word for side in _around(text, one) for word in side[1]}
    for before, after in (side for quote in quotes for side in _around(quote, other)):
        if later & before and not later & after:
            return True
        if _EARLIER.search(text) and later & after and not later & before:
            return True
    return False


def _around(text: str, words: frozenset[str]) -> list[tuple[set[str], set[str]]]:
    """What carries something on both sides of some words, as keys."""
    tokens = tokenize(text)
    return [
        (
            {t.key for t in tokens[:i] if t.carries},
            {t.key for t in [t for t in tokens[i + 1 :] if t.carries][:_FOLLOWING]},
        )
        for i, token in enumerate(tokens)
        if token.key in words
    ]


def _idle(text: str) -> set[str]:
    """Words that measure or point only beside a figure, or not with their verb: "under a plan", "gave up"."""
    forms = (_WITHOUT_FIGURE, _WITH_VERB, _WITH_NOTHING)
    return {key(match.group(1).lower()) for form in forms for match in form.finditer(text)}


def _beside(text: str, source: Source) -> str | None:
    """A word beside which what it cites has only its opposite: "raise fees" for "lower fees"."""
    if any(plain_denials(each) for each in (text, *source.quotes)):
        return None
    theirs: dict[str, set[str]] = {}
    for quote in source.quotes:
        for one, other in _neighbours(quote):
            theirs.setdefault(other, set()).add(one)
    for one, other in _neighbours(text):
        there = theirs.get(other)
        if there and all(opposite(one, {each}) for each in there):
            return f"{one} {other}"
    return None


@lru_cache(maxsize=4_096)
def _neighbours(text: str) -> tuple[tuple[str, str], ...]:
    """Each two words that carry something with nothing between, as keys."""
    return tuple(
        (one.key, other.key)
        for one, other in pairwise(tokenize(text))
        if one.carries and other.carries and not one.named
    )


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
