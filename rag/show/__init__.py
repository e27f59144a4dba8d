"""Answer -> plain text, Markdown, HTML, JSON; pure. Everything is escaped here, at the last step."""

from rag.show.article import article_html, no_article_html, original
from rag.show.html import failure_html, sentence_html, to_html, unfinished_html
from rag.show.markdown import conversation_markdown, to_markdown
from rag.show.plain import line, origin
from rag.show.sheet import to_fact_sheet
from rag.show.shelf import (
    Sheet,
    fixed_html,
    nothing_opened_html,
    opened_html,
    outcome_html,
    outcomes_html,
    shelf_html,
)
from rag.show.text import footnoted, to_json, to_text
from rag.show.timeline import OTHERS, TOLD_APART, last_day, outlet_key, outlet_name, timeline_html, unit_of
from rag.show.turn import Tools, conversation_html, masthead_html, past_html, permanent, turn_html

__all__ = [
    "OTHERS",
    "TOLD_APART",
    "Sheet",
    "Tools",
    "article_html",
    "conversation_html",
    "conversation_markdown",
    "failure_html",
    "fixed_html",
    "footnoted",
    "last_day",
    "line",
    "masthead_html",
    "no_article_html",
    "nothing_opened_html",
    "opened_html",
    "origin",
    "original",
    "outcome_html",
    "outcomes_html",
    "outlet_key",
    "outlet_name",
    "past_html",
    "permanent",
    "sentence_html",
    "shelf_html",
    "timeline_html",
    "to_fact_sheet",
    "to_html",
    "to_json",
    "to_markdown",
    "to_text",
    "turn_html",
    "unfinished_html",
    "unit_of",
]
