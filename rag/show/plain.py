"""Lines of plain text that every way of showing an answer is made of; nothing hidden stays in them."""

from __future__ import annotations

import re
from html import escape

from rag.listed import Listed
from rag.types import Answer, Article, Question, Sentence

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def line(text: str) -> str:
    """One line for a terminal: no control, zero-width or direction characters, single spaces."""
    return " ".join(CONTROL.sub("", " ".join(text.split())).split())


def origin(article: Article | Listed) -> str:
    """Outlet and date of an article, the date marked when it was inferred."""
    return f"{_outlet(article)}, {_day(article)}"


def origin_html(article: Article | Listed, author: bool = False) -> str:
    """The same as HTML, names kept apart, so that one written from right to left reorders nothing else."""
    by = f", by <bdi>{escape(line(article.author))}</bdi>" if author and article.author else ""
    return f"<bdi>{escape(_outlet(article))}</bdi>, {_day(article)}{by}"


def _outlet(article: Article | Listed) -> str:
    return line(article.outlet or "unknown outlet")


def _day(article: Article | Listed) -> str:
    day = article.published.strftime("%d %B %Y").lstrip("0") if article.published else "undated"
    return day + (" (date inferred)" if article.published_basis == "inferred" else "")


def web_address(url: str | None) -> str:
    """An http or https address as it can be linked to; nothing for any other, or for none."""
    address = line(url or "")
    # A space or control character ends an address for some programs and not for others.
    return address if address == url and re.match(r"https?://[^\s\"<>\\]+$", address) else ""


def taken_as(question: Question) -> str:
    """The question as understood with those before it, or nothing when that is what was asked."""
    standalone = line(question.standalone or question.text)
    if question.topic:
        return f"{standalone} (about {', '.join(line(word) for word in question.topic)})"
    return "" if standalone == line(question.text) else standalone


def parts(sentence: Sentence) -> tuple[str, str, str]:
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


def marks(sentence: Sentence) -> str:
    """The citation marks of a sentence: [1][2]."""
    return "".join(f"[{c.n}]" for c in sentence.citations)


def cut_line(answer: Answer) -> str:
    """One line when the model's reply was cut, else nothing."""
    if not answer.incomplete:
        return ""
    return "The model's reply was cut; the answer ends with what was checked before."


def dropped_line(answer: Answer) -> str:
    """How many sentences were dropped, or nothing."""
    count = len(answer.dropped)
    if count == 1:
        return "1 sentence was dropped because the articles do not carry it."
    return f"{count} sentences were dropped because the articles do not carry them." if count else ""


def nearest_lines(answer: Answer) -> list[str]:
    """The nearest articles, a line each below a heading; none when there are none."""
    lines = [f"  - {line(n.article.title)} ({origin(n.article)}): {line(n.why)}" for n in answer.nearest]
    return ["Nearest articles:", *lines] if lines else []
