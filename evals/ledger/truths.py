"""Drafts that are true of what they cite: paraphrases written by hand, and sentences of articles."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from evals.cases import CaseError
from evals.reader.data import lines
from rag.articles import from_text, read_file
from rag.config import data_folder
from rag.sentences import sentence_spans
from rag.types import Article, DraftSentence, Offered

PARAPHRASES = Path(__file__).parent / "paraphrases.yaml"
COLLECTION = Path(__file__).parents[1] / "collection" / "articles"
# Nothing was tuned on these.
UNSEEN = Path(__file__).parent / "unseen.yaml"
_SHORTEST, _LONGEST = 60, 260


@dataclass(frozen=True)
class Truth:
    """A draft that nobody could object to; `offered` are all sentences of its article."""

    draft: DraftSentence
    offered: Mapping[int, Offered]
    paraphrase: bool

    @cached_property
    def cited(self) -> str:
        """What it cites, as one text."""
        return " ".join(self.offered[number].quote for number in self.draft.numbers)

    @cached_property
    def article(self) -> str:
        """The whole text."""
        return next(iter(self.offered.values())).article.text


def paraphrases(path: Path = PARAPHRASES) -> list[Truth]:
    """Those written by hand. Raises CaseError when one cites a sentence that is not there."""
    return _written(path, "paraphrases")


def lies(path: Path = PARAPHRASES) -> list[Truth]:
    """What is false and written by hand, of many kinds: drafts as the others, and each of them ought to fail.

    Raises CaseError when one cites a sentence that is not there.
    """
    return _written(path, "lies")


def _written(path: Path, which: str) -> list[Truth]:
    rows: Sequence[Mapping[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    seeds = {Path(article.source).name: article for article in seed_articles()}
    found = []
    for row in rows:
        article = _article(row, seeds)
        offered = every_sentence(article)
        numbers = {place.quote: number for number, place in offered.items()}
        for entry in row["sentences"]:
            if missing := [quote for quote in entry["cited"] if quote not in numbers]:
                raise CaseError(f"{path.name}: no sentence of {article.title!r} is {missing[0]!r}")
            cited = tuple(numbers[quote] for quote in entry["cited"])
            found += [Truth(DraftSentence(text, cited), offered, True) for text in entry.get(which, ())]
    return found


def _article(row: Mapping[str, Any], seeds: Mapping[str, Article]) -> Article:
    """A seed, an article of the eval's collection, or one that is given with its sentences."""
    if "seed" in row:
        return seeds[row["seed"]]
    if "article" in row:
        return read_file(COLLECTION / f"{row['article']}.txt")
    return from_text(row["text"], row["title"], _known(row))


def _known(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("title", "outlet", "published")}


def seed_articles() -> list[Article]:
    """The five articles in seeds/."""
    return [read_file(path) for path in sorted(data_folder("seeds").glob("*.txt"))]


def copies(articles: Iterable[Article], most: int) -> list[Truth]:
    """Sentences of articles as drafts that cite themselves, at most so many of each article."""
    found = []
    for article in articles:
        offered = every_sentence(article)
        fit = [n for n, place in offered.items() if _SHORTEST <= len(place.quote) <= _LONGEST]
        draw = random.Random(article.id)
        for number in sorted(draw.sample(fit, min(most, len(fit)))):
            text = " ".join(offered[number].quote.split())
            found.append(Truth(DraftSentence(text, (number,)), offered, False))
    return found


def news(folder: Path, count: int) -> Iterator[Article]:
    """So many articles of the news set in `folder`, the same every time."""
    rows = list(lines(folder / "news_articles.jsonl.gz"))
    for row in random.Random(5).sample(rows, min(count, len(rows))):
        known = {name: row[name] for name in ("title", "published") if row[name]}
        yield from_text(row["text"], row["id"], known)


def every_sentence(article: Article) -> dict[int, Offered]:
    """All sentences of an article, numbered from 1."""
    spans = [span for part in article.body for span in sentence_spans(article.text, part.start, part.end)]
    return {n: Offered(n, article, span.start, span.end, 1) for n, span in enumerate(spans, start=1)}
