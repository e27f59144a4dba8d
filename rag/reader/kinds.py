"""What kind of thing a question asks for, and whether a sentence shows one."""

from __future__ import annotations

import re
from collections.abc import Collection

from rag.words import fold, key

_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec)(?:[a-z]*)\.?"
_WHEN = re.compile(
    rf"\b(?:1[89]|20)\d\d\b|\b{_MONTH}\s\d|\b\d{{1,2}}(?:st|nd|rd|th)?\s{_MONTH}|\b{_MONTH}\b(?=[ ,.])"
    r"|\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b"
    r"|\b(?:today|yesterday|tomorrow|tonight|last|next|earlier this|ago|year-end|month|week|decade|century)\b"
)
_NUMBER = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens?|hundreds?|thousands?"
    r"|millions?|billions?|trillion|half|twice|double|third|quarter|several|both|first|second)\b",
    re.IGNORECASE,
)
_MONEY = re.compile(
    r"[$€£¥]\s?\d|\d\s?(?:trillion|billion|million)?\s?(?:yen|dollars?|euros?|pounds?|yuan|won)\b",
    re.I,
)
_WHERE = re.compile(
    r"\b(?:in|at|to|from|near|off|on|outside|across|inside|around|of|between)\s(?:the\s)?[A-Z]"
)
_WHY = re.compile(
    r"\b(?:because|due to|as a result|owing|since|so that|in order|amid|over|after|caused|forced|triggered"
    r"|prompted|led to|reason|to\s[a-z]+|for\s[a-z]+ing|given|in response|concern\w*|means?)\b",
    re.IGNORECASE,
)
_SAID = re.compile(r"[“\"]|\b(?:said|says|told|called|stressed|added|noted|stated|urged|according)\b")
_NAME = re.compile(r"\b[A-Z][\w’'.-]+")

_KINDS = (
    (
        "when",
        re.compile(r"\b(?:when|what (?:date|day|time|year|month)|which (?:date|day|year|month)|what year)\b"),
    ),
    (
        "money",
        re.compile(
            r"\bhow much\b.*\b(?:pay|cost|spend|worth|money|paid|fund\w*|price|bill|fine\w*|raise\w*|earn\w*|dollars?|yen)\b"
        ),
    ),
    (
        "number",
        re.compile(
            r"\b(?:how (?:many|much|far|long|old|often|fast|big|large|tall|high|deep)|what (?:percent\w*|number|share|proportion|distance|age))\b"
        ),
    ),
    (
        "who",
        re.compile(
            r"\b(?:who|whom|whose|which (?:minister|president|leader|person|actor|player|team|country|company|city|state)|what (?:is|was) the name)\b"
        ),
    ),
    (
        "where",
        re.compile(
            r"\b(?:where|what (?:place|city|country|state|location)|which (?:place|city|country|state|location))\b"
        ),
    ),
    ("why", re.compile(r"\b(?:why|what (?:caused|reason)|for what reason|how come)\b")),
    (
        "said",
        re.compile(
            r"\bwhat did .* (?:say|tell|call|stress|add|warn|promise)\b|\bhow did .* (?:describe|characteri[sz]e|respond|react)\b"
        ),
    ),
)


def kind_of(question: str) -> str | None:
    """The kind of thing asked for, or None when the question's words do not tell."""
    lowered = question.casefold()
    return next((kind for kind, pattern in _KINDS if pattern.search(lowered)), None)


def shows(kind: str, sentence: str, asked: Collection[str]) -> bool:
    """Whether the sentence shows a thing of that kind that the question does not itself name."""
    if kind == "who":
        return any(
            key(fold(match.group().strip("."))) not in asked
            for match in _NAME.finditer(sentence)
            if match.start() > 0 or len(match.group()) > 3
        )
    pattern = {
        "when": _WHEN,
        "number": _NUMBER,
        "money": _MONEY,
        "where": _WHERE,
        "why": _WHY,
        "said": _SAID,
    }[kind]
    return any(match.group().casefold() not in asked for match in pattern.finditer(sentence))
