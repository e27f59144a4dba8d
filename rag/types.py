"""Every value that flows through Pressroom, frozen; imports nothing of ours.

    text -> Question -> retrieve -> Evidence -> answer -> Draft -> verify -> Answer -> show

A transform takes values and returns new ones. Offsets count characters (Unicode code points) of
`Article.text`; a range is half open, so `article.text[start:end]` is what it names.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, NamedTuple

Status = Literal["answered", "not_in_articles"]
Verdict = Literal["quoted", "supported"]
# A number in square brackets, as citation marks are written.
_BRACKETED = re.compile(r"\[(\d+)\]")
Basis = Literal["stated", "inferred"]


class Span(NamedTuple):
    """A half-open range of characters."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Article:
    """One article: its untouched text, and what is known about it.

    `body` lists the ranges of `text` that are article; everything outside them is page debris, which
    is never indexed, quoted or cited. `published_basis` says whether the date stands in the text or
    was inferred, and `published_from` names the words or the reasoning it comes from. `language` is an
    ISO 639-1 code. `sources` lists every place where this very article was found, `source` among them.
    `replaced_by` is the id of the article that its source holds now, when it has changed since.
    """

    id: str
    source: str
    text: str
    body: tuple[Span, ...]
    title: str
    outlet: str | None = None
    author: str | None = None
    published: date | None = None
    published_basis: Basis | None = None
    published_from: str | None = None
    url: str | None = None
    language: str | None = None
    sources: tuple[str, ...] = ()
    replaced_by: str | None = None


def content_id(article: Article) -> str:
    """Sixteen hex digits of the SHA-256 of an article's text and what tells it from others.

    The same words from two outlets, or of two days, are two articles.
    """
    told = (article.title, article.outlet, article.author, article.published, article.url)
    content = "\x1f".join((article.text, *(str(part or "") for part in told)))
    return hashlib.sha256(content.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of whole sentences of one article: `article.text[start:end] == text`.

    `sentences` are ranges of the article's text, in order, all inside the passage.
    """

    id: str
    article_id: str
    start: int
    end: int
    text: str
    sentences: tuple[Span, ...]


def passage_id(article_id: str, start: int, end: int) -> str:
    """The id of a range of an article."""
    return f"{article_id}:{start}-{end}"


@dataclass(frozen=True, slots=True)
class Filters:
    """Which articles may answer: dates inclusive; an undated article never passes a date filter.

    `as_of` asks as if on that day: nothing published later is seen.
    """

    since: date | None = None
    until: date | None = None
    as_of: date | None = None
    outlet: str | None = None

    @property
    def latest(self) -> date | None:
        """The last day whose articles may answer."""
        days = [day for day in (self.until, self.as_of) if day is not None]
        return min(days) if days else None


@dataclass(frozen=True, slots=True)
class Scope:
    """Filters as both search legs apply them: days, and outlets by their exact names."""

    since: date | None = None
    latest: date | None = None
    outlets: tuple[str, ...] | None = None

    def admits(self, published: date | None, outlet: str | None) -> bool:
        """Whether an article of this day and outlet may answer."""
        if published is None and (self.since is not None or self.latest is not None):
            return False
        return (
            (self.since is None or (published is not None and published >= self.since))
            and (self.latest is None or (published is not None and published <= self.latest))
            and (self.outlets is None or outlet in self.outlets)
        )


class Hit(NamedTuple):
    """A passage that one search leg found; a higher score is better."""

    passage_id: str
    score: float

    @property
    def article_id(self) -> str:
        """The article of the passage, which its id begins with."""
        return self.passage_id.rpartition(":")[0]


@dataclass(frozen=True, slots=True)
class Question:
    """A question as asked, and as understood once earlier questions are taken into account.

    `standalone` is what retrieval and reading use; it equals `text` when there is no history.
    `topic` holds words taken over from earlier questions by the rule for follow-ups.
    """

    text: str
    history: tuple[str, ...] = ()
    filters: Filters = Filters()
    id: str | int | float | None = None
    standalone: str = ""
    topic: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """A sentence that the reader read beside the question: `article.text[start:end]`.

    `chance` is how likely it is the one that answers, 0 to 1; over all that were read for a question the
    chances add up to at most 1, and what is missing to 1 is the chance that none of them answers. `focus` is
    the range of the article's text that the reader takes for the answer itself, inside the sentence.
    """

    start: int
    end: int
    chance: float
    focus: Span | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """A passage that was found, where it stands, and where its score came from.

    The passage may span several neighbours. `score` is how likely it is to be the one that answers, 0 to 1;
    `origins` maps a leg ("lexical", "dense") to that leg's own best score in it, higher is better;
    `readings` are those of its sentences that the reader read, in the order of the text.
    """

    passage: Passage
    article: Article
    score: float
    rank: int
    origins: Mapping[str, float] = field(default_factory=dict)
    readings: tuple[Reading, ...] = ()


@dataclass(frozen=True, slots=True)
class Offered:
    """One numbered sentence of the evidence, the only thing a draft may cite."""

    number: int
    article: Article
    start: int
    end: int
    evidence_rank: int

    @property
    def quote(self) -> str:
        """The sentence as it stands in the article, byte for byte."""
        return self.article.text[self.start : self.end]


def number_sentences(evidence: tuple[Evidence, ...]) -> tuple[Offered, ...]:
    """Number every sentence of the evidence from 1, in rank order, each place once."""
    seen: set[tuple[str, int]] = set()
    offered: list[Offered] = []
    for found in evidence:
        for span in found.passage.sentences:
            place = (found.article.id, span.start)
            if place not in seen:
                seen.add(place)
                number = len(offered) + 1
                offered.append(Offered(number, found.article, span.start, span.end, found.rank))
    return tuple(offered)


@dataclass(frozen=True, slots=True)
class DraftSentence:
    """A sentence not yet checked, and the numbers of the offered sentences it relies on.

    `quoting` marks a sentence that is itself an offered sentence, taken over whole; `focus` is then the range
    of its article's text that answers, where the reader sees one.
    """

    text: str
    numbers: tuple[int, ...]
    quoting: bool = False
    focus: Span | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """What an answerer proposes: sentences to check, or silence, and how sure it is (0 to 1)."""

    sentences: tuple[DraftSentence, ...]
    confidence: float


@dataclass(frozen=True, slots=True)
class Citation:
    """A place in an article: `article.text[start:end] == quote`, byte for byte.

    `focus` is the range of the article's text that answers, inside the quote, where the reader sees one.
    """

    n: int
    article: Article
    start: int
    end: int
    quote: str
    focus: Span | None = None

    def to_dict(self) -> dict[str, Any]:
        """The citation as CONTRACT's JSON object."""
        article = self.article
        return {
            "n": self.n,
            "article_id": article.id,
            "source": article.source,
            "title": article.title,
            "outlet": article.outlet,
            "author": article.author,
            "published": article.published.isoformat() if article.published else None,
            "published_basis": article.published_basis,
            "url": article.url,
            "quote": self.quote,
            "start": self.start,
            "end": self.end,
            "focus": list(self.focus) if self.focus else None,
        }


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence that passed its checks, with the citations that carry it."""

    text: str
    citations: tuple[Citation, ...]
    verdict: Verdict
    reason: str

    def to_dict(self) -> dict[str, Any]:
        """The sentence as JSON, its citations by number."""
        numbers = [citation.n for citation in self.citations]
        return {
            "text": self.text,
            "citations": numbers,
            "verdict": self.verdict,
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True)
class Dropped:
    """A sentence that failed its checks and is not part of the answer, with the reason."""

    text: str
    reason: str


def plain_brackets(text: str) -> str:
    """Text whose own bracketed numbers cannot be taken for citation marks: [3] becomes (3)."""
    return _BRACKETED.sub(r"(\1)", text)


@dataclass(frozen=True, slots=True)
class Nearest:
    """An article that comes nearest to a question that the articles do not answer."""

    article: Article
    why: str


@dataclass(frozen=True, slots=True)
class Trace:
    """What made an answer: prompt versions, config fingerprint, milliseconds a step, notes."""

    config: str
    prompts: Mapping[str, str] = field(default_factory=dict)
    ms: Mapping[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What is shown: checked sentences, or an honest silence with the nearest articles.

    It is `incomplete` when the model's reply was cut; it then ends with what was checked before.
    """

    question: Question
    status: Status
    sentences: tuple[Sentence, ...]
    dropped: tuple[Dropped, ...]
    evidence: tuple[Evidence, ...]
    nearest: tuple[Nearest, ...]
    silence: str
    model: str
    confidence: float
    trace: Trace
    incomplete: bool = False

    @property
    def citations(self) -> tuple[Citation, ...]:
        """Every citation that a sentence uses, once, in order of first use."""
        used = {c.n: c for sentence in self.sentences for c in sentence.citations}
        return tuple(used[n] for n in sorted(used))

    @property
    def text(self) -> str:
        """The answer as one line with [n] markers, or the sentence that says what is missing."""
        if self.status == "not_in_articles":
            return self.silence
        return " ".join(
            plain_brackets(" ".join(s.text.split())) + " " + "".join(f"[{c.n}]" for c in s.citations)
            for s in self.sentences
        )

    def to_dict(self) -> dict[str, Any]:
        """The answer as CONTRACT's JSON object."""
        trace = self.trace
        return {
            "question": self.question.text,
            "understood": self.question.standalone or self.question.text,
            "id": self.question.id,
            "status": self.status,
            "answer": self.text,
            "sentences": [sentence.to_dict() for sentence in self.sentences],
            "dropped": [{"text": d.text, "reason": d.reason} for d in self.dropped],
            "citations": [citation.to_dict() for citation in self.citations],
            "nearest": [
                {"article_id": n.article.id, "title": n.article.title, "why": n.why} for n in self.nearest
            ],
            "model": self.model,
            "confidence": round(self.confidence, 4),
            "incomplete": self.incomplete,
            "trace": {
                "prompts": dict(trace.prompts),
                "config": trace.config,
                "ms": {step: round(ms, 1) for step, ms in trace.ms.items()},
                "notes": list(trace.notes),
            },
        }
