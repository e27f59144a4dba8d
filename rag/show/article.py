"""Article -> HTML, the cited range marked in its text."""

from __future__ import annotations

from html import escape
from itertools import pairwise

from rag.show.plain import CONTROL, line, origin
from rag.types import Article, Citation, Span


def article_html(shown: Citation | Article, key: str = "") -> str:
    """The whole article as an HTML fragment, a citation's range marked; `key` says what is shown."""
    article, cited = (shown.article, shown) if isinstance(shown, Citation) else (shown, None)
    by = f", by {escape(line(article.author))}" if article.author else ""
    what = "the quoted words are marked" if cited else "nothing in it is quoted"
    return (
        f'<article class="source" data-shown="{escape(key)}"><header><h2>{escape(line(article.title))}</h2>'
        f'<p class="origin">{escape(origin(article))}{by}</p>'
        '<button type="button" class="back">Back to the answer</button></header>'
        f'<div class="text" tabindex="0" role="region" aria-label="Article text; {what}">'
        f"{_text_html(article, cited)}</div></article>"
    )


def no_article_html() -> str:
    """The article's place before any citation was opened."""
    return '<p class="empty">Choose a number in an answer to read its article, the quoted words marked.</p>'


def _text_html(article: Article, cited: Citation | None) -> str:
    """The article's text in pieces: body, page debris around it, and the cited range in one piece."""
    text, marked = article.text, Span(cited.start, cited.end) if cited else Span(0, 0)
    edges = {edge for span in article.body for edge in span if not marked.start < edge < marked.end}
    cuts = sorted({0, len(text), *marked, *edges})
    pieces = []
    for start, end in pairwise(cuts):
        piece = visible(text[start:end])
        if cited and (start, end) == marked:
            piece = f'<mark id="cited">{_cited_html(cited)}</mark>'
        elif not any(span.start <= start and end <= span.end for span in article.body):
            piece = f'<span class="debris">{piece}</span>'
        pieces.append(piece)
    return "".join(pieces)


def _cited_html(cited: Citation) -> str:
    """The cited range, the words that answer set off in it."""
    if cited.focus is None:
        return visible(cited.quote)
    text, (start, end) = cited.article.text, cited.focus
    before, focus, after = text[cited.start : start], text[start:end], text[end : cited.end]
    return f'{visible(before)}<b class="focus">{visible(focus)}</b>{visible(after)}'


def visible(text: str) -> str:
    """Text with its line breaks, escaped, and without characters that hide or reorder others."""
    return escape(CONTROL.sub("", text))
