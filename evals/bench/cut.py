"""Articles cut into the plain passages that the peers are given."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from evals.bench.data import Found, Story
from rag.articles import from_text
from rag.config import Config
from rag.passages import split


def plain(stories: Iterable[Story]) -> list[Found]:
    """Pressroom's own passages without their titles, so that systems differ in ranking alone."""
    pieces = Config.from_env({}).passage_pieces
    return [
        Found((story.id,), passage.text)
        for story in stories
        for passage in split(from_text(story.text, story.id, story.known), pieces)
    ]


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
