"""What kind of thing a question asks for, and whether a sentence shows one."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import NamedTuple

from rag.words import content_words, fold, key, words

_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec)(?:[a-z]*)\.?"
_WHEN = re.compile(
    rf"\b(?:1[89]|20)\d\d\b|\b{_MONTH}\s\d|\b\d{{1,2}}(?:st|nd|rd|th)?\s{_MONTH}|\b{_MONTH}\b(?=[ ,.])"
    r"|\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b|\byear-end\b"
    r"|\b(?:today|yesterday|tomorrow|tonight|last|next|earlier this|ago|month|week|decade|century)\b"
)
_NUMBER_WORD = (
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens?|hundreds?|thousands?"
    r"|millions?|billions?|trillion|half|twice|double|third|quarter|several|both|first|second)"
)
# A figure by itself: not the 19 of COVID-19.
_NUMBER = re.compile(rf"(?<![A-Za-z]-)(?<!\w)\d[\d.,]*|\b{_NUMBER_WORD}\b", re.IGNORECASE)
_MONEY = re.compile(
    r"[$€£¥]\s?\d|\d\s?(?:trillion|billion|million)?\s?(?:yen|dollars?|euros?|pounds?|yuan|won)\b", re.I
)
_WHERE = re.compile(
    r"\b(?:in|at|to|from|near|off|on|outside|across|inside|around|of|between)\s(?:the\s)?[A-Z]"
)
_WHY = re.compile(
    r"\b(?:because|due to|as a result|owing|since|so that|in order|amid|over|after|caused|forced"
    r"|triggered|prompted|led to|reason|to\s[a-z]+|for\s[a-z]+ing|given|in response|concern\w*|means?)\b",
    re.IGNORECASE,
)
_SAID = re.compile(
    r"[“\"]|\b(?:said|says|told|called|stressed|added|noted|stated|urged|according|asked|vowed|warned"
    r"|praised|lauded|highlighted|reiterated|pledged|announced|denied|claimed|insisted|promised)\b"
)
_NAME = re.compile(r"\b[A-Z][\w’'.-]+")
_PRONOUN = re.compile(r"\b(?:he|she|they)\b", re.IGNORECASE)

_SAYING = r"say|tell|call|stress|add|warn|promise|want|urge|ask|describe|characteri[sz]e|respond|react"
_PLACE_NOUN = r"(?:place|city|country|state|location|town|venue)"
_PERSON_NOUN = r"(?:minister|president|leader|person|actor|player|official|secretary|envoy|general)"
_KINDS = (
    ("when", r"\bwhen\b|\b(?:what|which) (?:date|day|weekday|time|year|month)\b"),
    (
        "money",
        r"\bhow much\b.*\b(?:pay\w*|cost|spend|worth|money|paid|fund\w*|price|raise\w*|dollars?|yen)\b",
    ),
    ("count", r"\bhow many\b"),
    ("number", r"\bhow (?:much|far|long|old|often|fast|big|large|tall|high|deep)\b"),
    ("number", r"\bwhat (?:percent\w*|number|share|proportion|distance|age)\b"),
    ("said", rf"\bwhat did .* (?:{_SAYING})\b|\bhow did .* (?:{_SAYING})\b"),
    ("who", rf"\b(?:who|whom|whose)\b|\b(?:which|what) \w* ?{_PERSON_NOUN}\b|\bwhat (?:is|was) the name\b"),
    ("where", rf"\bwhere\b|\b(?:what|which) {_PLACE_NOUN}\b"),
    ("why", r"\bwhy\b|\bwhat (?:caused|reason)\b|\bfor what reason\b|\bhow come\b"),
)
_COMPILED = tuple((name, re.compile(pattern)) for name, pattern in _KINDS)
_PATTERNS = {"when": _WHEN, "number": _NUMBER, "money": _MONEY, "where": _WHERE, "why": _WHY}
_COUNTED = re.compile(r"how many (.*)", re.IGNORECASE)
_SPEAKER = re.compile(rf"\b(?:what|how) did (.*?) (?:{_SAYING})\b", re.IGNORECASE)
_VERBATIM = re.compile(
    r"\b(?:word for word|verbatim|in (?:his|her|their|its) own words|(?:his|her|their) (?:exact|very) words"
    r"|quotations?|(?:a|the|any|one|direct|exact) quotes?)\b|^(?:please )?(?:quote|cite)\b",
    re.IGNORECASE,
)
_QUOTATION = re.compile(r"[“„«\"]\w|(?<!\w)[‘']\w.*\w[.,!?]?[’'](?!\w)")
_BEFORE_NOUN = 4
_NOUNS = 3


class Kind(NamedTuple):
    """The kind of thing asked for, and the words that pin it down.

    For a count the nouns that are counted, of which the first that a sentence holds must stand with a
    number; for what somebody said, the speaker.
    """

    name: str
    about: tuple[str, ...] = ()


def kind_of(question: str) -> Kind | None:
    """The kind of thing asked for, or None when the question's words do not tell."""
    lowered = question.casefold()
    name = next((name for name, pattern in _COMPILED if pattern.search(lowered)), None)
    if name == "count" and (found := _COUNTED.search(question)):
        return Kind(name, tuple(key(word) for word in content_words(found.group(1))[:_NOUNS]))
    if name == "said" and (found := _SPEAKER.search(question)):
        return Kind(name, tuple(key(word) for word in content_words(found.group(1))))
    return Kind(name) if name else None


def wants_quotation(question: str) -> bool:
    """Whether somebody's own words are asked for."""
    return _VERBATIM.search(question) is not None


def quotes(sentence: str) -> bool:
    """Whether a sentence holds words in quotation marks."""
    return _QUOTATION.search(sentence) is not None


def shows(kind: Kind, sentence: str, asked: Collection[str]) -> bool:
    """Whether the sentence shows a thing of that kind that the question does not itself name."""
    if kind.name == "count":
        return _counts(kind, sentence)
    if kind.name == "said":
        return _says(kind, sentence)
    if kind.name == "who":
        return any(key(fold(m.group().strip("."))) not in asked for m in _NAME.finditer(sentence))
    return any(m.group().casefold() not in asked for m in _PATTERNS[kind.name].finditer(sentence))


def _counts(kind: Kind, sentence: str) -> bool:
    """Whether a number stands a few words before what is counted."""
    for number in _NUMBER.finditer(sentence):
        following = [key(word) for word in words(sentence[number.end() :])[:_BEFORE_NOUN]]
        if not kind.about or any(noun in following for noun in kind.about):
            return True
    return False


def _says(kind: Kind, sentence: str) -> bool:
    """Whether the sentence reports speech of the speaker, by name or by a pronoun."""
    spoken = {key(word) for word in words(sentence)}
    named = not kind.about or any(word in spoken for word in kind.about)
    return _SAID.search(sentence) is not None and (named or _PRONOUN.search(sentence) is not None)
