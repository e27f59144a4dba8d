"""Public questions as the product is asked them: a question, texts to answer from, the answers that count."""

from __future__ import annotations

import gzip
import hashlib
import json
import random
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from evals.cases import load
from rag.errors import UsageError
from rag.types import Filters

# The share of titles and of weeks of news that nothing is trained on.
_HELD_OUT = 0.2
_SEED = 5
_PASSAGES = 5
NOISE = "RGB, only noise"


@dataclass(frozen=True)
class Asked:
    """One question; without `texts` it is asked of the library.

    `answers` holds groups of accepted forms, of each of which one must stand in the answer; none at all when
    the texts do not say. Questions of one `cluster` share their text, and are drawn together.
    """

    set: str
    question: str
    texts: tuple[str, ...]
    answers: tuple[tuple[str, ...], ...]
    cluster: str
    history: tuple[str, ...] = ()

    @cached_property
    def _found(self) -> tuple[re.Pattern[str], ...]:
        return tuple(map(bounded, self.answers))

    def right(self, text: str) -> bool:
        """Whether a text holds an accepted form of every group."""
        return bool(self.answers) and all(found.search(text) for found in self._found)


def bounded(answers: Sequence[str]) -> re.Pattern[str]:
    """Finds any of the answers, in any case and never inside a longer word."""
    either = "|".join(map(re.escape, sorted(answers, key=len, reverse=True)))
    return re.compile(rf"(?<!\w)(?:{either})(?!\w)", re.IGNORECASE)


def held_out(name: str) -> bool:
    """Whether a title or a week is for measuring alone; the same on every machine."""
    return int(hashlib.sha256(name.encode()).hexdigest(), 16) % 1000 < _HELD_OUT * 1000


def lines(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of a gzipped JSON-lines file. Raises UsageError for a file that is none."""
    try:
        with gzip.open(path, "rt", encoding="utf-8") as stream:
            yield from map(json.loads, stream)
    except (OSError, EOFError, ValueError) as error:
        raise UsageError(f"cannot read {path}: {' '.join(str(error).split())}") from error


def squad(folder: Path) -> Iterator[Asked]:
    """SQuAD 2.0's questions of the titles held out, each beside its paragraph. Raises as `lines` does."""
    return _asked(folder / "squad2_dev_half.jsonl.gz", _of_paragraph)


def rgb(folder: Path) -> Iterator[Asked]:
    """RGB's questions, each beside five passages of which one to five do not hold the answer.

    Raises as `lines` does.
    """
    draw = random.Random(_SEED)  # noqa: S311 - a sample, no secret
    return _asked(folder / "rgb_noise_dev.jsonl.gz", lambda row: _at_each_noise(row, draw))


def _asked(path: Path, questions: Callable[[dict[str, Any]], Iterable[Asked]]) -> Iterator[Asked]:
    for number, row in enumerate(lines(path), start=1):
        try:
            found = tuple(questions(row))
        except (KeyError, TypeError, AttributeError) as error:
            raise UsageError(f"{path}, line {number}: not a row of this set ({error})") from error
        yield from found


def _of_paragraph(row: dict[str, Any]) -> Iterator[Asked]:
    if held_out(row["title"]):
        for qa in row["qas"]:
            answers = () if qa["unanswerable"] else (tuple(qa["answers"]),)
            yield Asked("SQuAD 2.0", qa["question"], (row["context"],), answers, row["context"])


def _at_each_noise(row: dict[str, Any], draw: random.Random) -> Iterator[Asked]:
    groups = tuple(tuple(g) if isinstance(g, list) else (g,) for g in row["answer"])
    for negatives in range(1, _PASSAGES + 1):
        texts = draw.sample(row["positive"], min(_PASSAGES - negatives, len(row["positive"])))
        texts += draw.sample(row["negative"], min(negatives, len(row["negative"])))
        noisy = negatives == _PASSAGES
        name = NOISE if noisy else f"RGB, noise .{2 * negatives}"
        yield Asked(name, row["query"], tuple(texts), () if noisy else groups, row["query"])


def seeds() -> Iterator[Asked]:
    """The eval cases on the five seed articles, but for those of a day, an outlet or a disagreement."""
    for case in (c for c in load() if c.filters == Filters() and c.kind != "conflict"):
        answers = case.must if case.status == "answered" else ()
        yield Asked("seeds", case.question, (), answers, case.id, case.history)
