"""A case beside its articles -> what is wrong with it; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePath

from evals.cases import Case
from evals.forms import holds, holds_any, plain
from rag.sentences import sentence_spans
from rag.types import Article, Filters, Scope

_WORD = re.compile(r"\w+")


def faults(cases: Sequence[Case], articles: Sequence[Article]) -> list[str]:
    """One line for each thing that is not true of the articles, or cannot be; none for good cases."""
    alone = {_asked(case.question) for case in cases if not case.history}
    return [
        f"{case.id}: {fault}"
        for case in cases
        for fault in (*_shape(case), *_of_articles(case, articles), *_chain(case, alone))
    ]


def _shape(case: Case) -> Iterator[str]:
    """What contradicts itself, whatever the articles say."""
    answered = case.status == "answered"
    if not answered == bool(case.gold) == bool(case.cite) == bool(case.must):
        yield "an answered case, and no other, has must, cite and gold"
    if any(not group for group in case.must):
        yield "a group of must is empty"
    if case.kind in ("compare", "conflict") and answered and len(case.must) < 2:
        yield f"a case of kind {case.kind} has two sides at least"
    if (case.kind == "as-of") != (case.filters != Filters()):
        yield "a case of kind as-of, and no other, has filters"
    if len(case.why.split()) < 2:
        yield "does not say why it is there"


def _of_articles(case: Case, articles: Sequence[Article]) -> Iterator[str]:
    cited = [a for a in articles if PurePath(a.source).name.startswith(case.cite)]
    if lacking := [begin for begin in case.cite if not any(_is(a, begin) for a in articles)]:
        yield f"no article begins with {', '.join(lacking)}"
    standing = {gold: [a for a in cited if gold in sentences(a)] for gold in case.gold}
    yield from (f"no sentence of a cited article: {gold}" for gold, where in standing.items() if not where)
    if idle := [begin for begin in case.cite if not _holds_gold(begin, standing.values())]:
        yield f"no gold sentence stands in {', '.join(idle)}"
    yield from _facts(case, cited)
    scope = Scope(case.filters.since, case.filters.latest)
    outlet = (case.filters.outlet or "").casefold()
    for article in cited:
        if not scope.admits(article.published, None) or outlet not in (article.outlet or "").casefold():
            yield f"its filters keep out {PurePath(article.source).name}"


def _facts(case: Case, cited: Sequence[Article]) -> Iterator[str]:
    gold = " ".join(case.gold)
    known = " ".join(told(article) for article in cited) if case.from_metadata else ""
    for group in filter(None, case.must):
        if not holds_any(f"{gold} {known}", group):
            yield f"required, and neither in gold nor known: {group[0]}"
        if case.from_metadata and holds_any(gold, group):
            yield f"said to be known of the article, and stands in gold: {group[0]}"
    yield from (f"forbidden, and stands in gold: {form}" for form in case.must_not if holds(gold, form))
    for forbidden in case.must_not:
        if any(holds(form, forbidden) for group in case.must for form in group):
            yield f"required and forbidden: {forbidden}"


def _chain(case: Case, alone: set[str]) -> Iterator[str]:
    """A follow-up needs what was asked before it, and nothing else does."""
    if (case.kind == "follow-up") != bool(case.history):
        yield "a follow-up, and no other, has a history"
    if case.history and _asked(case.question) in alone:
        yield "its question is asked without a history too"


def sentences(article: Article) -> set[str]:
    """The sentences of an article's body, as Pressroom cuts them."""
    return {
        article.text[start:end]
        for span in article.body
        for start, end in sentence_spans(article.text, span.start, span.end)
    }


def told(article: Article) -> str:
    """What is known of an article beside its text, as one line."""
    day = article.published
    days = (day.isoformat(), f"{day.day} {day:%B %Y}") if day else ()
    return " | ".join((article.title, article.outlet or "", article.author or "", *days))


def _holds_gold(begin: str, standing: Iterable[Sequence[Article]]) -> bool:
    return any(_is(article, begin) for where in standing for article in where)


def _is(article: Article, begin: str) -> bool:
    return PurePath(article.source).name.startswith(begin)


def _asked(question: str) -> str:
    return " ".join(_WORD.findall(plain(question)))
