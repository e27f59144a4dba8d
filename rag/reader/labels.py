"""Lines of an article that only name something: datelines, bylines, credits, headings, items of a list.

Without a verb they report nothing, whatever the question: "Tokyo, 7 January, /AJMEDIA/" holds the words of
"When did the ministers meet in Tokyo?" and does not answer it.
"""

from __future__ import annotations

import re
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
# "Regular: $5.22" tells what the label says; "Source: Kyodo" does not.
_TELLS = re.compile(r"[^:]*\w: \S")
_CREDITS = re.compile(
    r"\W*(?:(?:file |lead )?(?:photo|picture|image|video|graphic|illustration)s?\b|sources?\b|credits?\b"
    r"|byline\b|(?:additional |with )?(?:reporting|contribut\w+|editing|writing)\b|by\b|author\b|contact\b)",
    re.IGNORECASE,
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
    """Whether no word of a text could be a verb: all are names, figures, or small words between them."""
    words = _WORD.findall(text)
    lettered = [word for word in words if word[0].isalpha()]
    if any(not (word[0].isupper() or word[0].islower()) for word in lettered):
        return False
    small = [word for word in lettered if word[0].islower()]
    if not small and sum(word.isupper() and len(word) > 1 for word in lettered) >= _SHOUTED:
        return False
    if _TELLS.match(text) and not _CREDITS.match(text):
        return False
    return all(word.casefold() in _BETWEEN for word in small)


def asks_about_labels(question: str) -> bool:
    """Whether a question is about what labels tell: when an article was published, who wrote it."""
    return _ABOUT.search(question) is not None
