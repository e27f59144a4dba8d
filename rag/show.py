"""Answer -> plain text, Markdown, HTML, JSON; pure. Everything is escaped here, at the last step."""

from __future__ import annotations

import json
import re
from html import escape

from rag.types import Answer, Article, Citation, Sentence

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$&:/@=^])")


def line(text: str) -> str:
    """One line for a terminal: no control, zero-width or direction characters, single spaces."""
    return " ".join(_CONTROL.sub("", " ".join(text.split())).split())


def origin(article: Article) -> str:
    """Outlet and date of an article, the date marked when it was inferred."""
    day = article.published.strftime("%d %B %Y").lstrip("0") if article.published else "undated"
    inferred = " (date inferred)" if article.published_basis == "inferred" else ""
    return f"{line(article.outlet or 'unknown outlet')}, {day}{inferred}"


def to_json(answer: Answer) -> str:
    """The answer as one line of JSON, by CONTRACT's fields."""
    return json.dumps(answer.to_dict(), ensure_ascii=False)


def to_text(answer: Answer) -> str:
    """The answer for a terminal: sentences with [n] marks, then each source with its quote."""
    if answer.status == "not_in_articles":
        return "\n".join((line(answer.silence), *_nearest_lines(answer)))
    body = "\n".join(_text_sentence(sentence) for sentence in answer.sentences)
    sources = "\n".join(_text_source(c) for c in answer.citations)
    return "\n\n".join(part for part in (body, sources, _dropped_line(answer)) if part)


def to_markdown(answer: Answer) -> str:
    """The answer as Markdown, with a numbered source list."""
    title = f"**{_md(line(answer.question.text))}**"
    if answer.status == "not_in_articles":
        near = [f"- {_md(text.strip(' -'))}" for text in _nearest_lines(answer)[1:]]
        return "\n\n".join(part for part in (title, _md(line(answer.silence)), "\n".join(near)) if part)
    body = " ".join(_md(line(s.text)) + _md(_marks(s)) for s in answer.sentences)
    sources = "\n".join(
        f"{c.n}. “{_md(line(c.quote))}” {_md(line(c.article.title))}, {_md(origin(c.article))}"
        for c in answer.citations
    )
    return "\n\n".join(part for part in (title, body, sources, _md(_dropped_line(answer))) if part)


def sentence_html(sentence: Sentence, turn: str = "") -> str:
    """One sentence with a button for each citation; `turn` tells answers on one page apart."""
    marks = "".join(
        f'<button type="button" class="cite" data-cite="{escape(turn)}:{c.n}"'
        f' title="{escape(line(c.quote))}"'
        f' aria-label="source {c.n}: {escape(origin(c.article))}">{c.n}</button>'
        for c in sentence.citations
    )
    return f'<p class="sentence {sentence.verdict}">{escape(line(sentence.text))}{marks}</p>'


def to_html(answer: Answer, turn: str = "") -> str:
    """The answer as an HTML fragment without script, style or link."""
    voice = "quoted from the articles" if answer.model == "quote" else f"written by {answer.model}, checked"
    foot = f'<p class="voice">{escape(line(voice))}</p>'
    if answer.status == "not_in_articles":
        items = "".join(
            f"<li><b>{escape(line(n.article.title))}</b> <span>{escape(origin(n.article))}</span>"
            f" {escape(line(n.why))}</li>"
            for n in answer.nearest
        )
        near = f"<p>Nearest articles:</p><ul>{items}</ul>" if items else ""
        return f'<div class="answer silent"><p>{escape(line(answer.silence))}</p>{near}{foot}</div>'
    body = "".join(sentence_html(sentence, turn) for sentence in answer.sentences)
    dropped = _dropped_line(answer)
    note = f'<p class="dropped">{escape(dropped)}</p>' if dropped else ""
    return f'<div class="answer">{body}{note}{foot}</div>'


def article_html(citation: Citation) -> str:
    """The whole article with the cited range marked, as an HTML fragment."""
    article = citation.article
    before, quoted, after = (
        article.text[: citation.start],
        article.text[citation.start : citation.end],
        article.text[citation.end :],
    )
    by = f", by {escape(line(article.author))}" if article.author else ""
    return (
        f'<article class="source"><h2>{escape(line(article.title))}</h2>'
        f"<p>{escape(origin(article))}{by}</p>"
        f'<div class="text">{_visible(before)}<mark id="cited">{_visible(quoted)}</mark>'
        f"{_visible(after)}</div></article>"
    )


def _visible(text: str) -> str:
    """Text with its line breaks, escaped, and without characters that hide or reorder others."""
    return escape(_CONTROL.sub("", text))


def _text_sentence(sentence: Sentence) -> str:
    return line(sentence.text) + " " + _marks(sentence)


def _marks(sentence: Sentence) -> str:
    return "".join(f"[{c.n}]" for c in sentence.citations)


def _text_source(c: Citation) -> str:
    return (
        f"[{c.n}] {line(c.article.title)}\n    {origin(c.article)}\n"
        f"    {line(c.article.source)}, characters {c.start} to {c.end}"
    )


def _nearest_lines(answer: Answer) -> list[str]:
    lines = [f"  - {line(n.article.title)} ({origin(n.article)}): {line(n.why)}" for n in answer.nearest]
    return ["Nearest articles:", *lines] if lines else []


def _dropped_line(answer: Answer) -> str:
    count = len(answer.dropped)
    if not count:
        return ""
    what = "1 sentence was" if count == 1 else f"{count} sentences were"
    return (
        f"{what} dropped because the articles do not carry it."
        if count == 1
        else (f"{what} dropped because the articles do not carry them.")
    )


def _md(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", text)
