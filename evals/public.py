"""Public sets of questions -> suites: rows of SQuAD 2.0 and of RGB, gzipped JSON lines.

Passages become articles and questions become cases, all asked of one library, so that finding the passage
is part of it. SQuAD 2.0 (Rajpurkar and others 2018) has a row a paragraph: title, context, qas[question,
answers, unanswerable]. RGB (Chen and others 2023) has a row a question: query, answer, positive and negative
passages; it is asked of all passages, and again, where silence is due, of the negative ones alone.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from evals.cases import Case, CaseError
from evals.check import sentences
from evals.forms import holds_any
from evals.reader.data import lines
from evals.suites import Suite
from rag.types import Article, Filters

ENDING = ".jsonl.gz"
_SEED = 5


class Passage(NamedTuple):
    """A passage that becomes an article; `title` is empty where the set gives none."""

    title: str
    text: str


class Asked(NamedTuple):
    """A question, the groups of accepted answers (none where silence is due), and where they stand."""

    question: str
    answers: tuple[tuple[str, ...], ...]
    bearing: tuple[Passage, ...]


def is_public(place: Path) -> bool:
    """Whether it is a file of such a set, or a folder of such files and no suite."""
    return place.name.endswith(ENDING) or (not (place / "cases").is_dir() and bool(_files(place)))


def public_suites(place: Path, folder: Path, most: int) -> tuple[Suite, ...]:
    """The suites of a file, or of each file in a folder that holds such a set, written below `folder`.

    Of each set at most `most` questions, drawn the same each time. Raises CaseError when there is none.
    """
    files = _files(place) if place.is_dir() else [place]
    parts = chain.from_iterable(_parts(file, most) for file in files)
    made = [_suite(name, asked, beside, folder) for name, asked, beside in parts]
    if not any(suite.cases for suite in made):
        raise CaseError(f"{place} holds no questions in a known format")
    return tuple(suite for suite in made if suite.cases)


def _files(place: Path) -> list[Path]:
    return sorted(place.glob(f"*{ENDING}"))


def _parts(file: Path, most: int) -> Iterator[tuple[str, Sequence[Asked], Sequence[Passage]]]:
    """What is asked of one library: its name, its questions, and its passages; nothing of other sets."""
    name, rows = file.name.removesuffix(ENDING), list(lines(file))
    try:
        if rows and {"title", "context", "qas"} <= set(rows[0]):
            passages = [Passage(row["title"], row["context"]) for row in rows]
            yield name, _drawn(list(chain.from_iterable(map(_of_paragraph, rows))), most), passages
        elif rows and {"query", "answer", "positive", "negative"} <= set(rows[0]):
            chosen = _drawn(rows, most)
            yield name, [_of_query(row) for row in chosen], _told(chosen, ("positive", "negative"))
            alone = [Asked(row["query"], (), ()) for row in chosen]
            yield f"{name}, only noise", alone, _told(chosen, ("negative",))
    except (KeyError, TypeError, AttributeError) as error:
        raise CaseError(f"{file}: not rows of one set ({error})") from error


def _drawn(found: Sequence[Any], most: int) -> list[Any]:
    draw = random.Random(_SEED)  # noqa: S311 - a sample, no secret
    return list(found) if len(found) <= most else draw.sample(list(found), most)


def _of_paragraph(row: dict[str, Any]) -> Iterator[Asked]:
    where = Passage(row["title"], row["context"])
    for qa in row["qas"]:
        silent = qa["unanswerable"]
        yield Asked(qa["question"], () if silent else (tuple(qa["answers"]),), () if silent else (where,))


def _of_query(row: dict[str, Any]) -> Asked:
    groups = tuple(tuple(g) if isinstance(g, list) else (g,) for g in row["answer"])
    return Asked(row["query"], groups, tuple(Passage("", text) for text in row["positive"]))


def _told(rows: Iterable[dict[str, Any]], kinds: Sequence[str]) -> list[Passage]:
    """The passages of these kinds, each once."""
    return list(dict.fromkeys(Passage("", text) for row in rows for kind in kinds for text in row[kind]))


def _suite(name: str, asked: Sequence[Asked], passages: Sequence[Passage], folder: Path) -> Suite:
    """The passages as files, and the cases whose answer stands in a sentence of them."""
    articles = folder / name / "articles"
    articles.mkdir(parents=True)
    names = {passage: f"{number:05}.txt" for number, passage in enumerate(passages, start=1)}
    known = {names[passage]: {"title": passage.title} for passage in passages if passage.title}
    (articles / "metadata.yaml").write_text(yaml.safe_dump(known), encoding="utf-8")
    for passage, file in names.items():
        (articles / file).write_text(passage.text, encoding="utf-8")
    bare = Suite(name, articles, ())
    by_file = {Path(article.source).name: article for article in bare.read()}
    cases = (_case(f"{name}-{i:04}", each, names, by_file.get) for i, each in enumerate(asked, start=1))
    return Suite(name, articles, tuple(case for case in cases if case is not None))


def _case(
    id: str, asked: Asked, names: dict[Passage, str], article: Callable[[str], Article | None]
) -> Case | None:
    """The question as a case; None when an answer stands in no sentence, as Pressroom cuts them."""
    bearing = [(names[p], found) for p in asked.bearing if (found := article(names[p])) is not None]
    holding = {file: _holding(found, asked.answers) for file, found in bearing}
    gold = tuple(dict.fromkeys(chain.from_iterable(holding.values())))
    if not all(holds_any(" ".join(gold), group) for group in asked.answers):
        return None
    return Case(
        id=id,
        kind="fact" if asked.answers else "unanswerable",
        question=asked.question,
        history=(),
        filters=Filters(),
        status="answered" if asked.answers else "not_in_articles",
        must=asked.answers,
        must_not=(),
        cite=tuple(file for file, held in holding.items() if held),
        gold=gold,
        why="a public question",
    )


def _holding(article: Article, answers: Iterable[tuple[str, ...]]) -> list[str]:
    """The sentences that hold an accepted answer, sorted."""
    groups = tuple(answers)
    return sorted(s for s in sentences(article) if any(holds_any(s, group) for group in groups))
