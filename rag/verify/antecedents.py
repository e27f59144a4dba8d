"""What pronouns and roles of a cited sentence may stand for: who is named before, what the article is on."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from rag.types import Offered
from rag.verify.lexicon.forms import key
from rag.verify.lexicon.meanings import alike
from rag.verify.people import OFFICES, Known, bare, is_person, known
from rag.verify.tokens import names, plain, tokenize

# So far back a pronoun may point, in characters.
_BACK = 600
_HE = frozenset("he she him her his hers himself herself".split())
_IT = frozenset("it its they them their theirs we us our ours".split())
_THE = frozenset("the this that these his her its their".split())
_PLACING = frozenset("in at on from near outside inside around across of".split())
_ENDS = (". ", "! ", "? ", ".” ", '." ', "!” ", '!" ', "?” ", '?" ')
# "The 23-year-old has agreed".
_AGED = re.compile(r"\b[Tt]he \d{1,2}-year-old\b(?! [A-Z])")
_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"")
# What any article may call the company, the country ... that it is on.
_KINDS = frozenset(
    key(word)
    for word in """
    company firm business carmaker automaker manufacturer retailer airline bank lender group organisation
    institute organization club team side party union country countries nation government city town state
    museum agency university school hospital court allies probe mission festival newspaper network
    """.split()
)


# Of those, what a sentence just before may have named.
_NEAR_BY = frozenset(map(key, "country nation government city town state island village region".split()))


class Slots(NamedTuple):
    """What of a sentence may stand for a name that it does not hold: a person, a group, described things."""

    person: bool
    group: bool
    nouns: frozenset[str]


def slots(place: Offered) -> Slots:
    """What may stand for a name: pronouns before which nobody is named, and what "the" points to."""
    return _slots(plain(place.quote), place.article.text)


@lru_cache(maxsize=2_048)
def _slots(quote: str, article: str) -> Slots:
    tokens = tokenize(quote)
    nouns: set[str] = set()
    for i, token in enumerate(tokens):
        if token.word in _THE:
            nouns |= {t.key for t in tokens[i + 1 : i + 4] if t.carries and not t.named}
    people, others = _bound(quote, article)
    aged = _AGED.search(quote)
    person = any(token.word in _HE and token.start < people for token in tokens)
    person = person or bool(aged and aged.start() < people)
    group = any(token.word in _IT and token.start < others for token in tokens)
    return Slots(person, group, frozenset(nouns))


def _bound(quote: str, article: str) -> tuple[int, int]:
    """Where the first person and the first other thing is named that a pronoun after it may mean."""
    tokens, outside = tokenize(quote), _QUOTED.sub(lambda m: " " * len(m.group()), quote)
    found = {True: len(quote), False: len(quote)}
    for run in names(quote):
        start = tokens[run.first].start
        if outside[start].isspace() or (run.first and tokens[run.first - 1].word in _PLACING):
            continue
        person = is_person(frozenset(t.key for t in tokens[run.first : run.end] if t.named), article)
        found[person] = min(found[person], start)
    return found[True], found[False]


def _before(place: Offered) -> str:
    return plain(place.article.text[max(0, place.start - _BACK) : place.start])


def who_before(place: Offered) -> tuple[frozenset[str], ...]:
    """The two people whom the article named last before a sentence, and the one who spoke last."""
    people = [n for n in known(_before(place))[::-1] if is_person(n.keys, place.article.text)]
    found: list[frozenset[str]] = []
    for name in people:
        if all(name.keys.isdisjoint(other) for other in found):
            found.append(name.keys)
    return (*found[:2], *[name.keys for name in people if name.spoke][:1])


def what_before(place: Offered) -> tuple[frozenset[str], ...]:
    """What the article is on: names of its title, and what the sentence before named first, no people."""
    text = _before(place)
    opening = max(text.rstrip(' .!?”"').rfind(mark) for mark in _ENDS)
    last = [name.keys for name in _no_people(text, place) if name.start > opening]
    return (*last[:1], *titled(place))


def _no_people(text: str, place: Offered) -> list[Known]:
    return [name for name in known(text) if not is_person(name.keys, place.article.text)]


def titled(place: Offered) -> tuple[frozenset[str], ...]:
    """The names of the title that the article itself uses as names."""
    title = frozenset(token.key for token in tokenize(plain(place.article.title or "")))
    found = {name.keys for name in known(place.article.text)}
    return tuple(keys for keys in found if 0 < len(keys) <= 2 * len(keys & title))


def described(noun: str, person: bool, place: Offered) -> frozenset[frozenset[str]]:
    """The names that an article gives to what it calls by this noun: by office, by kind, or what it is on."""
    text = place.article.text
    body = [name for name in known(text) if is_person(name.keys, text) == person]
    if person:
        fit = noun in OFFICES
        return frozenset(n.keys for n in body if fit and any(alike(noun, w) for w in n.described & OFFICES))
    found = {name.keys for name in body if noun in name.described}
    if noun in _KINDS:
        found |= set(titled(place))
    if noun in _NEAR_BY:
        found |= {name.keys for name in _no_people(_before(place), place)[-1:]}
    return frozenset(found)


def called(name: frozenset[str], said: frozenset[str], place: Offered) -> bool:
    """Whether what is said has an office that the article gives to a person of this name."""
    wanted = bare(name)
    body = (other for other in known(place.article.text) if wanted <= other.keys)
    return any(not said.isdisjoint(other.described & OFFICES) for other in body)
