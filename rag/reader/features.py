"""What speaks against a sentence by its words alone: no thing of the kind that is sought, another year."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from rag.reader.kinds import Kind, kind_of, shows
from rag.types import Article, Passage, Question
from rag.words import content_words, key, keys, words


class Features(NamedTuple):
    """What is looked at, each between 0 and 1."""

    lacks_kind: float
    wrong_year: float
    brevity: float


class Asked(NamedTuple):
    """A question by its words: the kind of thing that it asks for, its keys, its years."""

    kind: Kind | None
    keys: frozenset[str]
    years: frozenset[str]


def ask(question: Question) -> Asked:
    """What a question looks for."""
    years = frozenset(word for word in words(question.standalone) if _is_year(word))
    own = frozenset(key(word) for word in content_words(question.standalone))
    return Asked(kind_of(question.standalone), own, years)


def features(asked: Asked, passage: Passage, article: Article) -> list[Features]:
    """The features of each sentence of a passage, in order."""
    found = []
    for span in passage.sentences:
        sentence = article.text[span.start : span.end]
        shown = asked.kind is None or shows(asked.kind, sentence, asked.keys)
        brevity = 1 / (1 + len(sentence) / 200)
        found.append(Features(float(not shown), _wrong_year(asked, sentence, article), brevity))
    return found


def _wrong_year(asked: Asked, sentence: str, article: Article) -> float:
    """1 when the question names years and neither the sentence nor its article's date is of one."""
    if not asked.years:
        return 0.0
    known = {*_keys(sentence), str(article.published.year) if article.published else ""}
    stated = {word for word in known if _is_year(word)}
    return float(bool(stated) and not stated & asked.years)


def _is_year(word: str) -> bool:
    return len(word) == 4 and word[:2] in ("19", "20")


@lru_cache(maxsize=20_000)
def _keys(text: str) -> tuple[str, ...]:
    return tuple(keys(text))
