"""Fit the weights of rag/reader/weigh.py on questions with known answers, and print them with their figures.

    python -m tools.fit_reader DATA_FOLDER [--model FILE]

DATA_FOLDER holds squad2_dev_half.jsonl.gz (title, context, qas) and rgb_noise_dev.jsonl.gz (query, answer,
positive, negative). Only titles that the network was never trained on are taken, each question beside its
paragraph, and some beside all paragraphs of the title. Each goes through the retrieval itself; a sentence is
right when it holds the answer. What is made likely is that a right sentence is chosen, or "none of them"
where none is. RGB weighs half, and everywhere those with an answer as much as those without. Figures are
cross-validated: by title, and by question.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from evals.bench.vectors import Remembered
from evals.reader.data import bounded, held_out, lines
from rag import rank
from rag.collection import shelve_texts
from rag.config import Config
from rag.embed import MiniLM
from rag.reader import Network, Reader, Sight
from rag.reader.weigh import BY_HAND, COLUMNS, WEIGHTS, choice, echo
from rag.retrieve import Shelf, compete, to_read
from rag.types import Question

Floats = npt.NDArray[np.float64]

_FOLDS, _RIDGE, _STEPS, _RATE = 5, 2e-3, 600, 0.05
_ECHOES = 3
_SEED = 5
_OF_TITLE = 150
_NEGATIVES = (1, 2, 3, 4, 5)


class Known(NamedTuple):
    """A question as read: its sight, which sentences are right, whom it is never parted from, its kind."""

    sight: Sight
    right: npt.NDArray[np.bool_]
    group: str
    kind: str


class Fitted(NamedTuple):
    """The weights of a sentence's columns, and the two of "none of them"."""

    weights: Floats
    none: tuple[float, float]


def main() -> None:
    """Fit, cross-validate, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", type=Path, metavar="DATA_FOLDER")
    parser.add_argument("--model", type=Path, help="another network than the built-in one")
    options = parser.parse_args()
    network = Network(options.model, None) if options.model else Network()
    parts = (squad, library, rgb)
    known = [each for part in parts for each in part(options.data, network)]
    print(f"{len(known)} questions", flush=True)
    fitted = fit(known)
    print("WEIGHTS =", tuple(round(float(w), 3) for w in fitted.weights))
    print("NONE =", tuple(round(w, 3) for w in fitted.none))
    chances = crossed(known)
    for line in (*figures(known, chances), *risks(known, chances)):
        print(line)


# What is known


def seen(text: str, shelf: Shelf, network: Network) -> Sight:
    """A question as it is read by the default settings, before weighing."""
    question, config = Question(text, standalone=text), Config.from_env({})
    field = compete(question, shelf, config.candidates)
    if field is None:
        raise SystemExit(f"nothing was found for {text!r}")
    _, taken = to_read(field, rank.probabilities(rank.scores(field.features)))
    return Reader(network).look(question, taken)


def squad(folder: Path, network: Network) -> Iterator[Known]:
    """Each question of the titles held out, beside its paragraph."""
    config, embedder = Config.from_env({}), Remembered(MiniLM())
    for row in lines(folder / "squad2_dev_half.jsonl.gz"):
        if not held_out(row["title"]):
            continue
        shelf = shelve_texts([row["context"]], config, embedder)
        for qa in row["qas"]:
            sight = seen(qa["question"], shelf, network)
            answers = [] if qa["unanswerable"] else qa["answers"]
            yield Known(sight, _right(sight, [answers]), row["title"], "squad")
        shelf.library.close()


def library(folder: Path, network: Network) -> Iterator[Known]:
    """Some questions of each title held out, asked of all of its paragraphs at once."""
    config, embedder, draw = Config.from_env({}), Remembered(MiniLM()), random.Random(_SEED)
    titles: dict[str, list[dict[str, Any]]] = {}
    for row in lines(folder / "squad2_dev_half.jsonl.gz"):
        if held_out(row["title"]):
            titles.setdefault(row["title"], []).append(row)
    for title, rows in titles.items():
        shelf = shelve_texts([row["context"] for row in rows], config, embedder)
        asked = [(row["context"], qa) for row in rows for qa in row["qas"]]
        for context, qa in draw.sample(asked, min(_OF_TITLE, len(asked))):
            sight = seen(qa["question"], shelf, network)
            answers = [] if qa["unanswerable"] else qa["answers"]
            right = _right(sight, [answers]) & np.array([text in context for text in sight.texts], bool)
            yield Known(sight, right, title, "library")
        shelf.library.close()


def rgb(folder: Path, network: Network) -> Iterator[Known]:
    """Each question beside five passages, of which one to five do not hold the answer."""
    config, embedder, draw = Config.from_env({}), Remembered(MiniLM()), random.Random(_SEED)
    for row in lines(folder / "rgb_noise_dev.jsonl.gz"):
        groups = [g if isinstance(g, list) else [g] for g in row["answer"]]
        for negatives in _NEGATIVES:
            texts = draw.sample(row["positive"], min(5 - negatives, len(row["positive"])))
            texts += draw.sample(row["negative"], min(negatives, len(row["negative"])))
            shelf = shelve_texts(texts, config, embedder)
            sight = seen(row["query"], shelf, network)
            shelf.library.close()
            right = _right(sight, groups) if negatives < 5 else np.zeros(len(sight.said), bool)
            yield Known(sight, right, row["query"], f"rgb .{2 * negatives}" if negatives < 5 else "rgb noise")


def _right(sight: Sight, groups: Sequence[Sequence[str]]) -> npt.NDArray[np.bool_]:
    """Which sentences hold one of every group's answers."""
    if not all(groups):
        return np.zeros(len(sight.said), bool)
    found = [bounded(answers) for answers in groups]
    return np.array([all(f.search(text) for f in found) for text in sight.texts], bool)


# Fitting


def columns(known: Sequence[Known], fitted: Fitted | None) -> list[Floats]:
    """Each question's matrix with its echo, which rests on the chances that `fitted` gives without it."""
    found = []
    for each in known:
        matrix = each.sight.matrix
        if fitted is None:
            heard = np.zeros(len(matrix))
        else:
            first = choice(matrix @ fitted.weights[:-1], fitted.none)
            heard = echo(first, each.sight.said, each.sight.passages)
        found.append(np.column_stack([matrix, heard]))
    return found


def fit(known: Sequence[Known]) -> Fitted:
    """The weights that make right choices likeliest, the echo settled in a few rounds."""
    fitted = None
    for _ in range(_ECHOES):
        fitted = _climb(known, columns(known, fitted))
    return fitted


def _climb(known: Sequence[Known], matrices: Sequence[Floats]) -> Fitted:
    """Gradient ascent (Adam, Kingma and Ba 2015) on the mean logarithm of the right choices' chances."""
    width = matrices[0].shape[1]
    offset = np.where([name in BY_HAND for name in COLUMNS], WEIGHTS, 0.0)
    sizes = np.array([len(m) + 1 for m in matrices])
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    rows = np.zeros((sizes.sum(), width + 2))
    right = np.zeros(len(rows), bool)
    for start, each, matrix in zip(starts, known, matrices, strict=True):
        rows[start, width:] = 1.0, np.log(max(len(matrix), 1))
        rows[start + 1 : start + 1 + len(matrix), :width] = np.where(offset, 0.0, matrix)
        right[start + 1 : start + 1 + len(matrix)] = each.right
        right[start] = not each.right.any()
    weight = np.repeat(_weights(known), sizes)
    scale = rows.std(axis=0) + 1e-6
    scaled, beta = rows / scale, np.zeros(width + 2)
    first = second = np.zeros_like(beta)
    for step in range(1, _STEPS + 1):
        logits = scaled @ beta
        pull = _softmax(np.where(right, logits, -1e9), starts, sizes) - _softmax(logits, starts, sizes)
        gradient = scaled.T @ (weight * pull) - _RIDGE * beta
        first, second = 0.9 * first + 0.1 * gradient, 0.98 * second + 0.02 * gradient**2
        beta = beta + _RATE * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.98**step)) + 1e-8)
    beta = beta / scale
    return Fitted(beta[:width] + offset, (float(beta[width]), float(beta[width + 1])))


def _softmax(logits: Floats, starts: npt.NDArray[np.int64], sizes: npt.NDArray[np.int64]) -> Floats:
    odds = np.exp(logits - np.repeat(np.maximum.reduceat(logits, starts), sizes))
    return np.asarray(odds / np.repeat(np.add.reduceat(odds, starts), sizes))


def _weights(known: Sequence[Known]) -> Floats:
    """The weight of each question: news half, an encyclopedia half; those with an answer, those without."""
    parts = [(each.kind.split()[0], bool(each.right.any())) for each in known]
    return np.array([(2 if part[0] == "rgb" else 1) / parts.count(part) for part in parts]) / 8


def crossed(known: Sequence[Known]) -> list[Floats]:
    """Each question's chances by weights that saw nothing of its title, or of the same question."""
    groups = sorted({each.group for each in known})
    random.Random(_SEED).shuffle(groups)
    fold = {group: number % _FOLDS for number, group in enumerate(groups)}
    found: list[Floats] = [np.zeros(0)] * len(known)
    for number in range(_FOLDS):
        fitted = fit([each for each in known if fold[each.group] != number])
        mine = [i for i, each in enumerate(known) if fold[each.group] == number]
        for i, matrix in zip(mine, columns([known[i] for i in mine], fitted), strict=True):
            found[i] = choice(matrix @ fitted.weights, fitted.none)
    return found


# Figures


def figures(known: Sequence[Known], chances: Sequence[Floats]) -> Iterator[str]:
    """A line a kind of question: right first, right in the first three, answerable told from not."""
    for kind in sorted({each.kind for each in known}):
        mine = [(k, c) for k, c in zip(known, chances, strict=True) if k.kind == kind]
        able = [(k, c) for k, c in mine if k.right.any()]
        first = np.mean([k.right[np.argmax(c)] for k, c in able]) if able else float("nan")
        three = np.mean([k.right[np.argsort(-c)[:3]].any() for k, c in able]) if able else float("nan")
        sure = [float(c.sum()) for _, c in mine]
        yield f"{kind}: {len(mine)} first {first:.3f} first three {three:.3f} answered {np.mean(sure):.3f}"
    for yes, no in (
        ("squad", "squad"),
        ("library", "library"),
        *((f"rgb .{n}", "rgb noise") for n in (2, 4, 6, 8)),
    ):
        pairs = list(zip(known, chances, strict=True))
        above = [float(c.sum()) for k, c in pairs if k.kind == yes and k.right.any()]
        below = [float(c.sum()) for k, c in pairs if k.kind == no and not k.right.any()]
        yield f"{yes} told from {no}: {auroc(above, below):.3f}"


def risks(known: Sequence[Known], chances: Sequence[Floats]) -> Iterator[str]:
    """For each threshold, how often it is silent, where there is an answer and where there is none."""
    sets = {f"{k.kind}{'' if k.right.any() else ', none'}": [] for k in known}  # type: dict[str, list[float]]
    for k, c in zip(known, chances, strict=True):
        sets[f"{k.kind}{'' if k.right.any() else ', none'}"].append(float(c.sum()))
    for threshold in np.arange(0.2, 0.9, 0.05):
        told = (f"{name} {np.mean(np.array(total) < threshold):.3f}" for name, total in sorted(sets.items()))
        yield f"silent below {threshold:.2f}: {', '.join(told)}"


def auroc(above: Sequence[float], below: Sequence[float]) -> float:
    """How likely one of `above` is greater than one of `below`, equals counting half."""
    a, b = np.array(above)[:, None], np.array(below)[None, :]
    return float(np.mean((a > b) + 0.5 * (a == b)))


if __name__ == "__main__":
    main()
