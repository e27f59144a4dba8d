"""A question with its answer, and all of them -> HTML, with what can be done with each."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import NamedTuple
from urllib.parse import urlencode

from rag.show.html import questions_html
from rag.show.plain import line, taken_as
from rag.show.text import footnoted
from rag.types import Answer, Filters, Question


class Tools(NamedTuple):
    """What can be done with the answer of a turn: `again` when it may be asked anew, `rated` when it was."""

    turn: str
    again: bool = False
    rated: str = ""


def turn_html(asked: Question, body: str, tools: Tools | None = None, answer: Answer | None = None) -> str:
    """A question as understood, and `body`: its answer as HTML, with what can be done with it."""
    taken = taken_as(asked)
    differs = f'<p class="understood">Understood as: {escape(taken)}</p>' if taken else ""
    among = (
        f'<p class="among">Only articles{escape(_among(asked.filters))}</p>' if _among(asked.filters) else ""
    )
    heading = f'<h2 class="question">{escape(line(asked.text))}</h2>'
    foot = _tools_html(asked, tools, answer) if tools else ""
    return f'<section class="turn">{heading}{differs}{among}{body}{foot}</section>'


def conversation_html(turns: Sequence[str], examples: Sequence[str] = (), kept: str = "") -> str:
    """The turns so far, each already HTML; before the first, an invitation with example questions.

    `kept` is what the browser is to keep of the conversation.
    """
    if turns:
        data = f' data-kept="{escape(kept)}"' if kept else ""
        return f'<div class="turns" role="log" aria-live="polite"{data}>{"".join(turns)}</div>'
    tries = f"<p>For example:</p>{questions_html(examples)}" if examples else ""
    return (
        '<div class="start"><h2>What do you want to know?</h2>'
        "<p>Only what the articles say is answered. Where they do not say, you are told so.</p>"
        f"{tries}</div>"
    )


def past_html(library: str) -> str:
    """Where the browser lists the conversations that it keeps of this library."""
    return (
        f'<details class="past" data-library="{escape(library)}"><summary>Earlier conversations</summary>'
        '<div><p class="none">None yet. They are kept in this browser alone.</p><ul></ul>'
        '<button type="button" class="tool" data-forget="all" hidden>Forget all</button></div></details>'
    )


def masthead_html() -> str:
    """The page's heading."""
    return (
        '<header class="masthead"><h1>Pressroom</h1>'
        "<p>Answers from the articles, every sentence with its source.</p></header>"
    )


def permanent(asked: Question) -> str:
    """The query part of an address that asks this question, with its filters, after those before it."""
    filters = asked.filters
    named = (("since", filters.since), ("until", filters.until), ("outlet", filters.outlet))
    parts = [("q", asked.text), *(("after", earlier) for earlier in asked.history)]
    return "?" + urlencode([*parts, *((name, str(value)) for name, value in named if value)])


def _among(filters: Filters) -> str:
    """Which articles may answer, as words behind "articles"; empty when all."""
    since = f" since {filters.since}" if filters.since else ""
    until = f" until {filters.until}" if filters.until else ""
    return (f" of {line(filters.outlet)}" if filters.outlet else "") + since + until


def _tools_html(asked: Question, tools: Tools, answer: Answer | None) -> str:
    """Buttons below an answer: take it along, ask again, and say whether it is right."""
    link = f'<a class="tool link" href="{escape(permanent(asked))}">Link</a>'
    again = '<button type="button" class="tool" data-again="1">Ask again</button>' if tools.again else ""
    if answer is None:
        return f'<div class="tools">{link}{again}</div>'
    copy = f'<button type="button" class="tool" data-copy="{escape(footnoted(answer))}">Copy</button>'
    return f'<div class="tools">{copy}{link}{again}{_rating_html(tools)}</div>'


def _rating_html(tools: Tools) -> str:
    """Thumbs, and below them room for a note; or that the answer was rated."""
    if tools.rated:
        return f'<p class="rated" role="status">{escape(line(tools.rated))}</p>'
    turn = escape(tools.turn)
    return (
        f'<button type="button" class="tool" data-rate="good" data-turn="{turn}">Good answer</button>'
        f'<button type="button" class="tool" data-rate="bad" data-turn="{turn}" aria-expanded="false">'
        "Bad answer</button>"
        f'<form class="rating" data-turn="{turn}" hidden>'
        '<label>What should stand there? Words of an article:<input name="expected" maxlength="500"></label>'
        '<label class="check"><input type="checkbox" name="silent"> The articles do not say</label>'
        '<label>Note:<input name="note" maxlength="500"></label>'
        '<button type="submit" class="tool">Keep as a test case</button></form>'
    )
