"""Answer -> plain text, Markdown, HTML, JSON; pure. Everything is escaped here, at the last step."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from html import escape
from itertools import pairwise

from rag.types import Answer, Article, Citation, Question, Sentence, Span, plain_brackets

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_LINE_END = re.compile("[\x85\u2028\u2029]")
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
    """The answer as one line of JSON, by CONTRACT's fields, whatever a reader takes for a line's end."""
    shown = json.dumps(answer.to_dict(), ensure_ascii=False)
    return _LINE_END.sub(lambda found: f"\\u{ord(found.group()):04x}", shown)


def to_text(answer: Answer) -> str:
    """The answer for a terminal: sentences with [n] marks, then each source and where it stands.

    A source of a sentence that a model wrote is quoted; a quoted sentence is its own quote.
    """
    if answer.status == "not_in_articles":
        silence = "\n".join((line(answer.silence), *_nearest_lines(answer)))
        return "\n\n".join(part for part in (silence, _dropped_line(answer)) if part)
    written = {c.n for s in answer.sentences if s.verdict == "supported" for c in s.citations}
    body = "\n".join(_text_sentence(sentence) for sentence in answer.sentences)
    sources = "\n".join(_text_source(c, c.n in written) for c in answer.citations)
    return "\n\n".join(part for part in (body, _cut_line(answer), sources, _dropped_line(answer)) if part)


def to_markdown(answer: Answer) -> str:
    """The answer as Markdown, with a numbered source list."""
    title = f"**{_md(line(answer.question.text))}**"
    dropped = _md(_dropped_line(answer))
    if answer.status == "not_in_articles":
        near = "\n".join(f"- {_md(text.strip(' -'))}" for text in _nearest_lines(answer)[1:])
        return "\n\n".join(part for part in (title, _md(line(answer.silence)), near, dropped) if part)
    body = " ".join(_strong(s) + _md(_marks(s)) for s in answer.sentences)
    sources = "\n".join(
        f"{c.n}. “{_md(line(c.quote))}” {_md(line(c.article.title))}, {_md(origin(c.article))}"
        for c in answer.citations
    )
    return "\n\n".join(part for part in (title, body, _md(_cut_line(answer)), sources, dropped) if part)


def sentence_html(sentence: Sentence, turn: str = "") -> str:
    """One sentence with a button for each citation; `turn` tells answers on one page apart."""
    marks = "".join(
        f'<button type="button" class="cite" data-cite="{escape(turn)}:{c.n}"'
        f' title="{escape(line(c.quote))}"'
        f' aria-label="source {c.n}: {escape(origin(c.article))}">{c.n}</button>'
        for c in sentence.citations
    )
    before, focus, after = map(escape, _parts(sentence))
    words = f'{before}<b class="focus">{focus}</b>{after}' if focus else before
    return f'<p class="sentence {escape(sentence.verdict)}">{words} {marks}</p>'


def to_html(answer: Answer, turn: str = "") -> str:
    """The answer as an HTML fragment without script, style or link."""
    notes = "".join(f'<p class="note">Note: {escape(line(note))}</p>' for note in answer.trace.notes)
    foot = f"{_dropped_html(answer)}{notes}{_voice_html(answer)}"
    if answer.status == "not_in_articles":
        silence = f'<p class="silence">{escape(line(answer.silence))}</p>'
        return f'<div class="answer silent">{silence}{_nearest_html(answer, turn)}{foot}</div>'
    body = "".join(sentence_html(sentence, turn) for sentence in answer.sentences)
    return f'<div class="answer">{body}{foot}</div>'


def unfinished_html(sentences: Sequence[Sentence], turn: str = "") -> str:
    """An answer that is still being made: the sentences that passed their checks so far."""
    body = "".join(sentence_html(sentence, turn) for sentence in sentences)
    doing = "Checking the next sentence" if sentences else "Reading the articles"
    return f'<div class="answer" aria-busy="true">{body}<p class="waiting">{doing} …</p></div>'


def failure_html(reason: str) -> str:
    """One line in place of an answer."""
    return f'<div class="answer"><p class="failure" role="alert">{escape(line(reason))}</p></div>'


def masthead_html(model: str | None) -> str:
    """The page's heading, and who answers: the articles quoted, or a model by its name."""
    voice = f"<b>{escape(line(model))}</b>, every sentence checked" if model else "quoting from the articles"
    return (
        '<header class="masthead"><h1>Pressroom</h1>'
        "<p>Answers from the articles, every sentence with its source.</p>"
        f'<p class="who">Answering: {voice}</p></header>'
    )


def conversation_html(turns: Sequence[str], examples: Sequence[str] = ()) -> str:
    """The turns so far, each already HTML; before the first, an invitation with example questions."""
    if turns:
        return f'<div class="turns" role="log" aria-live="polite">{"".join(turns)}</div>'
    items = "".join(
        f'<li><button type="button" class="example" data-ask="{escape(text)}">{escape(text)}</button></li>'
        for text in examples
    )
    tries = f"<p>For example:</p><ul>{items}</ul>" if items else ""
    return (
        '<div class="start"><h2>What do you want to know?</h2>'
        "<p>Only what the articles say is answered. Where they do not say, you are told so.</p>"
        f"{tries}</div>"
    )


def turn_html(asked: str, body: str, understood: Question | None = None) -> str:
    """A question, how it was understood where that differs, and `body`: its answer as HTML."""
    taken = _understood(understood) if understood else ""
    differs = f'<p class="understood">Understood as: {escape(taken)}</p>' if taken else ""
    return f'<section class="turn"><h2 class="question">{escape(line(asked))}</h2>{differs}{body}</section>'


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
        piece = _visible(text[start:end])
        if cited and (start, end) == marked:
            piece = f'<mark id="cited">{_cited_html(cited)}</mark>'
        elif not any(span.start <= start and end <= span.end for span in article.body):
            piece = f'<span class="debris">{piece}</span>'
        pieces.append(piece)
    return "".join(pieces)


def _cited_html(cited: Citation) -> str:
    """The cited range, the words that answer set off in it."""
    if cited.focus is None:
        return _visible(cited.quote)
    text, (start, end) = cited.article.text, cited.focus
    before, focus, after = text[cited.start : start], text[start:end], text[end : cited.end]
    return f'{_visible(before)}<b class="focus">{_visible(focus)}</b>{_visible(after)}'


def _parts(sentence: Sentence) -> tuple[str, str, str]:
    """A sentence as one line, in three: the words that answer, and what stands before and behind them.

    All of it is in the first where nothing is set off.
    """
    whole = line(sentence.text)
    first = sentence.citations[0] if sentence.verdict == "quoted" and sentence.citations else None
    if first is not None and first.focus is not None and first.quote == sentence.text:
        start, end = first.focus.start - first.start, first.focus.end - first.start
        focus = line(sentence.text[start:end])
        before = whole[: len(line(sentence.text[:start] + "|")) - 1]
        # White space and hidden signs can make pieces differ from the whole; then nothing is set off.
        if focus and whole.startswith(before + focus):
            return before, focus, whole[len(before + focus) :]
    return whole, "", ""


def _strong(sentence: Sentence) -> str:
    """A sentence as Markdown, the words that answer in bold."""
    before, focus, after = map(_md, _parts(sentence))
    return f"{before}**{focus}**{after}" if focus else before


def _voice_html(answer: Answer) -> str:
    """Who speaks: the articles themselves, or a model by its name."""
    if answer.model == "quote":
        voice = "Quoted from the articles, word for word." if answer.sentences else ""
    elif answer.sentences:
        voice = f"Written by {line(answer.model)}; every sentence checked against its sources."
    else:
        voice = f"Asked of {line(answer.model)}."
    return f'<p class="voice">{escape(voice)}</p>' if voice else ""


def _nearest_html(answer: Answer, turn: str) -> str:
    items = "".join(
        f'<li><button type="button" class="near" data-cite="{escape(turn)}:{escape(n.article.id)}">'
        f"{escape(line(n.article.title))}</button>"
        f' <span class="origin">{escape(origin(n.article))}</span>'
        f' <span class="why">{escape(line(n.why))}</span></li>'
        for n in answer.nearest
    )
    return f'<p class="nearest">Nearest articles:</p><ul>{items}</ul>' if items else ""


def _dropped_html(answer: Answer) -> str:
    """How many sentences were dropped, and on demand why; never what they said."""
    if not answer.dropped:
        return ""
    items = "".join(
        f'<li><span class="why">It {escape(line(d.reason.partition(":")[0]))}.</span></li>'
        for d in answer.dropped
    )
    summary = f"<summary>{escape(_dropped_line(answer))}</summary>"
    return f'<details class="dropped">{summary}<ul>{items}</ul></details>'


def _understood(question: Question) -> str:
    """The question as understood with those before it, or nothing when that is what was asked."""
    standalone = line(question.standalone or question.text)
    if question.topic:
        return f"{standalone} (about {', '.join(line(word) for word in question.topic)})"
    return "" if standalone == line(question.text) else standalone


def _visible(text: str) -> str:
    """Text with its line breaks, escaped, and without characters that hide or reorder others."""
    return escape(_CONTROL.sub("", text))


def _text_sentence(sentence: Sentence) -> str:
    return plain_brackets(line(sentence.text)) + " " + _marks(sentence)


def _marks(sentence: Sentence) -> str:
    return "".join(f"[{c.n}]" for c in sentence.citations)


def _text_source(c: Citation, quoted: bool) -> str:
    quote = f"\n    “{line(c.quote)}”" if quoted else ""
    return (
        f"[{c.n}] {line(c.article.title)}\n    {origin(c.article)}\n"
        f"    {line(c.article.source)}, characters {c.start} to {c.end}{quote}"
    )


def _nearest_lines(answer: Answer) -> list[str]:
    lines = [f"  - {line(n.article.title)} ({origin(n.article)}): {line(n.why)}" for n in answer.nearest]
    return ["Nearest articles:", *lines] if lines else []


def _cut_line(answer: Answer) -> str:
    if not answer.incomplete:
        return ""
    return "The model's reply was cut; the answer ends with what was checked before."


def _dropped_line(answer: Answer) -> str:
    count = len(answer.dropped)
    if count == 1:
        return "1 sentence was dropped because the articles do not carry it."
    return f"{count} sentences were dropped because the articles do not carry them." if count else ""


def _md(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", text)
