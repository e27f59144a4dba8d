"""Markdown: front matter is metadata, headings are no sentences; the text stays the file's own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from rag.articles.decoding import decode
from rag.articles.fields import facts_of
from rag.articles.making import made
from rag.articles.paths import load_yaml
from rag.articles.values import Source
from rag.types import Article, Span

_FRONT = re.compile(r"\ufeff?---[ \t]*\n((?:.*\n)*?)(?:---|\.\.\.)[ \t]*(?:\n|$)")
_FRONT_CHARACTERS = 20_000
_PAIR = re.compile(r"([\w -]{1,40}):[ \t]+(.*)")
_APART = re.compile(
    r"""
      ^[ ]{0,3}\#{1,6}(?:[ \t].*)?$                     # a heading
    | ^(?!\s*(?:[-*+>|]|\d+[.)])\s)[ ]{0,3}\S.*\n[ ]{0,3}(?:={2,}|-{2,})[ \t]*$   # one that is underlined
    | ^[ ]{0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$   # a rule
    | ^[ ]{0,3}!\[[^\]\n]*\]\([^)\n]*\)[ \t]*$         # a picture
    | ^[ ]{0,3}\[[^\]\n]+\]:[ \t]+\S.*$                # the address that a link refers to
    | <!--(?s:.)*?(?:-->|\Z)                           # a comment, which no reader sees
    """,
    re.VERBOSE | re.MULTILINE,
)


def markdown_article(source: Source) -> Article:
    """The article in a Markdown file.

    Raises ArticleError when it holds nothing but front matter and headings, or is no text.
    """
    text = decode(source.raw, source.name)
    front = _FRONT.match(text[:_FRONT_CHARACTERS])
    told = _front_matter(front.group(1) or "") if front else {}
    begins = front.end() if front and told else 0
    apart = [Span(0, begins)] if begins else []
    apart.extend(_apart(text, begins))
    return made(text, source.name, source.known(facts_of(told, "front matter")), apart, begins)


def _front_matter(written: str) -> dict[str, Any]:
    """The mapping in a front matter; line by line where it is no YAML ("title: Talks: the end")."""
    try:
        told = load_yaml(written)
    except ValueError:
        told = {found[1]: found[2].strip("\"' ") for found in map(_PAIR.match, written.splitlines()) if found}
    return told if isinstance(told, dict) else {}


def _apart(text: str, begins: int) -> Iterator[Span]:
    return (Span(*found.span()) for found in _APART.finditer(text, begins))
