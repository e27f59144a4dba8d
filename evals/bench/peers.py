"""The systems that Pressroom is compared with, each set up as its own documentation does it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from evals.bench import cut
from evals.bench.data import Data, Found, Quiz
from evals.bench.vectors import chroma_function, chroma_store, embed_model
from evals.bench.weigh import Scores, WeightedSum
from rag.embed import Embedder

KEEP = 10
# As many as each of Pressroom's own legs brings.
_LEG = 40
_MODES = ("reciprocal_rerank", "relative_score", "dist_based_score")
_BATCH = 2_048


@dataclass(frozen=True, slots=True)
class System:
    """Something that finds the ten best passages for a question, and how it was set up."""

    name: str
    ask: Callable[[Quiz], Sequence[Found]]
    note: str


def peers(data: Data, embedder: Embedder, folder: Path, tell: Callable[[str], None]) -> Iterator[System]:
    """Every peer whose packages are installed; a line to `tell` for each that is left out.

    `embedder` makes the vectors of what they index; `folder` is where they keep it.
    """
    plain = cut.plain(data.stories)
    yield chroma_alone(plain, embedder, folder / "chroma")
    if is_there("bm25s", tell, "bm25s") and is_there("Stemmer", tell, "PyStemmer"):
        words = Words([passage.text for passage in plain])
        yield System(
            "bm25s, plain passages",
            lambda quiz: [plain[number] for number in words.best(quiz.question)],
            "BM25 of bm25s with its defaults, English stop words and Snowball's English stemmer",
        )
        yield weighted_sum(plain, words.scores, embedder, data.questions)
    if is_there("llama_index.vector_stores.chroma", tell, "llama-index-vector-stores-chroma"):
        yield from llama_index(data, plain, embedder, folder, tell)


def is_there(module: str, tell: Callable[[str], None], package: str) -> bool:
    """Whether a module can be imported; a line to `tell` when it cannot."""
    try:
        there = find_spec(module) is not None
    except ModuleNotFoundError:
        there = False
    if not there:
        tell(f"left out what needs {package}, which is not installed: pip install 'pressroom[bench]'")
    return there


def chroma_alone(plain: Sequence[Found], embedder: Embedder, folder: Path) -> System:
    """Chroma with its own default embedding function and its own defaults."""
    import chromadb
    from chromadb.config import Settings

    function = chroma_function(folder / "model")
    client = chromadb.PersistentClient(str(folder / "data"), Settings(anonymized_telemetry=False))
    collection = client.create_collection("plain", embedding_function=function)
    for first in range(0, len(plain), _BATCH):
        texts = [passage.text for passage in plain[first : first + _BATCH]]
        ids = [str(number) for number in range(first, first + len(texts))]
        collection.add(ids=ids, documents=texts, embeddings=embedder.embed(texts))

    def ask(quiz: Quiz) -> list[Found]:
        found = collection.query(query_texts=[quiz.question], n_results=min(KEEP, len(plain)))
        return [plain[int(key)] for key in found["ids"][0]]

    some = [passage.text for passage in plain[:16]]
    alike = float(np.min(np.sum(np.array(function(some)) * embedder.embed(some), axis=1)))
    note = f"Its default function embeds the question. Its vectors are ours: least cosine of 16 {alike:.6f}"
    return System("Chroma, plain passages", ask, note)


class Words:
    """bm25s over texts, with its defaults, English stop words and a stemmer."""

    def __init__(self, texts: Sequence[str]) -> None:
        """Index `texts`, of which there is at least one."""
        import bm25s
        import Stemmer

        self._count = len(texts)
        self._stemmer = Stemmer.Stemmer("english")
        self._tokenize = bm25s.tokenize
        self._index = bm25s.BM25()
        self._index.index(self._tokens(texts), show_progress=False)

    def _tokens(self, texts: Sequence[str]) -> Any:
        return self._tokenize(list(texts), stopwords="en", stemmer=self._stemmer, show_progress=False)

    def best(self, question: str) -> list[int]:
        """Numbers of the ten best texts, best first."""
        keep = min(KEEP, self._count)
        numbers, _ = self._index.retrieve(self._tokens([question]), k=keep, show_progress=False)
        return [int(number) for number in numbers[0]]

    def scores(self, question: str) -> Scores:
        """A score for every text."""
        tokens = self._tokenize(
            [question], stopwords="en", stemmer=self._stemmer, show_progress=False, return_ids=False
        )[0]
        known = self._index.get_tokens_ids(tokens)
        if not known:
            return np.zeros(self._count, np.float32)
        return np.asarray(self._index.get_scores_from_ids(known), np.float32)


def weighted_sum(
    plain: Sequence[Found],
    lexical: Callable[[str], Scores],
    embedder: Embedder,
    questions: Sequence[Quiz],
) -> System:
    """The tuned weighted sum on the plain passages; its dense leg compares with every vector."""
    vectors = embedder.embed([passage.text for passage in plain])

    def dense(question: str) -> Scores:
        scores: Scores = vectors @ embedder.embed([question])[0]
        return scores

    made = WeightedSum(plain, lexical, dense, questions)
    note = f"bm25s and exact cosine, each half tuned on the other by MRR@10: {made.note}"
    return System("weighted sum, tuned, plain passages", made.ask, note)


def llama_index(
    data: Data, plain: Sequence[Found], embedder: Embedder, folder: Path, tell: Callable[[str], None]
) -> Iterator[System]:
    """LlamaIndex over Chroma: dense alone, and fused with BM25, by its own nodes and the plain passages."""
    model = embed_model(embedder.embed, batch=_BATCH)
    own = cut.nodes(data.stories)
    index = _vector_index(own, model, folder / "llama-own")
    yield System(
        "LlamaIndex VectorStoreIndex over Chroma",
        _ask(index.as_retriever(similarity_top_k=KEEP)),
        "Nodes of its default splitter (1,024 tokens, of which the model reads the first 256), text alone",
    )
    if not is_there("llama_index.retrievers.bm25", tell, "llama-index-retrievers-bm25"):
        return
    yield from _fused(index, own, "its own nodes")
    same = _text_nodes(plain)
    yield from _fused(_vector_index(same, model, folder / "llama-plain"), same, "plain passages")


def _fused(index: Any, nodes: Sequence[Any], of: str) -> Iterator[System]:
    from llama_index.core.llms import MockLLM
    from llama_index.core.retrievers import QueryFusionRetriever
    from llama_index.core.retrievers.fusion_retriever import FUSION_MODES
    from llama_index.retrievers.bm25 import BM25Retriever

    leg = min(_LEG, len(nodes))
    legs = [
        index.as_retriever(similarity_top_k=leg),
        BM25Retriever.from_defaults(nodes=list(nodes), similarity_top_k=leg),
    ]
    for mode in _MODES:
        fusion = QueryFusionRetriever(
            legs,
            llm=MockLLM(),
            mode=FUSION_MODES(mode),
            similarity_top_k=KEEP,
            num_queries=1,
            use_async=False,
        )
        note = f"VectorStoreIndex and BM25Retriever, {leg} of each, one query, no LLM"
        yield System(f"LlamaIndex QueryFusionRetriever, {mode}, {of}", _ask(fusion), note)


def _ask(retriever: Any) -> Callable[[Quiz], list[Found]]:
    def ask(quiz: Quiz) -> list[Found]:
        found = [each.node for each in retriever.retrieve(quiz.question)]
        return [Found((str(node.ref_doc_id),), node.get_content()) for node in found]

    return ask


def _vector_index(nodes: Sequence[Any], model: Any, folder: Path) -> Any:
    from llama_index.core import StorageContext, VectorStoreIndex

    storage = StorageContext.from_defaults(vector_store=chroma_store(folder))
    return VectorStoreIndex(list(nodes), storage_context=storage, embed_model=model)


def _text_nodes(plain: Sequence[Found]) -> list[Any]:
    """The plain passages as LlamaIndex's nodes, each knowing its article."""
    from llama_index.core.schema import NodeRelationship, RelatedNodeInfo, TextNode

    return [
        TextNode(
            id_=str(number),
            text=passage.text,
            relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=next(iter(passage.articles)))},
        )
        for number, passage in enumerate(plain)
    ]
