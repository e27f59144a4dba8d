"""Articles cut into the plain passages that the peers are given."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from evals.bench.data import Found, Story

# At most so many characters; whole sentences make that about 780 at the mean.
PLAIN_CHARACTERS = 900


def plain(stories: Iterable[Story], characters: int = PLAIN_CHARACTERS) -> list[Found]:
    """Whole sentences up to that many characters, without overlap or title, with their article."""
    from llama_index.core.node_parser import SentenceSplitter

    splitter = SentenceSplitter(chunk_size=characters, chunk_overlap=0, tokenizer=list)
    return [Found((story.id,), chunk) for story in stories for chunk in splitter.split_text(story.text)]


def nodes(stories: Iterable[Story], pieces: int | None = None) -> list[Any]:
    """LlamaIndex's own nodes by its default splitter: 1,024 tokens, 200 of them shared with the next.

    `pieces` asks for smaller ones, of so many tokens with 20 shared.
    """
    from llama_index.core.node_parser import SentenceSplitter

    splitter = SentenceSplitter(chunk_size=pieces, chunk_overlap=20) if pieces else SentenceSplitter()
    return splitter.get_nodes_from_documents(documents(stories))


def documents(stories: Iterable[Story]) -> list[Any]:
    """The articles as LlamaIndex's documents: their text alone, the id of the article as theirs."""
    from llama_index.core import Document

    return [Document(text=story.text, id_=story.id) for story in stories]
