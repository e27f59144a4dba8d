"""Fit the calibration of rag/answer.py on questions with known answers, and print it with its figures.

    python -m tools.fit_confidence DATA_FOLDER

DATA_FOLDER is what `tools.fit_reader` reads. Each question's chances come of weights that were fitted without
it. What would be quoted is right when a sentence of it holds the answer, and silence where none does.
Answers alone are fitted, SQuAD 2.0 and RGB alike in weight; errors are cross-validated by title and query.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from evals.statistics import calibration, calibration_error
from rag.answer import CALIBRATION, Read, calibrated, chance_of, quote
from rag.config import Config
from rag.reader import Network
from rag.reader.weigh import Floats
from rag.types import Article, Citation, Offered, Reading, Sentence, Span
from tools.fit_reader import Known, crossed, rgb, squad

_FOLDS, _STEPS = 5, 50


class Shown(NamedTuple):
    """What became of a question: the chance of what was shown, whether it is right, and where it is from."""

    chance: float
    right: bool
    answered: bool
    group: str
    news: bool


def main() -> None:
    """Fit, cross-validate, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", type=Path, metavar="DATA_FOLDER")
    options = parser.parse_args()
    network = Network()
    known = [each for part in (squad, rgb) for each in part(options.data, network)]
    for line in report(list(seen(known, crossed(known)))):
        print(line)


def report(shown: Sequence[Shown]) -> Iterator[str]:
    """The calibration, and the errors with it, without it, and with the one that ships."""
    slope, shift = fit([each for each in shown if each.answered])
    yield f"CALIBRATION = ({slope:.3f}, {shift:.3f})"
    for name, sure in (
        ("as it is", [_sure(each, (1.0, 0.0)) for each in shown]),
        ("with the one that ships", [_sure(each, CALIBRATION) for each in shown]),
        ("cross-validated", list(_crossed(shown))),
    ):
        parts = (
            ("all", [True] * len(shown)),
            ("SQuAD 2.0", [not each.news for each in shown]),
            ("RGB", [each.news for each in shown]),
        )
        told = ", ".join(f"{part} {_error(shown, sure, chosen):.3f}" for part, chosen in parts)
        yield f"calibration error {name}: {told}"


def seen(known: Sequence[Known], chances: Sequence[Floats]) -> Iterator[Shown]:
    """What the product would make of each question."""
    config = Config.from_env({})
    for each, chance in zip(known, chances, strict=True):
        read = _read(each, chance)
        draft = quote(read, config.quote_sentences, config.silence_below)
        by_number = {r.offered.number: r.offered for r in read}
        offered = [by_number[number] for sentence in draft.sentences for number in sentence.numbers]
        shown = [Sentence(o.quote, (_cited(o),), "quoted", "") for o in offered]
        right = any(each.right[o.number - 1] for o in offered) if offered else not each.right.any()
        yield Shown(
            chance_of(read, shown), bool(right), bool(offered), each.group, each.kind.startswith("rgb")
        )


def _read(known: Known, chances: Floats) -> tuple[Read, ...]:
    """The sentences as if they stood in one article, likeliest first."""
    text = "\n".join(known.sight.texts)
    article = Article("0", "", text, (Span(0, len(text)),), "")
    found, start = [], 0
    for number, (words, sight, chance) in enumerate(
        zip(known.sight.texts, known.sight.seen, chances, strict=True), start=1
    ):
        focus = Span(start + sight.focus.start, start + sight.focus.end) if sight.focus else None
        place = Offered(number, article, start, start + len(words), 1)
        found.append(Read(place, Reading(start, start + len(words), float(chance), focus)))
        start += len(words) + 1
    return tuple(sorted(found, key=lambda r: -r.reading.chance))


def _cited(offered: Offered) -> Citation:
    return Citation(1, offered.article, offered.start, offered.end, offered.quote)


def fit(shown: Sequence[Shown]) -> tuple[float, float]:
    """Slope and shift that make the answers likeliest, by Newton's method; both sets weigh the same."""
    odds = np.array([_odds(each.chance) for each in shown])
    right = np.array([each.right for each in shown], np.float64)
    news = np.array([each.news for each in shown])
    weight = np.where(news, max((~news).sum(), 1) / max(news.sum(), 1), 1.0)
    rows, found = np.column_stack([odds, np.ones(len(odds))]), np.array([1.0, 0.0])
    for _ in range(_STEPS):
        sure = 1 / (1 + np.exp(-rows @ found))
        pull = rows.T @ (weight * (right - sure))
        bend = (rows * (weight * sure * (1 - sure))[:, None]).T @ rows
        found = found + np.linalg.solve(bend + 1e-9 * np.eye(2), pull)
    return float(found[0]), float(found[1])


def _odds(chance: float) -> float:
    bounded = min(max(chance, 1e-4), 1 - 1e-4)
    return float(np.log(bounded / (1 - bounded)))


def _sure(each: Shown, calibration: tuple[float, float]) -> float:
    likely = calibrated(each.chance, calibration)
    return likely if each.answered else 1.0 - likely


def _crossed(shown: Sequence[Shown]) -> Iterator[float]:
    """How sure each is by a calibration that saw nothing of its title or query."""
    fold = {group: number % _FOLDS for number, group in enumerate(sorted({s.group for s in shown}))}
    fitted = [fit([s for s in shown if s.answered and fold[s.group] != n]) for n in range(_FOLDS)]
    return (_sure(each, fitted[fold[each.group]]) for each in shown)


def _error(shown: Sequence[Shown], sure: Sequence[float], chosen: Sequence[bool]) -> float:
    mine = [(s, each.right) for s, each, is_chosen in zip(sure, shown, chosen, strict=True) if is_chosen]
    return calibration_error(calibration([s for s, _ in mine], [right for _, right in mine]))


if __name__ == "__main__":
    main()
