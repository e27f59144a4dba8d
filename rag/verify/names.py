"""Names of people, places and organisations: each must stand in what is cited, or be introduced for it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import groupby, pairwise

from rag.types import Offered
from rag.verify.antecedents import called, described, slots, titled, what_before, who_before
from rag.verify.lexicon.forms import key
from rag.verify.lexicon.lands import holds, of_one_land
from rag.verify.lexicon.meanings import among, everyday
from rag.verify.people import COUNTRIES, OFFICES, is_person, known
from rag.verify.source import Source
from rag.verify.tokens import Name, Token, names, tokenize

# Capitals and the states that they stand for.
_SEATS = {
    key(seat): key(country)
    for seat, country in (
        *(("tokyo", "japan"), ("washington", "us"), ("beijing", "china"), ("moscow", "russia")),
        *(("london", "uk"), ("paris", "france"), ("berlin", "germany"), ("seoul", "korea")),
        *(("canberra", "australia"), ("ottawa", "canada"), ("delhi", "india"), ("tehran", "iran")),
        *(("ankara", "turkey"), ("rome", "italy"), ("madrid", "spain"), ("warsaw", "poland")),
        *(("kyiv", "ukraine"), ("pyongyang", "korea"), ("brussels", "eu"), ("taipei", "taiwan")),
    )
}
_LYING_IN = re.compile(
    r"(?<!comment )(?<!response )(?<!reaction )(?<!statement )(?<!support )(?<!pressure )(?<!word )"
    r"\b(?:in|at|near|from|around|outside|of)$"
)
_SPEAKS = re.compile(
    r"(?:,| also| has| had)* (?:said|says|told|added|warned|argued|noted|wrote|reported|reports)\b"
)
_SPOKEN_BY = re.compile(
    r"\b(?:according to|reported (?:by|in)|reports?|told|says|article (?:by|in|of|from)) (?:the )?$",
    re.IGNORECASE,
)
_BY_ITSELF = re.compile(r"\bthis (?:news)?paper\b", re.IGNORECASE)
# "Oslo-based" says of something what it is.
_COMPOUND = re.compile(r"-[a-z]")
_THE_PAIR = re.compile(r"\b(?:two|both) (?:countries|nations|governments|allies|sides)\b", re.IGNORECASE)
_PAIRED = 2
# A role so near a name, in words, is that name's.
_BESIDE = 3
# How places are made words for what comes from them: "Valdoria" and "Valdorian", "Sweden" and "Swedish".
_OF_A_PLACE = re.compile(r"(?:vian|ian|ean|an|n|ese|ish|i|er|ern)$")
# Titles and offices that the article gives in other words; what they are of is checked, they are not.
_OFFICES = frozenset(
    "minister president secretary ambassador general senator governor judge mayor chief professor doctor mr"
    " mrs ms dr sir prime foreign defense state department ministry government parliament congress"
    " senate house"
    " court police army navy i".split()
)


# Of those, what a person may be called; of bodies it matters which one is meant.
_OF_A_PERSON = frozenset(
    "minister president secretary ambassador general senator governor judge mayor chief professor doctor mr"
    " mrs ms dr sir prime i".split()
)
# "The Second World War" and "World War II".
_COUNTED = frozenset("first second third fourth fifth sixth seventh eighth ninth tenth".split())
_NAMES = tuple(
    frozenset(map(key, names.split()))
    for names in ("gop republican republicans", "twitter tweet tweeted", "kremlin moscow", "nato alliance")
)
# What may be added to a name without naming another: "the Mediterranean Sea".
_KINDS = frozenset(
    "sea river ocean island islands mountains lake city town county state province inc ltd corp".split()
)
_COMPASS = frozenset(map(key, "north south east west northern southern eastern western".split()))
_WITH_OTHERS = frozenset("foreign defense state department ministry government".split())


def missing_names(text: str, source: Source) -> str | None:
    """What is wrong with a text's names: one that what it cites neither holds nor points to."""
    tokens = tokenize(text)
    there = source.keys | _initials(source)
    strange: list[str] = []
    for run in names(text):
        mine = tokens[run.first : run.end]
        unknown = [token for token in mine if token.named and not _stands(token, mine, there, text)]
        if unknown and not (
            _reported_by(mine, text, source)
            or _entitled(tokens, run, unknown, source)
            or _introduced(mine, unknown, source)
            or _meant(tokens, run, unknown, source)
        ):
            strange += [token.text for token in unknown]
    strange += [lot for lot in _misdirected(text, source) if lot not in strange]
    return f"has a name that is not in what it cites: {', '.join(strange)}" if strange else None


def _misdirected(text: str, source: Source) -> list[str]:
    """Names of a part of the world, "South Korea", of which what is cited has only another part."""
    there: dict[str, set[str]] = {}
    for part, name, _ in (each for quote in source.quotes for each in _directed(quote)):
        there.setdefault(name, set()).add(part)
    mine = ((part, there.get(name, set()), shown) for part, name, shown in _directed(text) if part)
    return [shown for part, theirs, shown in mine if theirs and theirs.isdisjoint({part, ""})]


@lru_cache(maxsize=4_096)
def _directed(text: str) -> tuple[tuple[str, str, str], ...]:
    """Each word of a name as a key, with the point of the compass before it, or "", and both as written."""
    tokens = tokenize(text)
    found = []
    for before, token in pairwise((None, *tokens)):
        if token is not None and token.named and token.key not in _COMPASS:
            part = before.key if before is not None and before.key in _COMPASS else ""
            found.append((part, token.key, f"{before.text} {token.text}" if part and before else token.text))
    return tuple(found)


def _stands(token: Token, mine: tuple[Token, ...], there: frozenset[str], text: str) -> bool:
    """Whether a word of a name is there, or is a title, or stands for what is there."""
    if token.key in there or token.word in _OF_A_PERSON or token.word in _COUNTED:
        return True
    if token.word in _WITH_OTHERS and len(mine) > 1:
        return True
    titled_so = token.key in OFFICES or (token.text.isupper() and everyday(token.key))
    if (token.word in _OFFICES or titled_so) and among(token.key, there):
        return True
    if token.word in _KINDS and any(other.key in there for other in mine if other is not token):
        return True
    return _otherwise(token, there, text)


def _otherwise(token: Token, there: frozenset[str], text: str) -> bool:
    """Whether it stands for a country or what is from there, a continent, or is joined of what is there."""
    seat = _SEATS.get(token.key)
    if seat in there and not _LYING_IN.search(text[: token.start].rstrip()):
        return True
    if any(_SEATS.get(each) == token.key or _akin(token.word, each) for each in there):
        return True
    if (
        of_one_land(token.key, there)
        or holds(token.word, there)
        or not _also_called(token.key).isdisjoint(there)
    ):
        return True
    parts = token.text.replace("-", " ").split()
    return len(parts) > 1 and all(part.lower() in there for part in parts)


def of_one_place(one: Token, other: Token) -> bool:
    """Whether two names may be of one place: a seat and its country, a country and what is from it."""
    a, b = one.key, other.key
    return (
        a == b
        or _SEATS.get(a) == b
        or _SEATS.get(b) == a
        or _akin(one.word, other.word)
        or of_one_land(a, {b})
        or b in _also_called(a)
    )


@lru_cache(maxsize=1_024)
def _also_called(word: str) -> frozenset[str]:
    """The other names of what a key names."""
    return frozenset().union(*(names for names in _NAMES if word in names)) - {word}


def _akin(one: str, other: str) -> bool:
    """Whether one of two words names a place, and the other what comes from there."""
    if one[:1] != other[:1]:
        return False
    place, of_it = sorted((one.removesuffix("s"), other), key=len)
    stem = _OF_A_PLACE.sub("", of_it)
    return 4 <= len(stem) < len(of_it) and place.startswith(stem) and len(place) - len(stem) <= 2


def _reported_by(mine: tuple[Token, ...], text: str, source: Source) -> bool:
    """Whether it is the outlet or the author, given as where it was read."""
    if not {token.key for token in mine if token.named} <= source.named_beside | source.keys:
        return False
    return bool(
        _BY_ITSELF.search(source.text)
        or _SPOKEN_BY.search(text[: mine[0].start])
        or _SPEAKS.match(text[mine[-1].end :])
    )


def _entitled(tokens: tuple[Token, ...], run: Name, unknown: list[Token], source: Source) -> bool:
    """Whether it belongs to an office ("U.S. defense secretary") that the article gives to who is cited."""
    offices = {token.key for token in tokens[run.end : run.end + _BESIDE] if token.key in OFFICES}
    wanted = {token.key for token in unknown}
    body = (name for place in source.cited for name in known(place.article.text))
    return any(
        offices & name.described and wanted <= name.described and name.keys & source.keys for name in body
    )


def _introduced(mine: tuple[Token, ...], unknown: list[Token], source: Source) -> bool:
    """Whether the article gives the strange parts to a name of which a part is cited."""
    wanted = {token.key for token in unknown}
    held = {token.key for token in mine if token.named and token.word not in _OFFICES} - wanted
    runs = [run for text in (source.before, source.around, source.told) for run in _runs(text)]
    return bool(held & source.keys) and any(wanted <= run and held <= run for run in runs)


def _meant(tokens: tuple[Token, ...], run: Name, unknown: list[Token], source: Source) -> bool:
    """Whether something cited may stand for this name: a pronoun, a role, or what the article is on."""
    wanted = _wanted(tokens[run.first : run.end], unknown)
    aside = (*tokens[: max(0, run.first - _BESIDE)], *tokens[run.end + _BESIDE :])
    said = frozenset(token.key for token in tokens)
    apart = frozenset(token.key for token in aside)
    return any(_points(wanted, said, apart, place, source) for place in source.cited)


def _wanted(mine: tuple[Token, ...], unknown: list[Token]) -> frozenset[str]:
    """The unknown words of a name, with the known ones that stand beside them without "of" between."""
    parts = (tuple(part) for named, part in groupby(mine, key=lambda token: token.named) if named)
    found = [token for part in parts if any(token in unknown for token in part) for token in part]
    keys = frozenset(token.key for token in found)
    return keys - _office_keys() or keys


def _points(
    wanted: frozenset[str], said: frozenset[str], apart: frozenset[str], place: Offered, source: Source
) -> bool:
    article = place.article.text
    person = is_person(wanted, article)
    left_out = [
        keys for keys in _left_out(said, source) if not called(keys, apart if person else said, place)
    ]
    open_ = slots(place)
    if person and open_.person and _within(wanted, who_before(place)):
        return True
    if not person and _THE_PAIR.search(place.quote) and _within(wanted, _pair(said, place)):
        return True
    if any(is_person(keys, article) == person for keys in left_out):
        return False
    if not person and open_.group and _within(wanted, what_before(place)):
        return True
    gone = [noun for noun in open_.nouns if noun not in apart]
    if any(_within(wanted, described(noun, person, place)) for noun in gone):
        return True
    return not person and not left_out and _within(wanted, titled(place))


def _pair(said: frozenset[str], place: Offered) -> tuple[frozenset[str], ...]:
    """The two countries that an article is on, if a text names both."""
    found = tuple(dict.fromkeys(keys for keys in titled(place) if keys <= COUNTRIES))
    return found if len(found) == _PAIRED and all(keys <= said for keys in found) else ()


def _within(wanted: frozenset[str], found: Iterable[frozenset[str]]) -> bool:
    return any(wanted <= keys for keys in found)


def _left_out(said: frozenset[str], source: Source) -> list[frozenset[str]]:
    """The names of what is cited of which the text says nothing: another name may have taken their place."""
    return [keys for quote in source.quotes for keys in _parts(quote) if keys.isdisjoint(said)]


@lru_cache(maxsize=1_024)
def _parts(text: str) -> tuple[frozenset[str], ...]:
    """The names of a text, those that "of" joins each for itself, and so the two of "US-Japan"."""
    tokens = tokenize(text)
    found: list[frozenset[str]] = []
    for run in names(text):
        for named, part in groupby(tokens[run.first : run.end], key=lambda token: token.named):
            keys = (
                frozenset(t.key for t in part if not _COMPOUND.match(text, t.end)) if named else frozenset()
            )
            joined = [frozenset({each}) for word in keys if "-" in word for each in word.split("-")]
            found += joined or [keys - _office_keys()]
    return tuple(filter(None, found))


@lru_cache(maxsize=1)
def _office_keys() -> frozenset[str]:
    return frozenset(map(key, _OFFICES))


@lru_cache(maxsize=1_024)
def _runs(text: str) -> tuple[frozenset[str], ...]:
    tokens = tokenize(text)
    return tuple(frozenset(t.key for t in tokens[run.first : run.end]) for run in names(text))


def _initials(source: Source) -> frozenset[str]:
    """Acronyms of the names that are cited."""
    found = set()
    for quote in source.quotes:
        tokens = tokenize(quote)
        for run in names(quote):
            capitals = [t.text[0] for t in tokens[run.first : run.end] if t.named]
            if len(capitals) > 1:
                found.add("".join(capitals).lower())
    return frozenset(found)
