"""A sentence beside its value, and a question, as they are held against each other."""

from __future__ import annotations

import re
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from rag.conflict.values import DATELINE, Value
from rag.types import Offered, Span
from rag.verify.lexicon.forms import key
from rag.verify.roles import speakers
from rag.verify.tokens import Token, tokenize
from rag.verify.when import When, mentions
from rag.words import content_words, keys

_CLAUSE = re.compile(r"[,;:—()]|\b(?:who|which|whose|where|when|because|while|although|but|and)\b")
LYING = re.compile(r"\b(?:in|at|on|near|outside|inside) (?:the )?$", re.IGNORECASE)
_ACCORDING = re.compile(r"\b[Aa]ccording to (?:the |its |his |her )?([^\W\d_]+)")
_PURPOSE = frozenset("for against per about".split())
_SAYING = frozenset("said says say told claimed claims claim".split())
# So many words before a name and behind it say what it did.
_NEAR = 4
_CATEGORY = re.compile(r"\b(?:which|what) (\w+)", re.IGNORECASE)
# Who asks for a person, and by which words: "Who was the captain of the ferry that burned?"
_WHO = re.compile(r"\bwho\b", re.IGNORECASE)
_ROLE = re.compile(
    r"\bwho(?: is| was| are| were|['’]s) ((?:(?!(?:of|in|at|on|for|aboard|who|that|when)\b)\w+ ?)+)",
    re.IGNORECASE,
)
_BEFORE = re.compile(r"([^\W\d_]+) $")


class Side:
    """A sentence with the value that it gives as the answer."""

    def __init__(self, offered: Offered, value: Value, focus: Span | None) -> None:
        self.offered = offered
        self.value = value
        self.focus = focus
        opening = DATELINE.match(offered.quote)
        self._begins = opening.end() if opening else 0
        self.text = offered.quote[self._begins :]
        self.at = value.place.start - self._begins
        self.until = value.place.end - self._begins

    @cached_property
    def tokens(self) -> tuple[Token, ...]:
        """The words of the sentence, its value apart."""
        return tuple(t for t in tokenize(self.text) if t.end <= self.at or t.start >= self.until)

    @property
    def says(self) -> bool:
        """Whether the value stands in words that say something, and not in the dateline."""
        return self.at >= 0 and bool(self.keys)

    @cached_property
    def keys(self) -> frozenset[str]:
        """Keys of the words that carry something."""
        return frozenset(token.key for token in self.tokens if token.carries)

    @cached_property
    def framed(self) -> tuple[tuple[str, str], ...]:
        """The words that carry something and stand behind such a preposition, or before a verb of saying."""
        behind = [(b.key, a.word) for a, b in pairwise(self.tokens) if a.word in _PURPOSE and b.carries]
        speaks = [(a.key, "says") for a, b in pairwise(self.tokens) if b.word in _SAYING and a.carries]
        told = [(key(m.group(1).lower()), "according") for m in _ACCORDING.finditer(self.text)]
        return (*behind, *speaks, *told)

    @cached_property
    def near(self) -> frozenset[str]:
        """Keys of the few words before the value and behind it; of a place, of the sentence."""
        if LYING.search(self.text[: self.at]):
            return self.keys
        before = [t.key for t in self.tokens if t.end <= self.at][-_NEAR:]
        return frozenset((*before, *[t.key for t in self.tokens if t.start >= self.until][:_NEAR]))

    @cached_property
    def described(self) -> str:
        """The key of the word right before the value: "ferry" of "the ferry Maren Skou"; empty for none."""
        found = _BEFORE.search(self.text[: self.at])
        return key(found.group(1).lower()) if found else ""

    @cached_property
    def clause(self) -> str:
        """The part of the sentence in which the value stands."""
        cuts = [0, *(m.end() for m in _CLAUSE.finditer(self.text, 0, self.at)), len(self.text)]
        end = next((m.start() for m in _CLAUSE.finditer(self.text, self.until)), len(self.text))
        return self.text[max(c for c in cuts if c <= self.at) : end]

    @cached_property
    def article(self) -> frozenset[str]:
        """Keys of the article's title and text."""
        article = self.offered.article
        return frozenset(keys(f"{article.title}\n{article.text}"))

    @cached_property
    def named(self) -> frozenset[str]:
        """Keys of the names beside the value, but of those who only speak."""
        said = {word for who in speakers(self.text) for word in who}
        return frozenset(t.key for t in self.tokens if t.named) - said

    @cached_property
    def dates(self) -> tuple[When, ...]:
        """The dates beside the value."""
        # Behind a capital, "In May" is read as no month.
        text = self.text[:1].lower() + self.text[1:]
        return tuple(w for w, start, end in mentions(text) if end <= self.at or start >= self.until)


class Asked(NamedTuple):
    """A question: keys of its words, of the names among them and of what it asks for, and its dates.

    `things` are the keys of what it speaks of where it asks for a person, "ferry" for the captain of a ferry.
    """

    words: frozenset[str]
    names: frozenset[str]
    category: frozenset[str]
    things: frozenset[str]
    dates: tuple[When, ...]


def asked_for(question: str) -> Asked:
    """A question as the sentences are held against it."""
    named = frozenset(token.key for token in tokenize(question) if token.named)
    words = frozenset(key(word) for word in content_words(question))
    category = frozenset(key(m.group(1).lower()) for m in _CATEGORY.finditer(question))
    role = _ROLE.search(question)
    things = words - frozenset(keys(role.group(1)) if role else ()) if _WHO.search(question) else frozenset()
    return Asked(words, named & words, category, things, tuple(when for when, _, _ in mentions(question)))
