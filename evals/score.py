"""Scorers: an Answer beside its Case -> Scores, each with a reason; pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import PurePath

from evals.cases import Case
from rag.types import Answer

_QUOTES = str.maketrans("“”‘’", "\"\"''")
_CONFIDENCE_95 = 1.959964


@dataclass(frozen=True, slots=True)
class Score:
    """One scorer's verdict, and why."""

    name: str
    passed: bool
    reason: str


def score(case: Case, answer: Answer) -> tuple[Score, ...]:
    """Every score that applies to the case; those of the answer's text only when one is due."""
    scores = [_status(case, answer), _citations_resolve(answer), _forbidden(case, answer)]
    if case.status == "answered":
        scores += [_facts(case, answer), _cited(case, answer)]
    return tuple(scores)


def _status(case: Case, answer: Answer) -> Score:
    right = case.status == answer.status
    return Score("status", right, f"{answer.status}, expected {case.status}")


def _facts(case: Case, answer: Answer) -> Score:
    shown = _plain(answer.text)
    missing = [group[0] for group in case.must if not any(_plain(form) in shown for form in group)]
    return Score("facts", not missing, f"missing: {'; '.join(missing)}" if missing else "all there")


def _forbidden(case: Case, answer: Answer) -> Score:
    shown = _plain(answer.text) if answer.status == "answered" else ""
    found = [form for form in case.must_not if _plain(form) in shown]
    return Score("forbidden", not found, f"shown: {'; '.join(found)}" if found else "none shown")


def _cited(case: Case, answer: Answer) -> Score:
    names = sorted({PurePath(c.article.source).name for c in answer.citations})
    right = any(name.startswith(begin) for name in names for begin in case.cite)
    return Score("cited", right, f"cites {', '.join(names) or 'nothing'}; due: {', '.join(case.cite)}")


def _citations_resolve(answer: Answer) -> Score:
    """Every citation's range gives its quote, lies in the article's body, and is used."""
    broken = [
        c.n
        for c in answer.citations
        if c.article.text[c.start : c.end] != c.quote
        or not any(span.start <= c.start and c.end <= span.end for span in c.article.body)
    ]
    uncited = [s.text for s in answer.sentences if not s.citations]
    numbers = [c.n for c in answer.citations]
    right = not broken and not uncited and numbers == list(range(1, len(numbers) + 1))
    return Score("citations", right, "all resolve" if right else f"broken: {broken}; uncited: {len(uncited)}")


def _plain(text: str) -> str:
    return " ".join(text.translate(_QUOTES).casefold().split())


def wilson(right: int, total: int) -> tuple[float, float]:
    """The 95 % interval of a rate (Wilson 1927), as shares of 1; (0, 1) when there is nothing."""
    if total == 0:
        return 0.0, 1.0
    z2 = _CONFIDENCE_95**2
    share = right / total
    middle = (share + z2 / (2 * total)) / (1 + z2 / total)
    half = math.sqrt(share * (1 - share) / total + z2 / (4 * total**2)) * _CONFIDENCE_95 / (1 + z2 / total)
    return max(0.0, middle - half), min(1.0, middle + half)
