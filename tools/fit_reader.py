"""Fit the weights of rag/reader on question-answering data, and print them with their fit.

    python tools/fit_reader.py DATA_FOLDER

DATA_FOLDER holds squad2_dev_half.jsonl.gz (fields title, context, qas) and rgb_noise_dev.jsonl.gz
(fields query, answer, positive, negative). A question's row of sentences gives one example each;
the label is whether the sentence holds the answer. Plain logistic regression with a small ridge.
"""

from __future__ import annotations

import gzip
import json
import random
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rag.articles import from_text
from rag.reader import Features, ask, features, rarities
from rag.sentences import sentence_spans
from rag.types import Offered, Question
from rag.words import content_words, keys

Rows = list[tuple[list[Features], list[int]]]


def main() -> None:
    """Fit on both sets, each half the weight, and print the weights and ranking figures."""
    folder = Path(sys.argv[1])
    encyclopedia = list(_squad(folder / "squad2_dev_half.jsonl.gz"))
    news = list(_rgb(folder / "rgb_noise_dev.jsonl.gz"))
    sets = {"squad2": encyclopedia, "rgb": news}
    matrix, labels, weight = _stack(list(sets.values()))
    weights = _logistic(matrix, labels, weight)
    print("BIAS =", round(float(weights[0]), 2))
    print("WEIGHTS =", tuple(round(float(w), 2) for w in weights[1:]))
    for name, rows in sets.items():
        print(name, *_figures(rows, weights))


def _lines(path: Path) -> Iterator[dict]:
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        yield from map(json.loads, stream)


def _offered(texts: list[str], title: str = "") -> list[Offered]:
    found: list[Offered] = []
    for rank, text in enumerate(texts, start=1):
        article = from_text(text, f"{rank}", {"title": title} if title else None)
        for span in sentence_spans(text):
            found.append(Offered(len(found) + 1, article, span.start, span.end, rank))
    return found


def _question_rows(text: str, offered: list[Offered], counts: dict[str, int], total: int) -> list[Features]:
    question = Question(text, standalone=text)
    frequencies = {w: counts.get(next(iter(keys(w)), w), 0) for w in content_words(text)}
    return features(ask(question, rarities(frequencies, total)), offered)


def _counts(texts: list[str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for text in texts:
        for word in set(keys(text)):
            counts[word] = counts.get(word, 0) + 1
    return counts


def _squad(path: Path) -> Iterator[tuple[list[Features], list[int]]]:
    paragraphs = list(_lines(path))
    counts = _counts([p["context"] for p in paragraphs])
    for paragraph in paragraphs:
        offered = _offered([paragraph["context"]], paragraph["title"])
        for qa in paragraph["qas"]:
            answers = [] if qa["unanswerable"] else qa["answers"]
            labels = [int(any(a and a in o.quote for a in answers)) for o in offered]
            yield _question_rows(qa["question"], offered, counts, len(paragraphs)), labels


def _rgb(path: Path) -> Iterator[tuple[list[Features], list[int]]]:
    questions = list(_lines(path))
    passages = [p for q in questions for p in (*q["positive"], *q["negative"])]
    counts = _counts(passages)
    draw = random.Random(0)
    for question in questions:
        for positives in (3, 0):
            kept = draw.sample(question["positive"], min(positives, len(question["positive"])))
            kept += draw.sample(question["negative"], min(5 - len(kept), len(question["negative"])))
            offered = _offered(kept)
            groups = [g if isinstance(g, list) else [g] for g in question["answer"]]
            labels = [
                int(positives > 0 and all(any(a.casefold() in o.quote.casefold() for a in g) for g in groups))
                for o in offered
            ]
            yield _question_rows(question["query"], offered, counts, len(passages)), labels


def _stack(sets: list[Rows]) -> tuple[npt.NDArray, npt.NDArray, npt.NDArray]:
    matrix, labels, weight = [], [], []
    for rows in sets:
        examples = sum(len(y) for _, y in rows)
        for x, y in rows:
            matrix.extend((1.0, *row) for row in x)
            labels.extend(y)
            weight.extend([1 / examples] * len(y))
    return np.array(matrix), np.array(labels, float), np.array(weight)


def _logistic(x: npt.NDArray, y: npt.NDArray, weight: npt.NDArray, ridge: float = 1e-5) -> npt.NDArray:
    """Newton's method on the weighted log likelihood."""
    beta = np.zeros(x.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-x @ beta))
        gradient = x.T @ (weight * (y - p)) - ridge * beta
        hessian = (x * (weight * p * (1 - p))[:, None]).T @ x + ridge * np.eye(len(beta))
        beta += np.linalg.solve(hessian, gradient)
    return beta


def _figures(rows: Rows, weights: npt.NDArray) -> tuple[str, ...]:
    first = third = answerable = 0
    best: list[tuple[float, int]] = []
    for x, y in rows:
        scores = np.array([(1.0, *row) for row in x]) @ weights
        order = np.argsort(-scores)
        best.append((float(scores.max()), int(any(y))))
        if any(y):
            answerable += 1
            first += y[order[0]]
            third += any(y[i] for i in order[:3])
    return (
        f"first {first / answerable:.3f}",
        f"first three {third / answerable:.3f}",
        f"answerable told from not (AUROC) {_auroc(best):.3f}",
        f"questions {len(rows)}",
    )


def _auroc(scored: list[tuple[float, int]]) -> float:
    ordered = sorted(scored)
    positives = sum(label for _, label in ordered)
    negatives = len(ordered) - positives
    ranks = sum(rank for rank, (_, label) in enumerate(ordered, start=1) if label)
    return (ranks - positives * (positives + 1) / 2) / (positives * negatives)


if __name__ == "__main__":
    main()
