"""Answer -> HTML fragments without script or style, everything escaped."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from rag.show.plain import dropped_line, line, origin, origin_html, parts
from rag.types import Answer, Sentence


def sentence_html(sentence: Sentence, turn: str = "") -> str:
    """One sentence with a button for each citation; `turn` tells answers on one page apart."""
    marks = "".join(
        f'<button type="button" class="cite" data-cite="{escape(turn)}:{c.n}"'
        f' title="{escape(line(c.quote))}"'
        f' aria-label="source {c.n}: {escape(origin(c.article))}">{c.n}</button>'
        for c in sentence.citations
    )
    before, focus, after = map(escape, parts(sentence))
    words = f'{before}<b class="focus">{focus}</b>{after}' if focus else before
    return f'<p class="sentence {escape(sentence.verdict)}">{words} {marks}</p>'


def to_html(answer: Answer, turn: str = "", suggested: Sequence[str] = ()) -> str:
    """The answer as an HTML fragment without script, style or link.

    `suggested` are questions that are answered, where this one is not.
    """
    notes = "".join(f'<p class="note">Note: {escape(line(note))}</p>' for note in answer.trace.notes)
    foot = f"{_dropped_html(answer)}{notes}{_voice_html(answer)}"
    if answer.status == "not_in_articles":
        silence = f'<p class="silence">{escape(line(answer.silence))}</p>'
        help_ = f"{_nearest_html(answer, turn)}{_suggested_html(suggested)}"
        return f'<div class="answer silent">{silence}{help_}{foot}</div>'
    body = "".join(sentence_html(sentence, turn) for sentence in answer.sentences)
    return f'<div class="answer">{body}{foot}</div>'


def unfinished_html(
    sentences: Sequence[Sentence], turn: str = "", note: str = "", waiting: bool = False
) -> str:
    """An answer that is still being made, or, with a note, was left: what passed its checks so far.

    One that is `waiting` is not begun before others are done.
    """
    body = "".join(sentence_html(sentence, turn) for sentence in sentences)
    if note:
        return f'<div class="answer">{body}<p class="note">{escape(line(note))}</p></div>'
    doing = "Checking the next sentence" if sentences else "Reading the articles"
    if waiting:
        doing = "Others have asked before you; waiting for their answers"
    return f'<div class="answer" aria-busy="true">{body}<p class="waiting">{doing} …</p></div>'


def failure_html(reason: str) -> str:
    """One line in place of an answer."""
    return f'<div class="answer"><p class="failure" role="alert">{escape(line(reason))}</p></div>'


def _suggested_html(suggested: Sequence[str]) -> str:
    heading = '<p class="nearest">The articles do answer:</p>'
    return f"{heading}{questions_html(suggested)}" if suggested else ""


def questions_html(questions: Sequence[str]) -> str:
    """Questions to click."""
    items = "".join(
        f'<li><button type="button" class="example" data-ask="{escape(text)}">'
        f"{escape(line(text))}</button></li>"
        for text in questions
    )
    return f"<ul>{items}</ul>"


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
        f' <span class="origin">{origin_html(n.article)}</span>'
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
    summary = f"<summary>{escape(dropped_line(answer))}</summary>"
    return f'<details class="dropped">{summary}<ul>{items}</ul></details>'
