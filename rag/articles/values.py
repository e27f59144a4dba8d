"""What reading hands on: things to read, bytes to read them from, and what could not be read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rag.articles.fields import Facts
from rag.errors import ArticleError
from rag.types import Article


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a fetch may reach: whether into private networks, how long, how much, how many hops."""

    allow_private: bool = False
    timeout_s: float = 30.0
    connect_s: float = 10.0
    max_bytes: int = 20_000_000
    max_redirects: int = 5


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to read: cheap to make, parsed when `read` is called, which may raise ArticleError.

    `source` is an absolute path, PATH#KEY for a row of a table, a URL, or stdin#KEY. Two items of equal
    `digest` (SHA-256, hex) give the same article, their sources aside. `note` says, where there is
    something to say, how the article was come by.
    """

    source: str
    digest: str
    read: Callable[[], Article]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that could not be read, and why, on one line."""

    source: str
    reason: str

    def __str__(self) -> str:
        return f"{self.source}: {self.reason}"

    @classmethod
    def of(cls, source: str, error: ArticleError) -> Problem:
        """The error parted into what could not be read and why; it may name `metadata.yaml` instead."""
        written = str(error)
        if written.startswith(f"{source}: "):
            return cls(source, written.removeprefix(f"{source}: "))
        named, parted, reason = written.partition(": ")
        return cls(named, reason) if parted else cls(source, written)


_NOTHING = Facts()


@dataclass(frozen=True, slots=True)
class Source:
    """The bytes of one thing to read: its name, and what is known of it before it is read.

    `given` wins over what it says of itself, `also` fills in what it does not say. `charset` is what a
    server declared, `url` where it was found, `least` how many characters an article must have.
    """

    name: str
    raw: bytes
    given: Facts = _NOTHING
    also: Facts = _NOTHING
    charset: str | None = None
    url: str | None = None
    least: int = 0

    def known(self, told: Facts = _NOTHING) -> Facts:
        """All that is known, given what the thing tells of itself."""
        return self.given.or_else(told).or_else(self.also)
