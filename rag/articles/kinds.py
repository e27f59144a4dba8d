"""What bytes are, by what they hold more than by what they are called; and who reads each kind."""

from __future__ import annotations

import re
from typing import Literal

from rag.articles.decoding import decode
from rag.articles.making import made
from rag.articles.values import Source
from rag.types import Article

Kind = Literal["text", "markdown", "page", "pdf", "word", "lines", "table", "feed"]

BY_SUFFIX: dict[str, Kind] = {
    ".txt": "text",
    ".text": "text",
    ".md": "markdown",
    ".html": "page",
    ".htm": "page",
    ".pdf": "pdf",
    ".docx": "word",
    ".jsonl": "lines",
    ".ndjson": "lines",
    ".csv": "table",
    ".tsv": "table",
    ".xml": "feed",
    ".rss": "feed",
    ".atom": "feed",
}
# The most bytes that a whole file of a kind may have; tables are read a row at a time.
MOST_BYTES: dict[Kind, int] = {
    "text": 20_000_000,
    "markdown": 20_000_000,
    "page": 10_000_000,
    "pdf": 100_000_000,
    "word": 50_000_000,
    "feed": 20_000_000,
}
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0"
_HEAD_BYTES = 4096
# The first tag, past white space, comments, a prologue and a document type.
_MARKUP = re.compile(r"(?:\s|<!--(?:(?!-->).)*-->|<[?!](?!--)[^>]*>)*<\s*([\w:]+)", re.DOTALL)
_FEED_ROOTS = frozenset({"rss", "feed", "rdf:rdf", "atom:feed"})
_PAGE_TAGS = frozenset("html head body div p article main section h1 table script meta title span a".split())


def kind_of(raw: bytes, suffix: str = "") -> Kind:
    """What kind of thing bytes are. A suffix of text or of a table is believed, and no other is."""
    named = BY_SUFFIX.get(suffix.lower())
    if named in ("text", "markdown", "lines", "table"):
        return named
    head = raw[:_HEAD_BYTES]
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head.startswith((_ZIP, _OLE)):
        return "word"
    # What its name says otherwise: a broken PDF is that, and no page of odd signs.
    return _markup(head) or named or "text"


def _markup(head: bytes) -> Kind | None:
    """Whether text begins as a feed or as a page."""
    encoding = "utf-16" if head.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8"
    found = _MARKUP.match(head.decode(encoding, "replace").lstrip("\ufeff"))
    root = found.group(1).lower() if found else ""
    if root in _FEED_ROOTS:
        return "feed"
    return "page" if root in _PAGE_TAGS else None


def read(source: Source, kind: Kind) -> Article:
    """The one article in a source of a kind that holds one. Raises ArticleError."""
    if kind == "page":
        from rag.articles.page import page_article

        return page_article(source)
    if kind == "pdf":
        from rag.articles.pdf import pdf_article

        return pdf_article(source)
    if kind == "word":
        from rag.articles.word import word_article

        return word_article(source)
    if kind == "markdown":
        from rag.articles.markdown import markdown_article

        return markdown_article(source)
    return made(decode(source.raw, source.name), source.name, source.known())
