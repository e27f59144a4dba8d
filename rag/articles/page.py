"""A web page -> Article: trafilatura finds the article in it, once what is hidden is gone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from rag.articles.decoding import encodings, known_encoding, visible
from rag.articles.hidden import strip_hidden
from rag.articles.making import laid_out, made
from rag.articles.pagefacts import page_facts
from rag.articles.quiet import quiet
from rag.articles.values import Source
from rag.errors import ArticleError
from rag.types import Article

# The largest pages of newspapers have some 10,000; past this the extractor takes minutes.
_MOST_ELEMENTS = 30_000
_LONG_TAG = re.compile(r"<[a-zA-Z][^<>]{5000,}")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_MOST_ATTRIBUTES = 1000
_DECLARED = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w-]{2,40})""", re.IGNORECASE)
# What lxml hands out but does not take back.
_NOT_XML = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\ud800-\\udfff\\ufffe\\uffff]")
_PROLOGUE = re.compile(r"^\s*<\?xml[^>]{0,200}\?>")
# Tags that begin a line: trafilatura's, then HTML's.
_BLOCKS = frozenset("body head p list item quote table row code div ab lb".split()) | frozenset(
    "h1 h2 h3 h4 h5 h6 li ul ol tr br hr blockquote section article main dl dt dd pre figure".split()
)
_HEADINGS = frozenset("head h1 h2 h3 h4 h5 h6".split())
_CELLS = frozenset("cell td th".split())
_NO_ARTICLE = frozenset("nav aside footer form button select textarea iframe object svg title".split())
# Below this the extractor is out of its depth, and hands over the whole page as one line.
_SHORT = 250


def page_article(source: Source) -> Article:
    """The article in a web page. Raises ArticleError when there is none in it."""
    tree = _parsed(html_text(source.raw, source.charset), source.name)
    with _wall(source.name):
        facts = source.known(page_facts(tree, source.url))
        strip_hidden(tree)
        body = _extracted(tree)
    text, apart = laid_out(_lines(_pieces(body)) if body is not None else ())
    if len(text) < source.least:
        reason = f"holds too little text ({len(text)} characters)"
        raise ArticleError(f"{source.name}: {reason}")
    if len(text) < _SHORT:
        text, apart = laid_out(_lines(_pieces(tree)))
    if not text:
        raise ArticleError(f"{source.name}: holds no text")
    return made(text, source.name, facts, apart)


def html_text(raw: bytes, charset: str | None = None) -> str:
    """A page's text: by its mark, by what the server or the page declares, else as any text."""
    declared = _DECLARED.search(raw[:4096])
    found = [charset, declared.group(1).decode("ascii") if declared else None]
    named = [name for name in map(known_encoding, found) if name]
    if raw.startswith(b"\xef\xbb\xbf"):
        return raw.decode("utf-8-sig", "replace")
    likely = encodings(raw)
    for encoding in likely if likely[0].startswith("utf-16") else (*named, *likely):
        try:
            return raw.decode(encoding)
        except UnicodeError:
            continue
    return raw.decode(named[0] if named else "utf-8", "replace")


def plain_text(html: str) -> str:
    """The visible text of a piece of HTML, a paragraph a line; for what feeds carry."""
    tree = _parsed(html, "")
    strip_hidden(tree)
    return "\n\n".join(line for line, _ in _lines(_pieces(tree)))


def _parsed(text: str, source: str) -> Any:
    from lxml import etree
    from lxml.html import HTMLParser, document_fromstring

    text = _PROLOGUE.sub("", _NOT_XML.sub(" ", text), count=1)
    if not text.strip():
        raise ArticleError(f"{source}: empty")
    if text.count("<") > 2 * _MOST_ELEMENTS or any(map(_is_endless, _LONG_TAG.findall(text))):
        raise ArticleError(f"{source}: too many elements or attributes for a page")
    try:
        return document_fromstring(text, parser=HTMLParser(collect_ids=False))
    except (etree.LxmlError, ValueError) as error:
        raise ArticleError(f"{source}: not a web page") from error


def _is_endless(tag: str) -> bool:
    """Whether a tag has more attributes than the parser can compare with each other in time."""
    return len(_QUOTED.sub("", tag).split()) > _MOST_ATTRIBUTES


@contextmanager
def _wall(source: str) -> Iterator[None]:
    """Whatever an odd page makes the extractors raise, as one line; they name no base for it."""
    try:
        with quiet("trafilatura", "htmldate", "courlan", "charset_normalizer"):
            yield
    except Exception as error:
        raise ArticleError(f"{source}: not a web page that can be read") from error


def _extracted(tree: Any) -> Any:
    """The extractor's tree of what is article; None when it found none."""
    from trafilatura import bare_extraction

    return getattr(bare_extraction(tree, include_comments=False, with_metadata=False), "body", None)


def _lines(pieces: Iterable[tuple[str | None, bool]]) -> Iterator[tuple[str, bool]]:
    """Pieces of running text as whole lines; None ends a line."""
    held: list[str] = []
    for piece, heading in pieces:
        if piece is not None:
            held.append(piece)
        elif line := " ".join(visible("".join(held)).split()):
            yield line, heading
            held.clear()
        else:
            held.clear()


def _pieces(element: Any) -> Iterator[tuple[str | None, bool]]:
    """What a tree says in order, None where a line ends; and whether that is a heading."""
    block = element.tag in _BLOCKS
    if block:
        yield None, False
    yield element.text or "", False
    for child in element:
        if child.tag not in _NO_ARTICLE:
            yield from _pieces(child)
        if child.tag in _CELLS and child.getnext() is not None:
            yield " | ", False
        yield child.tail or "", False
    if block:
        yield None, element.tag in _HEADINGS
