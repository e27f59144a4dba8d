"""Fit the weights of rag/rank on questions with known answers, and print them with their figures.

    python -m tools.fit_ranker DATA_FOLDER [--cache FOLDER]

DATA_FOLDER holds NAME_articles.jsonl.gz and NAME_questions.jsonl.gz (news; see evals/bench/data.py), and
squad_train.jsonl.gz and squad2_dev_half.jsonl.gz (title, context, qas). Candidates come from the retrieval
itself. Listwise softmax: the probability that goes to passages which hold the answer; news and squad_train
weigh the same. Figures are cross-validated: no weight has seen a question of the same two weeks, or of the
same title. squad2_dev_half is never fitted on.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from evals.bench import data
from evals.bench.intervals import difference, mean
from evals.bench.vectors import Remembered
from rag import rank
from rag.articles import Item, from_text
from rag.config import Config
from rag.dense import Dense
from rag.embed import Embedder, MiniLM
from rag.intake import Intake
from rag.library import Library
from rag.retrieve import Place, Shelf, compete
from rag.types import Article, Question

Floats = npt.NDArray[np.float64]

_FOLDS, _RIDGE, _STEPS = 5, 3e-3, 60
_PARAGRAPHS, _QUESTIONS = 6, 1_500
_LENGTHS = (1, 3, 4)
_KEEP = 10


class Ask(NamedTuple):
    """A question, the group that is never parted between folds, and whether a passage is a hit."""

    text: str
    group: int
    is_hit: Callable[[Place], bool]


class Known(NamedTuple):
    """A question's competing passages: features (n, 11), which are hits, and which follow on."""

    group: int
    matrix: Floats
    hits: npt.NDArray[np.bool_]
    follows: list[bool]


def main() -> None:
    """Fit, cross-validate, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", type=Path, metavar="DATA_FOLDER")
    parser.add_argument("--cache", type=Path, metavar="FOLDER", help="keep vectors here between runs")
    asked = parser.parse_args()
    embedder = Remembered(MiniLM(), asked.cache)
    news, squad = _news(asked.data, embedder), _squad(asked.data / "squad_train.jsonl.gz", embedder, 2)
    held_out = _squad(asked.data / "squad2_dev_half.jsonl.gz", embedder, 1)
    print("WEIGHTS =", tuple(round(float(w), 3) for w in fit([news, squad])))
    for name, rows, scored in (
        ("news", news, crossed([news, squad], 0)),
        ("squad_train", squad, crossed([news, squad], 1)),
        ("squad2_dev_half", held_out, scores(held_out, fit([news, squad]))),
    ):
        for line in figures(name, rows, scored):
            print(line, flush=True)


# Candidates


def _shelf(articles: Sequence[Article], embedder: Embedder) -> Shelf:
    library = Library.in_memory()
    items = [Item(article.source, article.id, partial(_itself, article)) for article in articles]
    Intake(library, embedder, Config.from_env({}).passage_pieces).run(items)
    return Shelf(library, Dense(library), embedder)


def _itself(article: Article) -> Article:
    return article


def _known(asks: Sequence[Ask], shelf: Shelf) -> list[Known]:
    """What competes for each question, by the default settings."""
    candidates = Config.from_env({}).candidates
    found = []
    for ask in asks:
        field = compete(Question(ask.text, standalone=ask.text), shelf, candidates)
        if field is None:
            raise SystemExit(f"nothing was found for {ask.text!r}")
        hits = np.array([ask.is_hit(place) for place in field.places])
        follows = [place.follows for place in field.places]
        found.append(Known(ask.group, np.stack(field.features, axis=1), hits, follows))
    return found


def _news(folder: Path, embedder: Embedder) -> list[Known]:
    read = data.load(folder)
    weeks = {week: number for number, week in enumerate(sorted({quiz.week for quiz in read.questions}))}
    shelf = _shelf([from_text(s.text, s.id, s.known) for s in read.stories], embedder)
    return _known([Ask(q.question, weeks[q.week] // 2, partial(_bears, q)) for q in read.questions], shelf)


def _bears(quiz: data.Quiz, place: Place) -> bool:
    return data.is_hit(data.Found(place.article.sources, place.passage.text), quiz)


def _squad(path: Path, embedder: Embedder, every: int) -> list[Known]:
    """Every so manieth title, its paragraphs made into articles of six, and some of its questions."""
    articles, asks = [], []
    for number, (title, paragraphs) in enumerate(_titles(path)):
        if number % every:
            continue
        for first in range(0, len(paragraphs), _PARAGRAPHS):
            some = paragraphs[first : first + _PARAGRAPHS]
            source = f"{title}-{first}"
            text = "\n\n".join(paragraph["context"] for paragraph in some)
            articles.append(from_text(text, source, {"title": title.replace("_", " ")}))
            asks += [ask for paragraph in some for ask in _asks(paragraph, source, text, number)]
    drawn = random.Random(0).sample(asks, min(_QUESTIONS, len(asks)))
    return _known(drawn, _shelf(articles, embedder))


def _titles(path: Path) -> Iterator[tuple[str, list[dict]]]:
    titles: dict[str, list[dict]] = {}
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            titles.setdefault(row["title"], []).append(row)
    yield from titles.items()


def _asks(paragraph: dict, source: str, text: str, group: int) -> Iterator[Ask]:
    start = text.index(paragraph["context"])
    within = range(start, start + len(paragraph["context"]))
    for qa in paragraph["qas"]:
        answers = () if qa.get("unanswerable") else tuple(filter(None, qa["answers"]))
        if answers:
            yield Ask(qa["question"], group, partial(_holds, source, within, answers))


def _holds(source: str, within: range, answers: Sequence[str], place: Place) -> bool:
    passage = place.passage
    part = place.article.text[max(within.start, passage.start) : min(within.stop, passage.end)]
    return source in place.article.sources and any(answer in part for answer in answers)


# Fitting


def fit(sets: Sequence[Sequence[Known]]) -> Floats:
    """The weights that put most probability on hits; every set weighs the same.

    Newton's method on the log likelihood, whose curvature is bounded by that over all candidates.
    """
    rows = [(known, 1 / len(some)) for some in map(_usable, sets) for known in some]
    matrix = np.concatenate([known.matrix for known, _ in rows])
    hits = np.concatenate([known.hits for known, _ in rows])
    begins = np.cumsum([0, *(len(known.hits) for known, _ in rows)])[:-1]
    counts = [len(known.hits) for known, _ in rows]
    share = np.repeat([weight for _, weight in rows], counts)
    middle, spread = matrix.mean(axis=0), matrix.std(axis=0) + 1e-6
    scaled = (matrix - middle) / spread
    weights = np.zeros(matrix.shape[1])
    for _ in range(_STEPS):
        logits = scaled @ weights
        among_all = _softmax(logits, begins, counts)
        among_hits = _softmax(np.where(hits, logits, -np.inf), begins, counts)
        gradient = scaled.T @ (share * (among_hits - among_all)) - 2 * _RIDGE * weights
        means = np.add.reduceat(scaled * among_all[:, None], begins)[np.repeat(range(len(rows)), counts)]
        apart = scaled - means
        curvature = (apart * (share * among_all)[:, None]).T @ apart + 2 * _RIDGE * np.eye(len(weights))
        weights += np.linalg.solve(curvature, gradient)
    return weights / spread


def _usable(rows: Sequence[Known]) -> list[Known]:
    return [known for known in rows if known.hits.any()]


def _softmax(logits: Floats, begins: npt.NDArray[np.int64], counts: Sequence[int]) -> Floats:
    odds = np.exp(logits - np.repeat(np.maximum.reduceat(logits, begins), counts))
    return odds / np.repeat(np.add.reduceat(odds, begins), counts)


def crossed(sets: Sequence[Sequence[Known]], which: int) -> list[Floats]:
    """Scores for one of the sets, each question's by weights fitted without its fold."""
    scored: dict[int, Floats] = {}
    for fold in range(_FOLDS):
        weights = fit([[known for known in rows if known.group % _FOLDS != fold] for rows in sets])
        for number, known in enumerate(sets[which]):
            if known.group % _FOLDS == fold:
                scored[number] = known.matrix @ weights
    return [scored[number] for number in range(len(sets[which]))]


def scores(rows: Sequence[Known], weights: Floats) -> list[Floats]:
    """Scores by one set of weights."""
    return [known.matrix @ weights for known in rows]


# Figures


def figures(name: str, rows: Sequence[Known], scored: Sequence[Floats]) -> Iterator[str]:
    """Rates by run length, beside a plain sum of the two legs' standardised scores."""
    legs = np.array([0.45, 0.55])
    plain = [known.matrix[:, :2] @ legs for known in rows]
    inside = np.mean([known.hits.any() for known in rows])
    yield f"{name}: {len(rows)} questions, a hit among the candidates for {inside:.3f}"
    for longest in _LENGTHS:
        ours, theirs = (_ranks(rows, some, longest) for some in (scored, plain))
        rates = "  ".join(f"Hit@{n} {mean((ours > 0) & (ours <= n))}" for n in (1, 4, 10))
        yield f"  runs of {longest}: {rates}  MRR {mean(_reciprocal(ours))}"
        first, reciprocal = (difference(of(ours), of(theirs)) for of in (_first, _reciprocal))
        yield f"    minus .45 dense + .55 BM25: Hit@1 {first}  MRR {reciprocal}"


def _ranks(rows: Sequence[Known], scored: Sequence[Floats], longest: int) -> npt.NDArray[np.int64]:
    """The rank of the first run that holds a hit, among ten; 0 when there is none."""
    ranks = []
    for known, logits in zip(rows, scored, strict=True):
        best = list(islice(rank.runs(rank.probabilities(logits), known.follows, longest), _KEEP))
        hits = (number for number, run in enumerate(best, 1) if known.hits[run.first : run.last].any())
        ranks.append(next(hits, 0))
    return np.array(ranks)


def _first(ranks: npt.NDArray[np.int64]) -> Floats:
    return (ranks == 1).astype(np.float64)


def _reciprocal(ranks: npt.NDArray[np.int64]) -> Floats:
    return np.array([1 / rank if rank else 0.0 for rank in ranks])


if __name__ == "__main__":
    main()
