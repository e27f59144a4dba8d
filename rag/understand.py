"""A question as asked -> as understood: follow-ups given their topic, misspellings their word.

This is the rule that needs no model; with one, prompts/standalone.md rewrites the question instead.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace

from rag.types import Question
from rag.words import STOPWORDS, content_words, fold, words

_POINTS_BACK = frozenset(
    """
    it its he him his she her hers they them their theirs this that these those there then one ones
    """.split()
)
_ELLIPSIS = re.compile(
    r"\s*(?:and|but|or|so|also|what about|how about|how so|why|when|where|who|whom|since when)\b",
    re.I,
)
_CARRIES = 3
_CORRECT_FROM = 5

Vocabulary = Callable[[str], Iterable[str]]


def understand(question: Question) -> Question:
    """Fill in `standalone` and, for a follow-up, `topic`: what earlier questions were about.

    A question is a follow-up when it points back (it, he, there), or is too short to stand alone.
    Its topic is what the question before it was about, as understood with those before that.
    """
    standalone = " ".join(question.text.split())
    topic: tuple[str, ...] = ()
    for earlier in question.history:
        topic = _about(earlier, topic)
    if not topic or not leans_back(standalone):
        return replace(question, standalone=standalone, topic=())
    own = {fold(word) for word in words(standalone)}
    carried = tuple(word for word in topic if fold(word) not in own)
    return replace(question, standalone=standalone, topic=carried)


def leans_back(text: str) -> bool:
    """Whether a question needs an earlier one to be understood."""
    asked = words(text)
    carrying = [word for word in asked if word not in STOPWORDS]
    if any(word in _POINTS_BACK for word in asked) and len(carrying) <= _CARRIES + 1:
        return True
    return len(carrying) == 0 or (len(carrying) < _CARRIES and _ELLIPSIS.match(text) is not None)


def _about(earlier: str, topic: tuple[str, ...]) -> tuple[str, ...]:
    """What a conversation is about after one more question."""
    own = tuple(_written(earlier, content_words(earlier)))
    return tuple(dict.fromkeys((*own, *topic))) if leans_back(earlier) else own


def _written(text: str, kept: list[str]) -> list[str]:
    """The kept words as the text writes them."""
    written = {fold(word): word for word in re.findall(r"[\w.'’-]*\w", text)}
    return [written.get(word, word) for word in kept]


def correct(question: Question, known: Callable[[str], bool], similar: Vocabulary) -> Question:
    """Replace each word that no article holds by the one word of theirs that is one letter away.

    `known` says whether any article holds a word, `similar` gives words that begin alike. Short
    words, and words with more than one near neighbour, stay as they are.
    """
    text = question.standalone
    for word in content_words(text):
        if len(word) < _CORRECT_FROM or not word.isalpha() or known(word):
            continue
        near = {other for other in similar(word) if one_letter_apart(word, other)}
        if len(near) == 1:
            text = re.sub(rf"\b{re.escape(word)}\b", near.pop(), text, flags=re.IGNORECASE)
    return replace(question, standalone=text)


def one_letter_apart(a: str, b: str) -> bool:
    """Whether one insertion, deletion, change or swap of neighbours turns `a` into `b`."""
    if a == b or abs(len(a) - len(b)) > 1:
        return False
    if len(a) > len(b):
        a, b = b, a
    first = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), len(a))
    if len(a) < len(b):
        return a[first:] == b[first + 1 :]
    swapped = a[:first] + a[first + 1 : first + 2] + a[first : first + 1] + a[first + 2 :]
    return a[first + 1 :] == b[first + 1 :] or swapped == b
