"""The faults: what each spoils, and which cases are asked to see it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from unittest.mock import patch

from rag import answer, library, rank, reader, retrieve, understand, verify
from rag.articles import making
from rag.types import Article, Citation, Draft, Question, Reading, Scope, Span, content_id
from rag.verify import Checked

Patch = Callable[[], AbstractContextManager[Any]]
# One broken citation is enough, so that few cases are asked where citations break.
FEW = ("compare",)
PLAIN = ("number",)
SOME = ("number", "list")


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault: how it is put in, and the kinds of cases that are asked; `written` asks a scripted model."""

    name: str
    put_in: Patch
    kinds: tuple[str, ...] = PLAIN
    written: bool = False


def _instead(target: str, function: Callable[..., Any]) -> Patch:
    return lambda: patch(target, function)


def _cited(change: Callable[[Citation], Citation]) -> Patch:
    """Every citation changed as it is made."""
    plain = verify.Ledger._cite

    def cite(self: Any, *given: Any) -> Citation:
        return change(plain(self, *given))

    return _instead("rag.verify.Ledger._cite", cite)


def _bytes(citation: Citation) -> Citation:
    """Offsets counted in bytes, as a careless port would."""
    before = citation.article.text[: citation.start]
    start = len(before.encode())
    return replace(citation, start=start, end=start + len(citation.quote.encode()))


_check = verify.check


def _neighbour(draft: Any, offered: Any) -> Checked:
    checked = _check(draft, offered)
    moved = tuple(offered.get(place.number + 1, place) for place in checked.cited)
    return checked._replace(cited=moved)


def _unchecked(draft: Any, offered: Any) -> Checked:
    cited = tuple(offered[number] for number in draft.numbers if number in offered)
    return Checked(draft, bool(cited), "supported", "not looked at", cited)


_read = reader.Reader.read


def _reversed(self: Any, question: Question, candidates: Any) -> list[tuple[Reading, ...]]:
    """The likeliest sentence gets the chance of the least likely one, and so on."""
    found = _read(self, question, candidates)
    every = sorted((r.chance for each in found for r in each), reverse=True)
    turned = dict(zip(every, reversed(every), strict=True))
    return [tuple(replace(r, chance=turned[r.chance]) for r in each) for each in found]


_scores = rank.scores
_quote = answer.quote
_resolve = retrieve.resolve
_made = making.made
_lexical = library.Library.search
_understand = understand.understand


def _later(*given: Any, **more: Any) -> Article:
    """Every dated article a thousand days younger than it is."""
    article = _made(*given, **more)
    day: date | None = article.published
    moved = replace(article, published=day + timedelta(days=1000)) if day else article
    return replace(moved, id=content_id(moved))


def _days_ignored(filters: Any, shelf: Any) -> Scope:
    return Scope(outlets=_resolve(filters, shelf).outlets)


def _outlet_ignored(filters: Any, shelf: Any) -> Scope:
    return replace(_resolve(filters, shelf), outlets=None)


def _all_body(text: str, *_: Any) -> tuple[Span, ...]:
    return (Span(0, len(text)),)


def _forgetful(question: Question) -> Question:
    return replace(question, standalone=question.text, topic=())


def _never_silent(read: Sequence[Any], most: int, _: float) -> Draft:
    return _quote(read, most, 0.0)


def _most_one(read: Sequence[Any], _: int, silence_below: float) -> Draft:
    return _quote(read, 1, silence_below)


def _choking(question: Question) -> Question:
    if "'" in question.text:
        raise ValueError("an apostrophe")
    return _understand(question)


def _unrepaired(_: Any, _asked: Any, held: Sequence[Checked], *__: Any) -> Iterator[Checked]:
    return iter(held)


def _first_word(self: Any, terms: Sequence[str], *rest: Any) -> Any:
    return _lexical(self, terms[:1], *rest)


def _both(*patches: Patch) -> Patch:
    def put_in() -> AbstractContextManager[Any]:
        stack = ExitStack()
        for each in patches:
            stack.enter_context(each())
        return stack

    return put_in


FAULTS = (
    Fault("offset off by one", _cited(lambda c: replace(c, start=c.start + 1)), FEW),
    Fault("offsets in bytes", _cited(_bytes), FEW),
    Fault("quote altered", _cited(lambda c: replace(c, quote=c.quote.replace(" the ", " a "))), FEW),
    Fault("quote cut short", _cited(lambda c: replace(c, quote=c.quote[:-1], end=c.end - 1)), FEW),
    Fault("citations numbered from nought", _cited(lambda c: replace(c, n=c.n - 1)), FEW),
    Fault("citation to the neighbour sentence", _instead("rag.assistant.check", _neighbour), FEW),
    Fault("reader reversed", _instead("rag.reader.Reader.read", _reversed), SOME),
    Fault("ranker reversed", _instead("rag.rank.scores", lambda f: -_scores(f)), SOME),
    Fault(
        "abstention never",
        _both(
            _instead("rag.answer.quote", _never_silent),
            _instead("rag.silence.unheard", lambda *_: ()),
        ),
        ("unanswerable", "as-of"),
    ),
    Fault("abstention always", _instead("rag.answer.quote", lambda *_: Draft((), 0.0))),
    Fault("one sentence at most", _instead("rag.answer.quote", _most_one), ("list", "compare", "conflict")),
    Fault("debris indexed", _instead("rag.articles.making.body_spans", _all_body), ("unanswerable",)),
    Fault("stale version cited", _instead("rag.collection._signature", lambda _: "the same"), ("number",)),
    Fault("filter of days ignored", _instead("rag.retrieve.resolve", _days_ignored), ("as-of",)),
    Fault("filter of outlets ignored", _instead("rag.retrieve.resolve", _outlet_ignored), ("as-of",)),
    Fault("days of articles wrong", _instead("rag.articles.kinds.made", _later), ("as-of",)),
    Fault("follow-up ignored", _instead("rag.assistant.understand", _forgetful), ("follow-up",)),
    Fault("crash on an apostrophe", _instead("rag.assistant.understand", _choking)),
    Fault(
        "found by the first word alone",
        _both(
            _instead("rag.dense.Dense.search", lambda *_, **__: []),
            _instead("rag.library.Library.search", _first_word),
        ),
        SOME,
    ),
    Fault("checks skipped", _instead("rag.write.check", _unchecked), written=True),
    Fault("repair skipped", _instead("rag.write.Writer._repaired", _unrepaired), written=True),
    Fault("evidence missing in the prompt", _instead("rag.write.numbered", lambda _: ""), written=True),
)
