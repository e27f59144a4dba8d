"""Query and chat engines of LlamaIndex stand on our retrieval, and get our errors."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from llama_index.core.chat_engine import ContextChatEngine
from llama_index.core.llms import MockLLM
from llama_index.core.memory import ChatMemoryBuffer
from llama_index.core.query_engine import RetrieverQueryEngine
from llama_index.core.schema import MetadataMode, NodeWithScore

from rag import Assistant
from rag.errors import UsageError
from rag.llamaindex import as_retriever
from rag.types import Filters

QUESTION = "what did Hamada sign?"
HELD = "Security of Supply Arrangement"


@pytest.fixture(autouse=True)
def loop() -> Iterator[None]:
    """LlamaIndex's engines take whatever event loop there is, and would leave one of their own open."""
    made = asyncio.new_event_loop()
    asyncio.set_event_loop(made)
    yield
    asyncio.set_event_loop(None)
    made.close()


def assert_resolve(found: list[NodeWithScore], assistant: Assistant) -> None:
    """Each node's text is the range that it names, of its article's file and of the stored article."""
    assert found
    stored = {article.id: article for article in assistant.collection.library.articles()}
    for each in found:
        node, known = each.node, each.node.metadata
        text = Path(known["source"]).read_text(encoding="utf-8")
        assert node.get_content() == text[node.start_char_idx : node.end_char_idx]
        assert node.get_content() == stored[known["article_id"]].text[known["start"] : known["end"]]
        assert known["article_id"] == node.ref_doc_id


def test_a_query_engine_stands_on_it(assistant: Assistant) -> None:
    """The evidence reaches the model's prompt, and the sources of the response resolve."""
    engine = RetrieverQueryEngine.from_args(as_retriever(assistant, keep=3), llm=MockLLM())
    response = engine.query(QUESTION)
    assert HELD in str(response)
    assert 3 == len(response.source_nodes)
    assert_resolve(response.source_nodes, assistant)


def test_a_chat_engine_stands_on_it(assistant: Assistant) -> None:
    """The evidence reaches the model's system prompt, and the sources of the turn resolve."""
    # The default memory leaves a database connection open.
    memory = ChatMemoryBuffer.from_defaults(token_limit=4_000)
    engine = ContextChatEngine.from_defaults(
        retriever=as_retriever(assistant, keep=3), llm=MockLLM(), memory=memory
    )
    response = engine.chat(QUESTION)
    assert HELD in str(response)
    assert_resolve(response.source_nodes, assistant)


def test_it_finds_what_the_assistant_finds(assistant: Assistant) -> None:
    """Passages, order and scores are those of the evidence behind an answer; a misspelling is mended too."""
    for question in (QUESTION, "will they develop hypersomic weapons?", "which drones does Japan develop?"):
        evidence = assistant.ask(question).evidence
        found = as_retriever(assistant).retrieve(question)
        assert [(e.passage.id, e.score) for e in evidence] == [(n.node.node_id, n.score) for n in found]


def test_async_gives_the_same(assistant: Assistant) -> None:
    """`aretrieve` gives what `retrieve` gives."""
    retriever = as_retriever(assistant)
    found = asyncio.run(retriever.aretrieve(QUESTION))
    assert [n.node.node_id for n in retriever.retrieve(QUESTION)] == [n.node.node_id for n in found]


def test_a_model_sees_what_is_known_and_not_where_it_stands(assistant: Assistant) -> None:
    """Title and date stand above the text for a model; addresses and offsets do not."""
    node = as_retriever(assistant, keep=1).retrieve(QUESTION)[0].node
    known = node.metadata
    shown = node.get_content(metadata_mode=MetadataMode.LLM)
    embedded = node.get_content(metadata_mode=MetadataMode.EMBED)
    assert date.fromisoformat(known["published"]).year in (2022, 2023)
    for text in (shown, embedded):
        assert known["title"] in text
        assert known["published"] in text
        assert not any(f"{key}:" in text for key in ("source", "article_id", "start", "end", "url"))


def test_filters_choose_among_the_articles(assistant: Assistant) -> None:
    """Only articles that pass the filters are found."""
    early = Filters(until=date(2022, 12, 31))
    found = as_retriever(assistant, early).retrieve(QUESTION)
    assert {"2022"} == {each.node.metadata["published"][:4] for each in found}


@pytest.mark.parametrize(
    ("question", "filters"),
    [
        ("", Filters()),
        (" ?! ", Filters()),
        ("x" * 5_000, Filters()),
        (QUESTION, Filters(outlet="Nobody's Gazette")),
    ],
)
def test_a_caller_gets_our_errors(assistant: Assistant, question: str, filters: Filters) -> None:
    """A question that is none and an unknown outlet raise UsageError through LlamaIndex."""
    with pytest.raises(UsageError):
        as_retriever(assistant, filters).retrieve(question)


def test_nothing_kept_is_refused(assistant: Assistant) -> None:
    """Asking for no passages is a wrong call."""
    with pytest.raises(UsageError, match="at least 1"):
        as_retriever(assistant, keep=0)
