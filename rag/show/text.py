"""Answer -> plain text for a terminal, and JSON for a program."""

from __future__ import annotations

import json
import re

from rag.show.plain import cut_line, dropped_line, line, marks, nearest_lines, origin, web_address
from rag.types import Answer, Citation, Sentence, plain_brackets

_LINE_END = re.compile("[\x85\u2028\u2029]")


def to_json(answer: Answer) -> str:
    """The answer as one line of JSON, by CONTRACT's fields, whatever a reader takes for a line's end."""
    shown = json.dumps(answer.to_dict(), ensure_ascii=False)
    return _LINE_END.sub(lambda found: f"\\u{ord(found.group()):04x}", shown)


def to_text(answer: Answer) -> str:
    """The answer for a terminal: sentences with [n] marks, then each source and where it stands.

    A source of a sentence that a model wrote is quoted; a quoted sentence is its own quote.
    """
    if answer.status == "not_in_articles":
        silence = "\n".join((line(answer.silence), *nearest_lines(answer)))
        return "\n\n".join(part for part in (silence, dropped_line(answer)) if part)
    written = {c.n for s in answer.sentences if s.verdict == "supported" for c in s.citations}
    body = "\n".join(_text_sentence(sentence) for sentence in answer.sentences)
    sources = "\n".join(_text_source(c, c.n in written) for c in answer.citations)
    return "\n\n".join(part for part in (body, cut_line(answer), sources, dropped_line(answer)) if part)


def footnoted(answer: Answer) -> str:
    """The answer as plain text to take along: sentences with [n] marks, and each source with its quote."""
    if answer.status == "not_in_articles":
        return line(answer.silence)
    body = " ".join(_text_sentence(sentence) for sentence in answer.sentences)
    return "\n\n".join((body, "\n".join(_footnote(c) for c in answer.citations)))


def _footnote(c: Citation) -> str:
    link = web_address(c.article.url)
    where = f"{line(c.article.title)}, {origin(c.article)}{f', {link}' if link else ''}"
    return f"[{c.n}] “{line(c.quote)}” {where}"


def _text_sentence(sentence: Sentence) -> str:
    return plain_brackets(line(sentence.text)) + " " + marks(sentence)


def _text_source(c: Citation, quoted: bool) -> str:
    quote = f"\n    “{line(c.quote)}”" if quoted else ""
    return (
        f"[{c.n}] {line(c.article.title)}\n    {origin(c.article)}\n"
        f"    {line(c.article.source)}, characters {c.start} to {c.end}{quote}"
    )
