"""The strongest simple peer: a weighted sum of standardised BM25 and dense scores, its weight tuned.

The questions are halved by week, and each half's weight is tuned on the other, so that no weight ever
saw the question that it helps to answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from evals.bench.data import Found, Quiz, is_hit

Scores = npt.NDArray[np.float32]
Score = Callable[[str], Scores]

_CANDIDATES = 100
_KEEP = 10


class Setting(NamedTuple):
    """What is tuned: the share of BM25, and whether scores are standardised over the candidates alone."""

    lexical: float
    local: bool


SETTINGS = tuple(Setting(share / 20, local) for share, local in product(range(21), (False, True)))


@dataclass(frozen=True, slots=True)
class Candidates:
    """The best passages of both legs for one question: numbers, and both legs' scores of each.

    `lexical` and `dense` have a row for each way of standardising: over all passages, over these.
    """

    numbers: npt.NDArray[np.int64]
    lexical: Scores
    dense: Scores

    def order(self, setting: Setting) -> npt.NDArray[np.int64]:
        """Positions of the best ten, best first."""
        way = int(setting.local)
        total = setting.lexical * self.lexical[way] + (1 - setting.lexical) * self.dense[way]
        return np.argsort(-total, kind="stable")[:_KEEP]


def candidates(lexical: Scores, dense: Scores) -> Candidates:
    """The first hundred of each leg, of one score a passage from each."""
    first = np.union1d(_top(lexical), _top(dense))
    return Candidates(first, _standard(lexical, first), _standard(dense, first))


def _top(scores: Scores) -> npt.NDArray[np.int64]:
    if len(scores) <= _CANDIDATES:
        return np.arange(len(scores))
    return np.argpartition(-scores, _CANDIDATES)[:_CANDIDATES]


def _standard(scores: Scores, chosen: npt.NDArray[np.int64]) -> Scores:
    """Scores of the chosen, standardised over all and over the chosen."""
    own = scores[chosen]
    rows = [(own - over.mean()) / max(float(over.std()), 1e-9) for over in (scores, own)]
    return np.stack(rows).astype(np.float32)


class Judged(NamedTuple):
    """A question's week, its candidates, and which of them are hits."""

    week: str
    candidates: Candidates
    hits: npt.NDArray[np.bool_]


def halves(weeks: Iterable[str]) -> dict[str, int]:
    """Every second week, in order of time, falls into the other half."""
    return {week: number % 2 for number, week in enumerate(sorted(set(weeks)))}


def tune(judged: Sequence[Judged]) -> dict[int, Setting]:
    """For each half the setting with the best MRR@10 on the other half; with one week, on that one."""
    half_of = halves(each.week for each in judged)
    return {
        half: _best([j for j in judged if half_of[j.week] != half] or judged)
        for half in sorted(set(half_of.values()))
    }


def _best(judged: Sequence[Judged]) -> Setting:
    return max(SETTINGS, key=lambda setting: sum(reciprocal(each, setting) for each in judged))


def reciprocal(judged: Judged, setting: Setting) -> float:
    """One over the rank of the first hit among the ten best; 0 when there is none."""
    ranked = judged.hits[judged.candidates.order(setting)]
    return 1.0 / (1 + int(ranked.argmax())) if ranked.any() else 0.0


class WeightedSum:
    """The peer itself: asks both legs, and adds their scores by the half's setting."""

    def __init__(
        self, passages: Sequence[Found], lexical: Score, dense: Score, questions: Sequence[Quiz]
    ) -> None:
        """Tune on `questions`; `lexical` and `dense` give a score for every passage."""
        self._passages = passages
        self._lexical = lexical
        self._dense = dense
        self._halves = halves(quiz.week for quiz in questions)
        self.settings: Mapping[int, Setting] = tune([self._judge(quiz) for quiz in questions])

    def ask(self, quiz: Quiz) -> list[Found]:
        """The ten best passages."""
        found = self._find(quiz)
        order = found.order(self.settings[self._halves[quiz.week]])
        return [self._passages[number] for number in found.numbers[order]]

    def _find(self, quiz: Quiz) -> Candidates:
        return candidates(self._lexical(quiz.question), self._dense(quiz.question))

    def _judge(self, quiz: Quiz) -> Judged:
        found = self._find(quiz)
        hits = [is_hit(self._passages[number], quiz) for number in found.numbers]
        return Judged(quiz.week, found, np.array(hits, dtype=bool))

    @property
    def note(self) -> str:
        """The weights that the halves got."""
        over = {True: "the candidates", False: "all passages"}
        told = (f"{s.lexical:.2f} BM25, standardised over {over[s.local]}" for s in self.settings.values())
        return "; ".join(told)
