"""Pressroom's retrieval as a LlamaIndex retriever; imported only by those who ask for it.

    from rag import Assistant
    from rag.llamaindex import as_retriever
    engine = RetrieverQueryEngine.from_args(as_retriever(assistant), llm=...)

An engine built on it finds what Pressroom finds; what its model then writes is not checked.
"""

from __future__ import annotations

import asyncio
from typing import Any

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.schema import NodeRelationship, NodeWithScore, QueryBundle, RelatedNodeInfo, TextNode

from rag.assistant import Assistant, make_question, understood
from rag.errors import UsageError
from rag.retrieve import retrieve
from rag.types import Evidence, Filters

# What names a place is for the caller, not for a model, which would copy it.
_PLACE = ["url", "source", "article_id", "start", "end"]


class PressroomRetriever(BaseRetriever):
    """The evidence that an Assistant would answer from, best first."""

    def __init__(
        self,
        assistant: Assistant,
        filters: Filters = Filters(),
        keep: int | None = None,
        run: int | None = None,
    ) -> None:
        """Search the articles of `assistant` that pass `filters`.

        `keep` is how many pieces of evidence are found, and `run` how many neighbouring passages one may
        span (default: the assistant's settings). The assistant stays the caller's to close. Raises
        UsageError when either is below one.
        """
        config = assistant.config
        self._keep = _at_least_one("keep", config.evidence if keep is None else keep)
        self._run = _at_least_one("run", config.run if run is None else run)
        self._assistant = assistant
        self._filters = filters
        super().__init__()

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        """Raises UsageError for a question that is none; LibraryError, IndexFailed, EmbedError."""
        asked = make_question(query_bundle.query_str, (), self._filters, None)
        shelf = self._assistant.collection.shelf()
        question, candidates = understood(asked, shelf.library), self._assistant.config.candidates
        found = retrieve(question, shelf, candidates, self._keep, self._run)
        return [NodeWithScore(node=as_node(each), score=each.score) for each in found]

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return await asyncio.to_thread(self._retrieve, query_bundle)


def as_retriever(
    assistant: Assistant, filters: Filters = Filters(), keep: int | None = None, run: int | None = None
) -> PressroomRetriever:
    """A LlamaIndex retriever over what `assistant` would answer from; see PressroomRetriever."""
    return PressroomRetriever(assistant, filters, keep, run)


def _at_least_one(name: str, value: int) -> int:
    if value < 1:
        raise UsageError(f"{name} must be at least 1, not {value}")
    return value


def as_node(evidence: Evidence) -> TextNode:
    """A passage as a node: its id is the passage's, its characters count in the article's stored text.

    A model is shown title, outlet, author and date above the text, and an embedding title, outlet and
    date; the rest of the metadata names the place. What is not known of an article is left out.
    """
    passage = evidence.passage
    return TextNode(
        id_=passage.id,
        text=passage.text,
        start_char_idx=passage.start,
        end_char_idx=passage.end,
        metadata=_metadata(evidence),
        excluded_llm_metadata_keys=_PLACE,
        excluded_embed_metadata_keys=[*_PLACE, "author"],
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=passage.article_id)},
    )


def _metadata(evidence: Evidence) -> dict[str, Any]:
    article, passage = evidence.article, evidence.passage
    known = {
        "title": article.title,
        "outlet": article.outlet,
        "author": article.author,
        "published": article.published.isoformat() if article.published else None,
        "url": article.url,
        "source": article.source,
        "article_id": article.id,
        "start": passage.start,
        "end": passage.end,
    }
    return {key: value for key, value in known.items() if value is not None}
