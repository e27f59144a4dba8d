"""Indexes as collections of a Chroma server, which `chroma run` starts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from rag.errors import IndexFailed
from rag.index.chroma import ChromaIndex, Rows, configuration, few, fill, translated
from rag.index.manifest import Manifest

if TYPE_CHECKING:
    from chromadb.api import ServerAPI
    from chromadb.api.models.Collection import Collection
    from chromadb.types import Collection as Model
    from httpx import Client

# Seconds: until the server takes a call, answers a question, has stored a batch of vectors.
_CONNECT, _READ, _WRITE = 5.0, 20.0, 300.0
_LISTED_AT_ONCE = 100
# A request carries a batch: with the longest vectors in use, some tens of megabytes.
_BATCH_AT_MOST = 1_000


class Server:
    """Indexes on one server; the names of this library's begin with `prefix`, and no other's do."""

    def __init__(self, url: str, prefix: str) -> None:
        """Keep indexes on the server at `url`; nothing is asked of it yet."""
        self._url = url
        self._prefix = prefix

    def open(self, name: str) -> ChromaIndex:
        """The index of this name. Raises IndexFailed when the server is down, slow, or has it not."""
        with translated(self._url):
            session = _Session.begin(self._url, _READ)
            try:
                collection = session.collection(session.api.get_collection(name))
                manifest = Manifest.from_json(str((collection.metadata or {}).get("manifest")))
                self._check_whole(collection, manifest)
            except BaseException:
                session.end()
                raise
            return ChromaIndex(collection, manifest, self._url, session.end)

    def manifest(self, name: str) -> Manifest:
        """What the index of this name was built of. Raises IndexFailed as `open` does."""
        with closing(self.open(name)) as opened:
            return opened.manifest

    def _check_whole(self, collection: Collection, manifest: Manifest) -> None:
        if (count := collection.count()) != manifest.passages:
            raise IndexFailed(
                f"the index at {self._url} holds {count} of {manifest.passages} passages;"
                " python -m rag.ingest --rebuild mends it"
            )

    def build(self, name: str, rows: Rows, manifest: Manifest) -> Manifest:
        """Build an index in a new collection, and prove it from here. Raises IndexFailed.

        Its manifest is stored when it has been proven; without one it cannot be opened.
        """
        with self._working() as session:
            model = session.api.create_collection(
                name,
                configuration=configuration(manifest.passages),  # type: ignore[arg-type]
            )
            collection = session.collection(model)
            try:
                fill(collection, rows(), min(_BATCH_AT_MOST, session.api.get_max_batch_size()))
                index = ChromaIndex(collection, manifest, self._url, lambda: None)
                proven = replace(manifest, strays=few(index.unreached(rows()), manifest.passages))
                collection.modify(metadata={"manifest": proven.to_json()})
            except BaseException:
                with suppress(Exception):
                    session.api.delete_collection(name)
                raise
        return proven

    def clear(self, keep: str) -> None:
        """Delete every index of this library but one. Raises IndexFailed."""
        if not self._prefix:
            return  # It has built none yet, and every name begins with nothing.
        with self._working() as session:
            ours = [model.name for model in _listed(session.api) if model.name.startswith(self._prefix)]
            for name in ours:
                if name != keep:
                    session.api.delete_collection(name)

    @contextmanager
    def _working(self) -> Iterator[_Session]:
        with translated(self._url):
            session = _Session.begin(self._url, _WRITE)
            try:
                yield session
            finally:
                session.end()


@dataclass(frozen=True, slots=True)
class _Session:
    """A connection to a server that does not wait for ever."""

    api: ServerAPI
    http: Client

    @classmethod
    def begin(cls, url: str, seconds: float) -> _Session:
        """A session whose answers take at most `seconds`; chromadb's own HttpClient has no limit."""
        import httpx
        from chromadb.api.fastapi import FastAPI
        from chromadb.config import Settings, System

        parts = urlsplit(url)
        settings = Settings(
            chroma_api_impl="chromadb.api.fastapi.FastAPI",
            chroma_server_host=parts.hostname,
            chroma_server_http_port=parts.port,
            chroma_server_ssl_enabled=parts.scheme == "https",
            anonymized_telemetry=False,
        )
        api = System(settings).instance(FastAPI)
        api._session.timeout = httpx.Timeout(seconds, connect=_CONNECT)
        return cls(api, api._session)

    def collection(self, model: Model) -> Collection:
        """The collection that the server describes."""
        from chromadb.api.models.Collection import Collection

        return Collection(client=self.api, model=model, embedding_function=None)

    def end(self) -> None:
        """Close the connection."""
        self.http.close()


def _listed(api: ServerAPI) -> list[Model]:
    """Every collection of the server."""
    found: list[Model] = []
    while some := api.list_collections(limit=_LISTED_AT_ONCE, offset=len(found)):
        found.extend(some)
    return found
