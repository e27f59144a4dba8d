"""Values to rows of the database, and back."""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from rag.types import Article, Passage, Scope, Span, passage_id

Vectors = npt.NDArray[np.float32]

# The columns of an article, in the order of `article_row` and `article`.
ARTICLE_COLUMNS = (
    "id, text, body, title, outlet, author, published, published_basis, published_from, url, language"
)

# What tells an article `a` that answers from an earlier version.
CURRENT = "EXISTS (SELECT 1 FROM sources WHERE article_id = a.id)"


class Row(NamedTuple):
    """A passage as the dense leg wants it: its number and id, its vector, and what filters look at."""

    number: int
    passage_id: str
    vector: Vectors
    published: date | None
    outlet: str | None


class Shelved(NamedTuple):
    """An article, passages of it in the order of its text, and their vectors: float32, a row each."""

    article: Article
    passages: tuple[Passage, ...]
    vectors: Vectors


def article_row(article: Article, fingerprint: str) -> tuple[Any, ...]:
    """What is stored of an article: its columns, and its fingerprint."""
    return (
        article.id,
        article.text,
        json.dumps(article.body),
        article.title,
        article.outlet,
        article.author,
        article.published.isoformat() if article.published else None,
        article.published_basis,
        article.published_from,
        article.url,
        article.language,
        fingerprint,
    )


def article(row: Sequence[Any], sources: Sequence[str], replaced_by: str | None = None) -> Article:
    """An article of its columns. Raises ValueError or TypeError for damaged ones."""
    (key, text, body, title, outlet, author, published, basis, origin, url, language) = row
    return Article(
        id=key,
        source=sources[0] if sources else "",
        text=text,
        body=tuple(Span(*span) for span in json.loads(body)),
        title=title,
        outlet=outlet,
        author=author,
        published=day(published),
        published_basis=basis,
        published_from=origin,
        url=url,
        language=language,
        sources=tuple(sources),
        replaced_by=replaced_by,
    )


def passage(row: Sequence[Any], of: Article) -> Passage:
    """A passage of its columns id, start, stop, sentences. Raises ValueError for damaged ones."""
    key, start, stop, sentences = row
    if key != passage_id(of.id, start, stop):
        raise ValueError(f"passage {key} is not where its id says")
    spans = tuple(Span(*span) for span in json.loads(sentences))
    return Passage(key, of.id, start, stop, of.text[start:stop], spans)


def shelved(of: Article, rows: Sequence[Sequence[Any]]) -> Shelved:
    """Passages of rows article id, id, start, stop, sentences, vector, checksum.

    Raises ValueError for damaged ones.
    """
    vectors = np.stack([vector(blob, checksum) for *_, blob, checksum in rows])
    return Shelved(of, tuple(passage(row[1:5], of) for row in rows), vectors)


def vector_row(number: int, vector: Vectors) -> tuple[int, bytes, int]:
    """A vector's number, bytes and checksum."""
    blob = np.asarray(vector, dtype="<f4").tobytes()
    return number, blob, zlib.crc32(blob)


def vector(blob: bytes, checksum: int) -> Vectors:
    """A stored vector. Raises ValueError when it is not what was stored."""
    if zlib.crc32(blob) != checksum:
        raise ValueError("a vector differs from its checksum")
    return np.frombuffer(blob, dtype="<f4")


def day(value: str | None) -> date | None:
    """A stored day."""
    return date.fromisoformat(value) if value else None


def any_of(terms: Sequence[str]) -> str:
    """A full-text query for any of the terms, each a word or phrase and never syntax."""
    # SQLite reads a query up to its first NUL.
    plain = (term.replace("\0", " ").replace('"', '""') for term in terms)
    return " OR ".join(f'"{term}"' for term in plain)


def marks(values: Sequence[Any]) -> str:
    """A question mark a value."""
    return ",".join("?" * len(values))


def conditions(scope: Scope) -> tuple[str, list[str]]:
    """What a scope asks of the articles `a`, as SQL that begins with AND, and its values."""
    wanted, values = "", []
    if scope.since is not None:
        wanted += " AND a.published >= ?"
        values.append(scope.since.isoformat())
    if scope.latest is not None:
        wanted += " AND a.published <= ?"
        values.append(scope.latest.isoformat())
    if scope.outlets is not None:
        wanted += f" AND a.outlet IN ({marks(scope.outlets)})"
        values.extend(scope.outlets)
    return wanted, values
