"""Answer -> plain text, Markdown, HTML, JSON; pure. Everything is escaped here, at the last step."""

from rag.show.article import article_html, no_article_html
from rag.show.html import (
    conversation_html,
    failure_html,
    masthead_html,
    sentence_html,
    to_html,
    turn_html,
    unfinished_html,
)
from rag.show.markdown import to_markdown
from rag.show.plain import line, origin
from rag.show.text import to_json, to_text

__all__ = [
    "article_html",
    "conversation_html",
    "failure_html",
    "line",
    "masthead_html",
    "no_article_html",
    "origin",
    "sentence_html",
    "to_html",
    "to_json",
    "to_markdown",
    "to_text",
    "turn_html",
    "unfinished_html",
]
