"""What the ingest bench runs in processes of their own, so that memory is their own and nothing is warm."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple, TypeVar

from evals.bench import cut
from evals.bench.data import Story, read_lines, write_lines, write_texts
from evals.bench.pressroom import config_for, find, opened
from evals.bench.ratios import seconds
from evals.bench.vectors import Pretended, chroma_function, chroma_store, embed_model
from rag.collection import Collection
from rag.embed import MiniLM, Vectors
from rag.errors import LibraryError

T = TypeVar("T")

_DIMENSION = 384
_EMBEDDINGS = 5
EMBEDDED_ALONE, _SEED = 2_000, 20_221_112
_QUESTION_WORDS = 15
_PATIENCE_S = 60.0


class Ingested(NamedTuple):
    """Seconds of a first ingest, of the same again, of embedding its texts alone; peak memory in MB.

    Of many texts some are embedded, drawn at random, and the seconds of all are told from theirs.
    """

    first: float
    again: float
    embedding: float
    peak_mb: float


def alone(function: Callable[..., T], *values: object) -> T:
    """What the function gives in a fresh process."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(function, *values).result()


def pressroom(file: Path, home: Path) -> Ingested:
    """Pressroom's ingest of a .jsonl file, the index ready to search; the model is loaded before."""
    model = MiniLM()
    model.embed(["warm"])
    with opened(home / "library", model) as collection:
        first = seconds(lambda: _ingest(collection, file))
        again = seconds(lambda: _ingest(collection, file))
    peak = peak_mb()
    texts = embedded_texts(file, home / "pretended")
    some = random.Random(_SEED).sample(texts, min(len(texts), EMBEDDED_ALONE))  # noqa: S311 - no secret
    return Ingested(first, again, seconds(lambda: model.embed(some)) * len(texts) / len(some), peak)


def _ingest(collection: Collection, path: Path) -> None:
    collection.ingest([path])
    collection.shelf()


def embedded_texts(file: Path, home: Path) -> list[str]:
    """The texts that Pressroom's ingest of the file embeds."""
    noting = Pretended(MiniLM.id, _DIMENSION)
    with opened(home, noting) as collection:
        collection.ingest([file])
    return noting.texts


def text_files_again(file: Path, home: Path) -> float:
    """Seconds of a second ingest of the same articles as a folder of .txt files."""
    home.mkdir()
    folder = write_texts(read_lines(file), home / "texts")
    with opened(home / "library", Pretended(MiniLM.id, _DIMENSION)) as collection:
        _ingest(collection, folder)
        return seconds(lambda: _ingest(collection, folder))


def llama_index(file: Path, home: Path, pieces: int | None) -> float:
    """Seconds of VectorStoreIndex.from_documents into Chroma, with Chroma's own embedding function.

    `pieces` asks for smaller nodes than the default. The model is loaded before.
    """
    from llama_index.core import StorageContext, VectorStoreIndex
    from llama_index.core.node_parser import SentenceSplitter

    function = chroma_function(home / "model")
    function(["warm"])
    made = cut.documents(read_lines(file))
    storage = StorageContext.from_defaults(vector_store=chroma_store(home / "data"))
    splitter = SentenceSplitter(chunk_size=pieces, chunk_overlap=20) if pieces else SentenceSplitter()

    def ingest() -> None:
        VectorStoreIndex.from_documents(
            made, storage_context=storage, embed_model=embed_model(function), transformations=[splitter]
        )

    return seconds(ingest)


class Noting:
    """The built-in model, and the texts that it was given since `texts` was last cleared."""

    def __init__(self) -> None:
        self._model = MiniLM()
        self.id = self._model.id
        self.texts: list[str] = []

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One unit vector a text: float32, shape (len(texts), 384)."""
        self.texts.extend(texts)
        return self._model.embed(texts)


def add_one(file: Path, home: Path, sizes: Sequence[int], count: int) -> dict[int, tuple[float, ...]]:
    """At each size of the library, `count` times: seconds until an added article is found by a reader
    that was open before, over the seconds of embedding its passages alone.

    The last articles of the file are the ones that are added; the rest get vectors drawn at random.
    """  # noqa: D205 - one sentence says it
    stories = read_lines(file)
    bulk, held = stories[: max(sizes)], list(stories[max(sizes) :])
    home.mkdir()
    ratios: dict[int, tuple[float, ...]] = {}
    for before, size in zip((0, *sizes), sizes, strict=False):
        part = write_lines(bulk[before:size], home / f"{size}.jsonl")
        with opened(home / "library", Pretended(MiniLM.id, _DIMENSION)) as collection:
            _ingest(collection, part)
        ratios[size] = tuple(_added(held.pop(), home) for _ in range(count))
    return ratios


def _added(story: Story, home: Path) -> float:
    noting = Noting()
    file = write_lines([story], home / f"{story.id}.jsonl")
    question = " ".join(story.text.split()[:_QUESTION_WORDS])
    with opened(home / "library", noting) as writer, opened(home / "library", MiniLM()) as reader:
        find(question, reader.shelf(), 10, 10, 1)
        noting.embed(["warm"])
        noting.texts.clear()
        took = seconds(lambda: _until_found(story, question, file, writer, reader))
        texts = list(noting.texts)
        return took / statistics.median(seconds(lambda: noting.embed(texts)) for _ in range(_EMBEDDINGS))


def _until_found(story: Story, question: str, file: Path, writer: Collection, reader: Collection) -> None:
    """Add the article, and ask the reader until it finds it. Raises LibraryError after a minute."""
    config = config_for(reader.folder)
    last = time.monotonic() + _PATIENCE_S
    report = writer.ingest([file])
    while time.monotonic() < last:
        found = find(question, reader.shelf(), config.candidates, config.evidence, config.run)
        if any(each.article.text.split() == story.text.split() for each in found):
            return
    raise LibraryError(f"an added article was not found: {story.id}; {report.problems}")


def peak_mb() -> float:
    """The most memory that this process has held, in MB (ru_maxrss as Linux counts it, in KB)."""
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
