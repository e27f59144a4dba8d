"""What two systems send to a model: each is run as it is, and a model that says nothing keeps the prompt."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, NamedTuple

# As long as what models of the day take, so that no prompt is cut or sent in parts.
_WINDOW = 128_000
_SILENT = "NOT IN ARTICLES"


class Prompt(NamedTuple):
    """All that was sent for one answer, and the part of it that is evidence."""

    text: str
    evidence: str


def tokens_of(text: str) -> int:
    """How many tokens a text has, by the tokenizer that LlamaIndex counts with (tiktoken's cl100k_base)."""
    return len(_tokenizer()(text))


@cache
def _tokenizer() -> Any:
    from llama_index.core.utils import get_tokenizer

    return get_tokenizer()


@contextmanager
def recording() -> Iterator[tuple[str, list[Prompt]]]:
    """An OpenAI-compatible server on loopback that always says it is silent; its address, and what came."""
    came: list[Prompt] = []

    class Handler(BaseHTTPRequestHandler):
        """Keeps each request's messages."""

        def do_POST(self) -> None:
            """Keep the messages and say that the articles do not."""
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            came.append(_sent([str(message["content"]) for message in body["messages"]]))
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
            for delta, finish in (({"content": _SILENT}, None), ({}, "stop")):
                choice = {"index": 0, "delta": delta, "finish_reason": finish}
                event = {"id": "x", "object": "chat.completion.chunk", "created": 1, "choices": [choice]}
                self.wfile.write(f"data: {json.dumps(event)}\n\n".encode())
            self.wfile.write(b"data: [DONE]\n\n")

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/v1", came
        finally:
            server.shutdown()


def _sent(messages: Sequence[str]) -> Prompt:
    """Pressroom's messages; its evidence stands between the last lines <articles> and </articles>."""
    _, _, behind = messages[-1].rpartition("\n<articles>\n")
    return Prompt("\n".join(messages), behind.partition("\n</articles>\n")[0])


def citing(passages: Sequence[str], question: str) -> Prompt:
    """What LlamaIndex's CitationQueryEngine sends with its defaults, when its retriever brings `passages`."""
    from llama_index.core.base.base_retriever import BaseRetriever
    from llama_index.core.llms import CompletionResponse, LLMMetadata, MockLLM
    from llama_index.core.query_engine import CitationQueryEngine
    from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

    prompts: list[str] = []

    class Handed(BaseRetriever):
        """Brings what it was handed."""

        def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
            return [NodeWithScore(node=TextNode(text=text), score=1.0) for text in passages]

    class Recorder(MockLLM):
        """Keeps its prompt and says little."""

        @property
        def metadata(self) -> LLMMetadata:
            return LLMMetadata(context_window=_WINDOW)

        def complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:
            prompts.append(prompt)
            return CompletionResponse(text="-")

    index: Any = None
    said = CitationQueryEngine.from_args(index, llm=Recorder(max_tokens=None), retriever=Handed()).query(
        question
    )
    sources = (each.node.get_content() for each in said.source_nodes)
    return Prompt("\n".join(prompts), "\n".join(sources))
