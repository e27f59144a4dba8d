"""Lines of an article that only name something: datelines, bylines, credits, names by themselves.

Without a verb they report nothing, whatever the question: "Tokyo, 7 January, /AJMEDIA/" holds the words of
"When did the ministers meet in Tokyo?" and does not answer it. Results are lines without a verb too, and
answer: "Konnor McClain -- 112.752".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

_WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")
# Small words that stand between names, and the small words of credits and of lines that date an article.
_BETWEEN = frozenset(
    """
    a an the of in on at by for from to with without and or but nor as into over under between among via per
    than after before during since until through against about near off out up down x
    de del della der den des di da do dos du el al la le les van von und y e
    photo photos photograph photographs photographer picture pictures image images illustration graphic
    video file handout courtesy credit credits source sources reporting editing writing additional
    reported edited written compiled updated published posted modified first last min mins minute minutes
    read hour hours day days ago am pm a.m p.m gmt est et local time left right top bottom center centre
    st nd rd th no pp vol page story staff writer correspondent
    """.split()
)
_CREDITS = re.compile(
    r"\W*(?:(?:file |lead )?(?:photo|picture|image|video|graphic|illustration)s?\b|sources?\b|credits?\b"
    r"|byline\b|(?:additional |with )?(?:reporting|contribut\w+|editing|writing)\b|by\b|author\b|contact\b"
    r"|(?:first |last )?(?:published|updated|posted|modified)\b)",
    re.IGNORECASE,
)
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\b"
# A place, then a day, an agency or a dash: "Tokyo, 7 January", "WASHINGTON (AP)", "NEW YORK --".
_DATELINE = re.compile(
    rf"(?!{_MONTH})\W*[A-Z][^\d:]*?"
    rf"(?:,? (?:\d{{1,2}}(?:st|nd|rd|th)? {_MONTH}|{_MONTH}\.? ?\d{{1,2}}\b)|[(/][A-Z]|[—–-]+\s*$)"
)
_DATELINE_WORDS, _NAME_WORDS = 10, 6
_IS = re.compile(
    r"\b(?:it|that|this|he|she|who|there|what|here|we|they|you|i)['’](?:s|re|m)\b", re.IGNORECASE
)
# Who asks of the article itself is answered by its labels.
_ABOUT = re.compile(
    r"\b(?:published?|publication|wrote|written|writers?|authors?|reporters?|byline|dateline|photo\w*|credited)\b",
    re.IGNORECASE,
)
# Who writes so many words in capitals alone shows no verb by its small letter.
_SHOUTED = 4


@lru_cache(maxsize=20_000)
def is_label(text: str) -> bool:
    """Whether a line is a dateline, a byline, a credit, or a name, and has no word that could be a verb."""
    words = _WORD.findall(text)
    if not _is_verbless(words, text):
        return False
    if _CREDITS.match(text):
        return True
    dateline = len(words) <= _DATELINE_WORDS and _DATELINE.match(text) is not None
    return dateline or (len(words) <= _NAME_WORDS and not any(c.isdigit() for c in text))


def _is_verbless(words: Sequence[str], text: str) -> bool:
    """Whether all words are names, figures, or small words between them."""
    lettered = [word for word in words if word[0].isalpha()]
    if any(not (word[0].isupper() or word[0].islower()) for word in lettered):
        return False
    small = [word for word in lettered if word[0].islower()]
    shouted = not small and sum(word.isupper() and len(word) > 1 for word in lettered) >= _SHOUTED
    return not shouted and all(word.casefold() in _BETWEEN for word in small) and not _IS.search(text)


def asks_about_labels(question: str) -> bool:
    """Whether a question is about what labels tell: when an article was published, who wrote it."""
    return _ABOUT.search(question) is not None
