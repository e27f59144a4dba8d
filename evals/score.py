"""Scorers: an Answer beside its Case -> Scores, each with a reason; pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath

from evals.cases import Case
from evals.check import told
from evals.forms import holds, holds_any
from rag.types import Answer, Citation, Scope

KEPT = 4


@dataclass(frozen=True, slots=True)
class Score:
    """One scorer's verdict, 0 to 1, and why; only those that decide make a case fail."""

    name: str
    value: float
    reason: str
    decides: bool = True

    @property
    def passed(self) -> bool:
        """Whether it stands in no case's way."""
        return not self.decides or self.value == 1.0


def score(case: Case, answer: Answer) -> tuple[Score, ...]:
    """Every score that applies to the case; those of what was said only when an answer is due."""
    scores = [_status(case, answer), _citations_resolve(answer), _forbidden(case, answer)]
    if case.filters.latest or case.filters.since or case.filters.outlet:
        scores.append(_filtered(case, answer))
    if case.status == "answered":
        scores += [_facts(case, answer), _cited(case, answer), *_against_gold(case, answer)]
        scores += _retrieved(case, answer)
    return tuple(scores)


def lost(case: Case, answer: Answer) -> str:
    """The step that lost an answer that was due: where its gold sentences were seen last."""
    if not any(_ranks(case, answer)):
        return "not retrieved"
    if any(gold in dropped.text for gold in case.gold for dropped in answer.dropped):
        return "dropped"
    if any(c.quote in case.gold for c in answer.citations):
        return "cited, and not all of it or not it alone"
    return "retrieved, and not read as the answer"


def _status(case: Case, answer: Answer) -> Score:
    return _verdict("status", case.status == answer.status, f"{answer.status}, expected {case.status}")


def _facts(case: Case, answer: Answer) -> Score:
    shown = said(answer)
    if case.from_metadata:
        shown = " | ".join((shown, *(told(c.article) for c in answer.citations)))
    missing = [group[0] for group in case.must if not holds_any(shown, group)]
    return _verdict("facts", not missing, f"missing: {'; '.join(missing)}" if missing else "all there")


def said(answer: Answer) -> str:
    """What an answer says, without its marks; nothing when it is silent."""
    return " ".join(sentence.text for sentence in answer.sentences) if answer.status == "answered" else ""


def _forbidden(case: Case, answer: Answer) -> Score:
    shown = said(answer)
    found = [form for form in case.must_not if holds(shown, form)]
    return _verdict("forbidden", not found, f"shown: {'; '.join(found)}" if found else "none shown")


def _filtered(case: Case, answer: Answer) -> Score:
    """Nothing is cited that the question's filters keep out."""
    scope = Scope(case.filters.since, case.filters.latest)
    outlet = (case.filters.outlet or "").casefold()
    strays = [
        _file(c)
        for c in answer.citations
        if not scope.admits(c.article.published, None) or outlet not in (c.article.outlet or "").casefold()
    ]
    return _verdict("filtered", not strays, f"cites {', '.join(strays)}" if strays else "none kept out")


def _cited(case: Case, answer: Answer) -> Score:
    names = sorted({_file(c) for c in answer.citations})
    right = any(name.startswith(case.cite) for name in names)
    return _verdict("cited", right, f"cites {', '.join(names) or 'nothing'}; due: {', '.join(case.cite)}")


def _citations_resolve(answer: Answer) -> Score:
    """Every citation gives its quote, lies in the body of an article that stands, and is used as it says."""
    faults = [fault for citation in answer.citations for fault in _broken(citation)]
    faults += [f"uncited: {s.text}" for s in answer.sentences if not s.citations]
    faults += [
        f"not what it quotes: {s.text}"
        for s in answer.sentences
        if s.verdict == "quoted" and s.text not in [c.quote for c in s.citations]
    ]
    numbers = [c.n for c in answer.citations]
    if numbers != list(range(1, len(numbers) + 1)):
        faults.append(f"numbered {numbers}")
    return _verdict("citations", not faults, "; ".join(faults) or f"all {len(numbers)} resolve")


def _broken(citation: Citation) -> Iterator[str]:
    article = citation.article
    if article.text[citation.start : citation.end] != citation.quote or not citation.quote:
        yield f"[{citation.n}] is not its range"
    if not any(span.start <= citation.start and citation.end <= span.end for span in article.body):
        yield f"[{citation.n}] is page debris"
    if article.replaced_by is not None or not article.source:
        yield f"[{citation.n}] is of an article that has changed since"


def _against_gold(case: Case, answer: Answer) -> Iterator[Score]:
    """Precision: cited sentences that are gold. Recall: facts that a cited gold sentence carries."""
    quotes = [c.quote for c in answer.citations]
    gold = [quote for quote in quotes if quote in case.gold]
    yield Score(
        "precision",
        len(gold) / len(quotes) if quotes else 0.0,
        f"{len(gold)} of {len(quotes)} cited sentences are gold",
        decides=False,
    )
    groups = case.must if not case.from_metadata else (case.gold,)
    bare = [group[0] for group in groups if not any(holds_any(quote, group) for quote in gold)]
    carried = len(groups) - len(bare)
    reason = f"{carried} of {len(groups)} facts carried" + (f"; not: {'; '.join(bare)}" if bare else "")
    yield Score("recall", carried / len(groups), reason, decides=False)
    if case.kind == "conflict":
        yield _verdict("conflict", not bare, f"sides not cited: {'; '.join(bare)}" if bare else "both cited")


def _retrieved(case: Case, answer: Answer) -> list[Score]:
    """Whether the evidence holds a gold sentence: first, among those kept, and one over its rank."""
    rank = min((rank for rank in _ranks(case, answer) if rank), default=0)
    reason = f"gold at rank {rank} of {len(answer.evidence)}" if rank else "no gold in the evidence"
    return [
        Score("hit@1", float(rank == 1), reason, decides=False),
        Score(f"hit@{KEPT}", float(0 < rank <= KEPT), reason, decides=False),
        Score("reciprocal rank", 1 / rank if rank else 0.0, reason, decides=False),
    ]


def _ranks(case: Case, answer: Answer) -> list[int]:
    """For each gold sentence the place, from 1, of the first evidence that holds it; 0 for none."""
    held = [[e.article.text[a:b] for a, b in e.passage.sentences] for e in answer.evidence]
    return [
        next((place for place, sentences in enumerate(held, start=1) if gold in sentences), 0)
        for gold in case.gold
    ]


def _file(citation: Citation) -> str:
    return PurePath(citation.article.source).name


def _verdict(name: str, right: bool, reason: str) -> Score:
    return Score(name, float(right), reason)
