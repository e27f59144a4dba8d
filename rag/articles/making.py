"""A text and what is known of it -> Article."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from rag.articles.address import is_url
from rag.articles.dates import Dated, find_date
from rag.articles.fields import Facts, given_facts
from rag.articles.language import language_of
from rag.debris import body_spans, is_furniture
from rag.errors import ArticleError
from rag.types import Article, Span, content_id

METADATA_FILE = "metadata.yaml"

_AGENCY = re.compile(r"^[A-Z][\w .,'’-]{1,40}\(([A-Z][^()]{1,40})\)\s*(?:[—–-]|--)", re.MULTILINE)
_BYLINE_WORDS = 12
_TITLE_CHARACTERS = 200
# A letter or digit of any script: what is left of an article must hold one.
_WORD = re.compile(r"\w")


def from_text(text: str, source: str, known: Mapping[str, Any] | None = None) -> Article:
    """The article in a string; `known` may give title, outlet, author, published, url and language.

    `published_basis` and `published_from` there say how the day is known. A `language` that is given,
    even as None, is not looked for.
    Raises ArticleError when there is no text in it, or when it cannot be stored as UTF-8.
    """
    known = known or {}
    facts = given_facts(known, source, METADATA_FILE)
    return made(text, source, replace(facts, language=facts.language or "") if "language" in known else facts)


def made(text: str, source: str, facts: Facts, apart: Sequence[Span] = (), begins: int = 0) -> Article:
    """The article in a text of which `facts` are known.

    `apart` lists ranges that are no article (headings, front matter); `begins` says where what a
    reader sees begins. Raises ArticleError as `from_text` does, and when nothing but `apart` is there.
    """
    _check(text, source, facts)
    seen = text[begins:]
    title = facts.title or _title(seen, source)
    dated = facts.dated or _byline(seen) or facts.guess or _named(source)
    body = without(text, body_spans(text, _headline(seen, title, facts)), apart)
    if apart and not any(_WORD.search(text, span.start, span.end) for span in body):
        raise ArticleError(f"{source}: holds no text besides headings")
    article = Article(
        id="",
        source=source,
        text=text,
        body=body,
        title=title,
        outlet=facts.outlet or _agency(seen),
        author=facts.author,
        published=dated and dated.day,
        published_basis=dated and dated.basis,
        published_from=dated and dated.origin,
        url=facts.url,
        language=(language_of(text, body) if facts.language is None else facts.language) or None,
    )
    return replace(article, id=content_id(article))


def _check(text: str, source: str, facts: Facts) -> None:
    if not text.replace("\ufeff", "").strip():
        raise ArticleError(f"{source}: empty")
    told = (facts.title, facts.outlet, facts.author, facts.url, facts.dated and facts.dated.origin)
    try:
        text.encode()
        "".join((source, *(part or "" for part in told))).encode()
    except UnicodeEncodeError:
        reason = "its text, name or metadata holds half characters (lone surrogates)"
        raise ArticleError(f"{source}: {reason}") from None


def laid_out(lines: Iterable[tuple[str, bool]]) -> tuple[str, list[Span]]:
    """A text of lines with blank ones between, and the ranges of those marked as headings."""
    parts: list[str] = []
    headings: list[Span] = []
    at = 0
    for line, heading in lines:
        if heading:
            headings.append(Span(at, at + len(line)))
        parts.append(line)
        at += len(line) + 2
    return "\n\n".join(parts), headings


def without(text: str, spans: Iterable[Span], apart: Iterable[Span]) -> tuple[Span, ...]:
    """The spans less the ranges `apart`, both in order; no white space at the edges of what was parted."""
    waiting = deque(apart)
    kept: list[Span] = []
    for span in spans:
        start, is_cut = span.start, False
        while waiting and waiting[0].start < span.end:
            cut = waiting[0]
            if cut.end > start:
                kept.append(_trimmed(text, start, cut.start))
                start, is_cut = cut.end, True
            if cut.end >= span.end:
                break
            waiting.popleft()
        kept.append(_trimmed(text, start, span.end) if is_cut else span)
    return tuple(span for span in kept if span.start < span.end)


def _trimmed(text: str, start: int, end: int) -> Span:
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return Span(start, end)


def _headline(text: str, title: str, facts: Facts) -> str:
    """The title where it is surely one: given from outside, or standing in the text twice."""
    if facts.title:
        return title
    lines = [line.strip() for line in text.splitlines()]
    return title if lines.count(title) > 1 else ""


def _title(text: str, source: str) -> str:
    """The first line that is no debris, its first words if it is long, else the source's name."""
    for line in text.lstrip("\ufeff").splitlines():
        words = line.strip().lstrip("#").strip()
        if words and not is_furniture(words):
            short = len(words) <= _TITLE_CHARACTERS
            return words if short else words[: _TITLE_CHARACTERS // 2].rsplit(" ", 1)[0] + " …"
    return Path(source).stem


def _agency(text: str) -> str | None:
    """The outlet that a dateline names: "TOKYO (Jiji Press) —"."""
    found = _AGENCY.search(text[:1500])
    return found.group(1).strip() if found else None


def _byline(text: str) -> Dated | None:
    """The day that a short line near the top states."""
    for line in text[:2000].splitlines():
        if len(line.split()) <= _BYLINE_WORDS and (found := find_date(line)) is not None:
            return Dated(found, "stated", f'"{line.strip()}"')
    return None


def _named(source: str) -> Dated | None:
    found = find_date(Path(source.partition("#")[0]).stem)
    return Dated(found, "inferred", "the address" if is_url(source) else "the file's name") if found else None
