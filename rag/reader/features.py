"""What speaks for or against a sentence by its words alone, beside the question."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from rag.reader.denials import denied
from rag.reader.kinds import Kind, kind_of, quotes, shows, wants_quotation
from rag.reader.labels import asks_about_labels, is_label
from rag.reader.planted import asks_about_orders, is_planted
from rag.types import Article, Passage, Question
from rag.words import content_words, fold, key, keys, words


class Features(NamedTuple):
    """What is looked at, each between 0 and 1."""

    lacks_kind: float
    wrong_year: float
    brevity: float
    denies: float
    unquoted: float
    planted: float
    label: float


class Asked(NamedTuple):
    """A question by its words: the kind of thing that it asks for, its keys, its years.

    `deniable` are the keys that a sentence may deny, which answers too; `verbatim` says that it wants a
    quotation, `of_orders` that it is about what readers are told to do, `of_labels` about its making.
    """

    kind: Kind | None
    keys: frozenset[str]
    years: frozenset[str]
    deniable: frozenset[str]
    verbatim: bool
    of_orders: bool
    of_labels: bool


def ask(question: Question) -> Asked:
    """What a question looks for."""
    years = frozenset(word for word in words(question.standalone) if _is_year(word))
    own = frozenset(key(word) for word in content_words(question.standalone))
    text = question.standalone
    deniable = frozenset() if denied(text) else own | {key(fold(word)) for word in question.topic}
    return Asked(
        kind_of(text),
        own,
        years,
        deniable,
        verbatim=wants_quotation(text),
        of_orders=asks_about_orders(text),
        of_labels=asks_about_labels(text),
    )


def features(asked: Asked, passage: Passage, article: Article) -> list[Features]:
    """The features of each sentence of a passage, in order."""
    found = []
    for span in passage.sentences:
        sentence = article.text[span.start : span.end]
        shown = asked.kind is None or shows(asked.kind, sentence, asked.keys)
        found.append(
            Features(
                lacks_kind=float(not shown),
                wrong_year=_wrong_year(asked, sentence, article),
                brevity=1 / (1 + len(sentence) / 200),
                denies=float(not asked.deniable.isdisjoint(denied(sentence))),
                unquoted=float(asked.verbatim and not quotes(sentence)),
                planted=float(not asked.of_orders and is_planted(sentence)),
                label=float(not asked.of_labels and is_label(sentence)),
            )
        )
    return found


def _wrong_year(asked: Asked, sentence: str, article: Article) -> float:
    """1 when the question names years and neither the sentence nor its article's date is of one."""
    if not asked.years:
        return 0.0
    known = {*_keys(sentence), str(article.published.year) if article.published else ""}
    stated = {word for word in known if _is_year(word)}
    return float(bool(stated) and not stated & asked.years)


def _is_year(word: str) -> bool:
    return len(word) == 4 and word.isdecimal() and word[:2] in ("19", "20")


@lru_cache(maxsize=20_000)
def _keys(text: str) -> tuple[str, ...]:
    return tuple(keys(text))
