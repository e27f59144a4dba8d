"""Answer, turn and conversation -> HTML fragments without script or style, everything escaped."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from rag.show.plain import dropped_line, line, origin, parts, taken_as
from rag.types import Answer, Question, Sentence


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
    taken = taken_as(understood) if understood else ""
    differs = f'<p class="understood">Understood as: {escape(taken)}</p>' if taken else ""
    return f'<section class="turn"><h2 class="question">{escape(line(asked))}</h2>{differs}{body}</section>'


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
    summary = f"<summary>{escape(dropped_line(answer))}</summary>"
    return f'<details class="dropped">{summary}<ul>{items}</ul></details>'
