"""Answer -> plain text, Markdown, HTML, JSON; pure. Everything is escaped here, at the last step."""

from rag.show.article import article_html, no_article_html, original
from rag.show.html import failure_html, sentence_html, to_html, unfinished_html
from rag.show.markdown import conversation_markdown, to_markdown
from rag.show.plain import line, origin
from rag.show.sheet import to_fact_sheet
from rag.show.text import footnoted, to_json, to_text
from rag.show.turn import Tools, conversation_html, masthead_html, past_html, permanent, turn_html

__all__ = [
    "Tools",
    "article_html",
    "conversation_html",
    "conversation_markdown",
    "failure_html",
    "footnoted",
    "line",
    "masthead_html",
    "no_article_html",
    "origin",
    "original",
    "past_html",
    "permanent",
    "sentence_html",
    "to_fact_sheet",
    "to_html",
    "to_json",
    "to_markdown",
    "to_text",
    "turn_html",
    "unfinished_html",
]
