"""A question as asked -> as understood: follow-ups given their topic, misspellings their word.

This is the rule that needs no model; with one, prompts/standalone.md rewrites the question instead.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace

from rag.sentences import sentence_spans
from rag.types import Question
from rag.words import STOPWORDS, as_written, content_words, fold, forms, stem, words

_POINTS_BACK = frozenset(
    """
    it its he him his she her hers they them their theirs this that these those there then one ones
    respond react reply
    """.split()
)
# Marks that look like citations: nothing was shown for them to name.
_MARK = re.compile(r"(?:\baccording to )?\[\d{1,3}\],? ?", re.IGNORECASE)
_LATER_CAPITAL = re.compile(r"\s[A-Z]")
_TOO_LITTLE, _STILL_LITTLE, _LEAST_ASKED = 2, 5, 3
# Short names are easily other names: Marina is not Marine.
_CORRECT_FROM, _CORRECT_NAME_FROM = 4, 7


def understand(question: Question) -> Question:
    """Fill in `standalone` and, for a follow-up, `topic`: what earlier questions were about.

    A question is a follow-up when it points back (it, he, there), or is too short to stand alone.
    Its topic is what the question before it was about, as understood with those before that. What is stated
    before a question, in the same breath, is no part of it, and a topic where the question leans on it.
    """
    stated, standalone = _parted(" ".join(question.text.split()))
    topic: tuple[str, ...] = ()
    for earlier in (*question.history, *stated):
        topic = _about(earlier, topic)
    if not topic or not leans_back(standalone):
        return replace(question, standalone=standalone, topic=())
    own = {fold(word) for word in words(standalone)}
    carried = tuple(word for word in topic if fold(word) not in own)
    return replace(question, standalone=standalone, topic=carried)


def _parted(text: str) -> tuple[tuple[str, ...], str]:
    """What is stated, and what is asked; everything is asked where no sentence, or each one, is a question.

    What is stated need not be true, so that a question by itself is not asked together with it.
    """
    bare = _MARK.sub("", text)
    typed = [bare[start:end] for start, end in sentence_spans(bare)]
    asked = [each for each in typed if each.endswith("?")]
    stated = [each for each in typed if not each.endswith("?")]
    # A question of one word is the end of a sentence that was parted wrongly.
    if not stated or all(len(each.split()) < _LEAST_ASKED for each in asked):
        return (), text
    return tuple(stated), " ".join(asked)


def leans_back(text: str) -> bool:
    """Whether a question needs an earlier one: it points back, or holds too little by itself."""
    asked = words(text)
    carrying = [word for word in asked if word not in STOPWORDS]
    if any(word in _POINTS_BACK for word in asked):
        return len(carrying) <= _STILL_LITTLE
    named = _LATER_CAPITAL.search(text) is not None
    return len(carrying) < _TOO_LITTLE or (len(carrying) == _TOO_LITTLE and not named)


def _about(earlier: str, topic: tuple[str, ...]) -> tuple[str, ...]:
    """What a conversation is about after one more question."""
    written = as_written(earlier)
    own = tuple(written[word] for word in content_words(earlier))
    return tuple(dict.fromkeys((*own, *topic))) if leans_back(earlier) else own


def correct(
    question: Question,
    holds: Callable[[str], bool],
    stems_like: Callable[[str], Iterable[str]],
    written: Callable[[str], str],
    is_word: Callable[[str], bool],
) -> Question:
    """Replace each misspelled word that no article holds by the one word of theirs that is a letter away.

    `holds` says whether any article holds a stem, `stems_like` gives their stems that begin like one,
    `written` a stem's word as they write it; `is_word` knows English. Short words, and words with several
    near neighbours, stay as they are.
    """
    text = question.standalone
    for word, written_here in as_written(text).items():
        least = _CORRECT_NAME_FROM if written_here[0].isupper() else _CORRECT_FROM
        if len(word) < least or not word.isalpha() or any(holds(stem(form)) for form in forms(word)):
            continue
        near = [other for other in stems_like(stem(word)) if one_letter_apart(stem(word), other)]
        # What is spelled rightly stays, however near: few articles hold few of all words.
        if len(near) != 1 or is_word(word):
            continue
        meant = fold(written(near[0]))
        if meant not in STOPWORDS and one_letter_apart(word.removesuffix("s"), meant.removesuffix("s")):
            text = re.sub(rf"\b{re.escape(word)}\b", written(near[0]), text, flags=re.IGNORECASE)
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
