"""Answer -> Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rag.show.plain import cut_line, dropped_line, line, marks, nearest_lines, origin, parts, web_address
from rag.types import Answer, Citation, Sentence

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$&:/@=^])")


def to_markdown(answer: Answer) -> str:
    """The answer as Markdown, with a numbered source list."""
    title = f"**{_md(line(answer.question.text))}**"
    dropped = _md(dropped_line(answer))
    if answer.status == "not_in_articles":
        near = "\n".join(f"- {_md(text.strip(' -'))}" for text in nearest_lines(answer)[1:])
        return "\n\n".join(part for part in (title, _md(line(answer.silence)), near, dropped) if part)
    body = " ".join(_strong(s) + _md(marks(s)) for s in answer.sentences)
    sources = "\n".join(
        f"{c.n}. “{_md(line(c.quote))}” {_md(line(c.article.title))}, {_md(origin(c.article))}{_link(c)}"
        for c in answer.citations
    )
    return "\n\n".join(part for part in (title, body, _md(cut_line(answer)), sources, dropped) if part)


def conversation_markdown(answers: Iterable[Answer]) -> str:
    """Several answers as one Markdown document, each with its own numbered sources."""
    return "\n\n---\n\n".join(("# Pressroom", *(to_markdown(answer) for answer in answers))) + "\n"


def _link(c: Citation) -> str:
    """The article's address, in angle brackets, within which Markdown knows no other signs."""
    link = web_address(c.article.url)
    return f", <{link}>" if link else ""


def _strong(sentence: Sentence) -> str:
    """A sentence as Markdown, the words that answer in bold."""
    before, focus, after = map(_md, parts(sentence))
    return f"{before}**{focus}**{after}" if focus else before


def _md(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", text)
