"""Who did what to whom, and who said it, as far as the order of words tells."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from rag.verify.company import misplaced
from rag.verify.lexicon.forms import is_past
from rag.verify.lexicon.meanings import among
from rag.verify.people import bare, has_spoken, known, parts_of, persons
from rag.verify.source import Source
from rag.verify.tokens import Token, names, plain, tokenize

_MUTUAL = frozenset(
    "met meet meeting meets with and or between both married alongside joined like as".split()
)
# "Signed by Hamada", "the head of Norrail", "Norrail's head": here the order of names says nothing.
_TURNING = re.compile(r"\bby\b|\b(?:of|at)$")
_TITLES = frozenset("minister president secretary judge mayor dr trade foreign defense prime".split())
_VERBS = (
    "said|says|told|added|warned|announced|wrote|noted|explained|argued|stressed|insisted|claimed|stated|declared"
    "|emphasized|remarked|called|tells|adds|writes|admitted|acknowledged|testified|tweeted|replied|recalled"
)
_SAYS, _BY = re.compile(_VERBS), re.compile(r"\bby\b")
_CAPITAL = r"[^\W\d_a-z][\w’'.-]+"
_NAMED = rf"(?:{_CAPITAL}(?: (?:{_CAPITAL}|of|the|de|van|von|al|bin))*? )?{_CAPITAL}"
_SPEAKING = (
    re.compile(rf"(?P<who>{_NAMED}),?(?: (?:also|later|then|has|had))? (?:{_VERBS})\b"),
    re.compile(rf"[,”\"’] (?:{_VERBS}) (?P<who>[^,.;:“”\"]{{3,60}})"),
    re.compile(rf"\b[Aa]ccording to (?P<who>{_NAMED}(?:(?<=[’']s) [^,.;:“”\"]{{3,60}})?)"),
    re.compile(rf"(?P<who>{_NAMED}), [^,.“”\"]{{3,80}}, (?:{_VERBS})\b"),
)


_OWNING = ("'s", "’s", "s'", "s’")
# "Interest in Lund" is no place, and "in Lund's words" neither.
_IN_A_NAME = re.compile(
    r"(?<!est )(?<!ust )(?<!ith )(?<!nce )(?<!elieve )"
    rf"\b(?:in|near|across|inside) (?P<who>{_NAMED})(?![\w’'-])"
)


_TOLD = re.compile(rf"(?<=\bthat ){_NAMED}")
# What says of a name what it is, and stands between it and what it does.
_ASIDE = re.compile(
    r"(?: \([^()]{2,40}\)|, (?:an?|the|its|his|her|their|who|whose|which) [^,.;:“”\"]{3,90},)"
)


class _Pair(NamedTuple):
    first: frozenset[str]
    second: frozenset[str]
    between: frozenset[str]
    passive: bool
    mutual: bool


def swapped(text: str, source: Source) -> str | None:
    """What is wrong with who is who: names that change places, words given to another speaker."""
    if person := _placed(text, source):
        return f"is in, or near, {person}, whom what it cites has as a person"
    if mixed := _mixed(text, source):
        return f"has one name made of two: {mixed}"
    if pair := misplaced(text, source):
        return f"has {_shown(pair[0])} and {_shown(pair[1])} change places"
    if doer := _doing(text, source):
        return f"has {doer} do what what it cites has done to them"
    return _exchanged(text, source) or _misattributed(text, source)


def _doing(text: str, source: Source) -> str | None:
    """A name right before a verb that what it cites has right before that name alone: "she succeeds Feld"."""
    # "He is succeeded by Feld", "founded by": the order of words tells nothing of who did it.
    if any(_BY.search(each) for each in (text, *source.quotes)):
        return None
    mine, _ = _beside_verbs(text)
    theirs = [_beside_verbs(quote) for quote in source.quotes]
    doers = {pair for before, _ in theirs for pair in before}
    done_to = {pair for _, behind in theirs for pair in behind}
    return next((_shown(who) for verb, who in mine if (verb, who) in done_to - doers), None)


_Beside = frozenset[tuple[str, frozenset[str]]]


@lru_cache(maxsize=4_096)
def _beside_verbs(text: str) -> tuple[_Beside, _Beside]:
    """The verbs right before and right behind which a name stands: those behind a name, then those before."""
    tokens = tokenize(text)
    doers, done_to = set(), set()
    for run in names(text):
        keys = frozenset(t.key for t in tokens[run.first : run.end] if t.named)
        behind = tokens[run.end : run.end + 1]
        before = tokens[max(0, run.first - 1) : run.first]
        doers |= {(t.key, keys) for t in behind if _acts(t)}
        done_to |= {(t.key, keys) for t in before if _acts(t)}
    return frozenset(doers), frozenset(done_to)


def _acts(token: Token) -> bool:
    """Whether a word looks like a verb that is no word of saying, which may stand before who says it."""
    finite = is_past(token.word) or (token.word.endswith("s") and not token.word.endswith("ss"))
    return token.carries and not token.named and finite and not _SAYS.fullmatch(token.word)


def _placed(text: str, source: Source) -> str | None:
    """A person whom a text has things be in or near, as only places can be."""
    for match in _IN_A_NAME.finditer(text):
        who = match.group("who")
        keys = frozenset(token.key for token in tokenize(who) if token.named)
        if not keys or who.endswith(_OWNING) or match.group() in source.text:
            continue
        if any(has_spoken(keys, article.text) for article in source.articles):
            return who
    return None


def _mixed(text: str, source: Source) -> str | None:
    """A part of a person's name with another name for the rest of it."""
    tokens = tokenize(text)
    whole = [name for quote in source.quotes for name in _named_in(quote)]
    for part in (part for run in names(text) for part in parts_of(tokens[run.first : run.end])):
        keys = frozenset(token.key for token in part)
        if len(keys) > 1 and not any(keys <= name for name in whole) and _halved(keys, source):
            return " ".join(token.text for token in part)
    return None


def _halved(keys: frozenset[str], source: Source) -> bool:
    """Whether a name has a part of a person's, and in place of the rest a part of another name."""
    named = [name.keys for article in source.articles for name in known(article.text)]
    people = [
        who for article in source.articles for who in persons(article.text) if len(who) > 1 and who & keys
    ]
    strange = keys - frozenset().union(*people)
    return bool(people) and not any(who <= keys for who in people) and any(strange & name for name in named)


@lru_cache(maxsize=1_024)
def _named_in(quote: str) -> tuple[frozenset[str], ...]:
    tokens = tokenize(quote)
    return tuple(frozenset(t.key for t in tokens[run.first : run.end]) for run in names(quote))


def _exchanged(text: str, source: Source) -> str | None:
    theirs = [pair for quote in source.quotes for pair in _pairs(quote)]
    for mine in _neighbours(text):
        if not mine.between or mine.mutual:
            continue
        same = [p for p in theirs if p.passive == mine.passive and _shares(mine, p)]
        right = any(p.first & mine.first and p.second & mine.second for p in same)
        wrong = any(p.first & mine.second and p.second & mine.first for p in same)
        if wrong and not right:
            return f"has {_shown(mine.first)} and {_shown(mine.second)} change places"
    return None


def _shares(mine: _Pair, other: _Pair) -> bool:
    shared = sum(among(word, other.between) for word in mine.between)
    return shared * 2 >= max(len(mine.between), len(other.between))


def _shown(name: frozenset[str]) -> str:
    return max(name, key=len).capitalize()


@lru_cache(maxsize=1_024)
def _neighbours(text: str) -> tuple[_Pair, ...]:
    return tuple(pair for each in _with_and_without_asides(text) for pair in _all_pairs(each, 1))


@lru_cache(maxsize=1_024)
def _pairs(text: str) -> tuple[_Pair, ...]:
    return tuple(pair for each in _with_and_without_asides(text) for pair in _all_pairs(each, 6))


def _with_and_without_asides(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys((text, _ASIDE.sub("", text))))


def _all_pairs(text: str, far: int) -> Iterator[_Pair]:
    tokens, runs = tokenize(text), names(text)
    for i, one in enumerate(runs):
        for other in runs[i + 1 : i + 1 + far]:
            inside = tokens[one.end : other.first]
            first = bare(frozenset(t.key for t in tokens[one.first : one.end] if t.named))
            second = bare(frozenset(t.key for t in tokens[other.first : other.end] if t.named))
            # "X, the head of Y" and "Y's head, X" say the same.
            apposed = text[tokens[one.end - 1].end :].lstrip("'’s").startswith(",")
            if inside and not apposed and first.isdisjoint(second):
                owned = tokens[one.end - 1].text.endswith(_OWNING)
                passive = owned or bool(_TURNING.search(text[inside[0].start : inside[-1].end]))
                words = frozenset(t.key for t in inside if t.carries)
                mutual = not _MUTUAL.isdisjoint(t.word for t in inside)
                yield _Pair(first, second, words, passive, mutual)


def _misattributed(text: str, source: Source) -> str | None:
    """A speaker whom the cited sentence names, but not as one who speaks, where it has one who does."""
    theirs = {word for quote in source.quotes for who in speakers(quote) for word in who}
    if not theirs:
        return None
    told = {token.key for match in _TOLD.finditer(text) for token in tokenize(match.group())}
    for who in speakers(text):
        # Of whom it is only told that they said something is not the one who speaks.
        if (
            not who & theirs
            and not who & told
            and not who <= source.named_beside
            and (who & source.keys or not who & _context(source))
        ):
            return f"gives to {_shown(who)} what another says"
    return None


@lru_cache(maxsize=256)
def _context_of(before: str) -> frozenset[str]:
    return frozenset(word for who in speakers(before) for word in who)


def _context(source: Source) -> frozenset[str]:
    return _context_of(source.before)


@lru_cache(maxsize=2_048)
def speakers(text: str) -> tuple[frozenset[str], ...]:
    """Those to whom a text gives words, each as the keys of its name."""
    found = []
    line = plain(text)
    for form in _SPEAKING:
        for match in form.finditer(line):
            written = match.group("who")
            if line[match.end("who") :].startswith(","):
                # "X, who heads Y, said": either may be meant.
                written = line[_sentence_start(line, match.start()) : match.end("who")]
            who = frozenset(
                token.key for token in tokenize(written) if token.named and token.word not in _TITLES
            )
            if who:
                found.append(who)
    return tuple(found)


def _sentence_start(line: str, place: int) -> int:
    return max(line.rfind(mark, 0, place) for mark in (". ", "” ", '" ', "? ")) + 1
