"""Words as Pressroom compares them: folded, stemmed, without the ones that carry nothing."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

# Letters and digits, with the joints that keep a word whole: U.S., 1.05, two-plus-two, charge d'affaires.
_WORD = re.compile(r"(?:[A-Za-z]\.){2,}|\d+(?:[.,]\d+)+(?![^\W_])|[^\W_]+(?:['’][^\W\d_]+)*")
_TOKEN = re.compile(r"\w+(?:[.,'’]\w+)*")
_POINTED = re.compile(r"(?:[A-Za-z]\.)+[A-Za-z]?")
_SYLLABLE = re.compile(r"[aeiouy][^aeiouy]")
_POSSESSIVE = re.compile(r"['’](?:s|S)?$")

STOPWORDS = frozenset(
    """
    a about above after again against all also am an and any are aren't as at be because been before
    being below between both but by can can't cannot could couldn't did didn't do does doesn't doing
    don't down during each few for from further had hadn't has hasn't have haven't having he her here
    hers herself him himself his how i if in into is isn't it its itself let's me more most my myself no
    nor not of off on once only or other our ours out over own same shall she should so some such than
    that the their theirs them then there these they this those through to too under until up upon
    very was wasn't we were weren't what what's when where which while who whom whose why will with
    won't would you your yours please tell say says said according articles article happened happen s t
    d ll re ve m take took place much many already yet still ever really actually got give gave quote
    quotation
    """.split()
)


# Forms that news writes in several ways, one line a group; the first stands for all.
_SAME = """
us u.s usa america american americans | uk britain british | eu | un
japan japanese | china chinese | russia russian russians | ukraine ukrainian
taiwan taiwanese | korea korean | australia australian | india indian | france french
germany german | italy italian | israel israeli | iran iranian | canada canadian
philippines philippine filipino | europe european
defense defence | offense offence | program programme | center centre | labor labour
harbor harbour | color colour | behavior behaviour | favor favour | neighbor neighbour | honor honour
organize organise | organization organisation
covid coronavirus covid-19 | destabilizing destabilising | modernize modernise | recognize recognise
minister ministers | percent % per-cent | online virtual virtually videoconference teleconference
attend attended participate participated join joined participating
pay pays cost costs paid spend spent spending
visit visited visits trip travel travelled traveled
meet met meeting meetings talks
agree agreed agreement deal accord pact
sign signed signing signs
general gen | senator sen | governor gov | lieutenant lt | colonel col | captain capt
doctor dr | professor prof
respond responded response responds reply replied
begin began start started launch launched launching
"""
_CANONICAL = {
    form: group.split()[0]
    for line in _SAME.strip().splitlines()
    for group in line.split("|")
    for form in group.split()
}


def words(text: str) -> list[str]:
    """The words of a text, folded: no case, no accents, no possessive, no points in U.S."""
    return [fold(match.group()) for match in _WORD.finditer(text)]


def tokens(text: str) -> list[str]:
    """The words of a text as they are written, cut nearly like those of `words` and quicker.

    Where white space is missing after a full stop or a comma, two words are one.
    """
    return _TOKEN.findall(text)


def token_key(token: str) -> str:
    """The key of a token."""
    return key(fold(token))


# Asked anew for each word of a question.
@lru_cache(maxsize=1_000)
def as_written(text: str) -> Mapping[str, str]:
    """The words of a text by their folded form, as it first writes them without a possessive ending."""
    found: dict[str, str] = {}
    for match in _WORD.finditer(text):
        found.setdefault(fold(match.group()), _POSSESSIVE.sub("", match.group()))
    return found


def fold(word: str) -> str:
    """One word without case, accents, possessive ending, or the points of an abbreviation."""
    plain = _POSSESSIVE.sub("", word).replace("’", "'")
    if _POINTED.fullmatch(plain):
        plain = plain.replace(".", "")
    if plain.isascii():
        return plain.lower()
    decomposed = unicodedata.normalize("NFKD", plain)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


def content_words(text: str) -> list[str]:
    """The words that carry a question, each once, in order; all of them when none does."""
    folded = list(dict.fromkeys(words(text)))
    kept = [word for word in folded if word not in STOPWORDS]
    return kept or folded


def forms(word: str) -> tuple[str, ...]:
    """The ways in which a folded word is written, for a full-text search; itself first."""
    head = _CANONICAL.get(word, word)
    group = [form for form, first in _CANONICAL.items() if first == head]
    spaced = (" ".join(word),) if word in ("us", "uk", "un", "eu") else ()
    return tuple(dict.fromkeys((word, *spaced, *(form.replace("-", " ") for form in group))))


def spellings(word: str, text: str) -> tuple[str, ...]:
    """The forms of a folded word, and the word as the text writes it, which folding may have changed."""
    return tuple(dict.fromkeys((*forms(word), as_written(text).get(word, word))))


@lru_cache(maxsize=50_000)
def key(word: str) -> str:
    """What two words share when they count as the same: spelling, nationality, inflection."""
    return stem(_CANONICAL.get(word, word))


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The stem of a folded word, as SQLite's porter tokenizer forms it.

    That is Porter (1980) with his later departures, -bli to -ble and -logi to -log where a syllable
    stands before them, which the Snowball stemmer leaves out.
    """
    found = str(_stemmer().stemWord(word))
    if found.endswith("bli") and _SYLLABLE.search(found[:-3]):
        return str(_stemmer().stemWord(found[:-1] + "e"))
    return found[:-1] if found.endswith("logi") and _SYLLABLE.search(found[:-4]) else found


@lru_cache(maxsize=1)
def _stemmer() -> Any:
    import snowballstemmer

    return snowballstemmer.stemmer("porter")


def keys(text: str) -> list[str]:
    """The keys of all words of a text, in order."""
    return [key(word) for word in words(text)]
