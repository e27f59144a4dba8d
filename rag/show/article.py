"""Article -> HTML, the cited range marked in its text."""

from __future__ import annotations

from html import escape
from itertools import pairwise
from urllib.parse import quote

from rag.show.plain import CONTROL, line, origin_html, web_address
from rag.types import Article, Citation, Span

_FRAGMENT_WORDS = 5


def article_html(shown: Citation | Article, key: str = "", back: str = "Back to the answer") -> str:
    """The whole article as an HTML fragment, a citation's range marked; `key` says what is shown.

    `back` is what the button says that leads to where it was opened.
    """
    article, cited = (shown.article, shown) if isinstance(shown, Citation) else (shown, None)
    what = "the quoted words are marked" if cited else "nothing in it is quoted"
    return (
        f'<article class="source" data-shown="{escape(key)}"><header><h2>{escape(line(article.title))}</h2>'
        f'<p class="origin">{origin_html(article, author=True)}</p>'
        f'<button type="button" class="back">{escape(back)}</button>{_original(shown)}</header>'
        f'<div class="text" tabindex="0" role="region" aria-label="Article text; {what}">'
        f"{_text_html(article, cited)}</div></article>"
    )


def original(shown: Citation | Article) -> str:
    """Where the article stands on the web; for a citation, with a text fragment that leads to its words.

    Empty for an article without an http or https address. The fragment names the first and the last words of
    the quote, as the range form of https://wicg.github.io/scroll-to-text-fragment/ has it.
    """
    article = shown.article if isinstance(shown, Citation) else shown
    address = web_address(article.url)
    if not address or not isinstance(shown, Citation):
        return address
    words = _visible_words(shown.quote)
    ends = (
        [words] if len(words) <= 2 * _FRAGMENT_WORDS else [words[:_FRAGMENT_WORDS], words[-_FRAGMENT_WORDS:]]
    )
    fragment = ",".join(quote(" ".join(part), safe="").replace("-", "%2D") for part in ends)
    return f"{address}{'' if '#' in address else '#'}:~:text={fragment}"


def _visible_words(text: str) -> list[str]:
    return CONTROL.sub("", " ".join(text.split())).split()


def _original(shown: Citation | Article) -> str:
    address = original(shown)
    if not address:
        return ""
    link = f'href="{escape(address)}" target="_blank" rel="noopener noreferrer"'
    return f' <a class="original" {link}>Read the original</a>'


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
