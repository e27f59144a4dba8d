"""Indexes in folders, each opened by Chroma inside this process."""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import struct
import tempfile
from collections.abc import Iterable
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rag.errors import IndexFailed
from rag.index.chroma import ChromaIndex, Prove, Rows, configuration, few, fill, translated
from rag.index.manifest import Manifest
from rag.library import Row

if TYPE_CHECKING:
    from chromadb.api import ClientAPI

MANIFEST = "manifest.json"
_NAME, _DATABASE = "passages", "chroma.sqlite3"
# Chroma notes each opening in a table that it never reads. Unless that is kept from the file, the file
# is another after each opening, and no digest can tell whether it is still the one that was proven.
_STILL = "CREATE TRIGGER still BEFORE INSERT ON acquire_write BEGIN SELECT RAISE(IGNORE); END"

# The start of hnswlib's header: version, offset of level 0, places, places that are taken, bytes a place.
_HEADER = struct.Struct("=i4Q")


class Folder:
    """Indexes in folders below one folder."""

    def __init__(self, folder: Path, prove: Prove) -> None:
        """Keep indexes below `folder`; `prove` finds out whether a new one can be trusted."""
        self._folder = folder
        self._prove = prove

    def manifest(self, name: str) -> Manifest:
        """What the index of this name was built of. Raises IndexFailed when files of it are gone."""
        folder = self._folder / name
        with translated(str(folder)):
            manifest = Manifest.from_json((folder / MANIFEST).read_text(encoding="utf-8"))
        if gone := [file for file, _ in manifest.files if not (folder / file).is_file()]:
            raise IndexFailed(f"the index in {folder} has lost {gone[0]}")
        return manifest

    def open(self, name: str) -> ChromaIndex:
        """The index of this name. Raises IndexFailed when it is not there or damaged.

        Its files are compared with those proven, since a damaged one can end the process.
        """
        folder = self._folder / name
        with translated(str(folder)):
            manifest = Manifest.from_json((folder / MANIFEST).read_text(encoding="utf-8"))
            there = _stamps(folder)
            if manifest.files != _digests(folder):
                raise IndexFailed(
                    f"the index in {folder} is damaged; python -m rag.ingest --rebuild mends it"
                )
            index = _opened(folder, manifest)
            if there != _stamps(folder):
                # Chroma takes a graph whose files went away while it read them for one that is empty.
                index.close()
                raise IndexFailed(f"the index in {folder} went away while it was opened")
            return index

    def build(self, name: str, rows: Rows, manifest: Manifest) -> Manifest:
        """Build an index in a new folder, prove it, and force it to the disk.

        Raises IndexFailed; nothing of a failed one stays.
        """
        folder = self._folder / name
        try:
            with translated(str(folder)):
                folder.mkdir(parents=True)
                _filled(folder, rows(), manifest)
                strays = few(self._prove(folder, manifest), manifest.passages)
                proven = replace(manifest, strays=strays, files=_digests(folder))
                (folder / MANIFEST).write_text(proven.to_json(), encoding="utf-8")
                _make_last(folder)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return proven

    def clear(self, keep: str) -> None:
        """Delete every index but one."""
        for old in self._folder.glob("index-*"):
            if old.name != keep:
                shutil.rmtree(old, ignore_errors=True)


def opened_unproven(folder: Path, manifest: Manifest) -> ChromaIndex:
    """An index that was just built, for whoever proves it. Raises IndexFailed."""
    with translated(str(folder)):
        return _opened(folder, manifest)


def _filled(folder: Path, rows: Iterable[Row], manifest: Manifest) -> None:
    """A new collection of all rows, in files that do not change any more."""
    client = _client(folder)
    try:
        collection = client.create_collection(
            _NAME,
            embedding_function=None,
            configuration=configuration(manifest.passages),  # type: ignore[arg-type]
        )
        fill(collection, rows, client.get_max_batch_size())
    finally:
        _close(client)
    with closing(sqlite3.connect(folder / _DATABASE, isolation_level=None)) as connection:
        connection.execute(_STILL)
        # The log of vectors, emptied, takes most of the file.
        connection.execute("VACUUM")
    for graph in folder.glob("*/data_level0.bin"):
        _blank_unused(graph)


def _blank_unused(graph: Path) -> None:
    """Zeros in the places of a graph that no vector took.

    The graph is written with room to grow, and the room holds whatever lay in memory: vectors of articles
    that were removed among it.
    """
    _, _, _, taken, size = _HEADER.unpack_from((graph.parent / "header.bin").read_bytes())
    with graph.open("r+b") as file:
        room = file.seek(0, os.SEEK_END) - taken * size
        file.seek(-room, os.SEEK_END)
        file.write(bytes(room))


def _opened(folder: Path, manifest: Manifest) -> ChromaIndex:
    """The index in a folder; a copy of it where Chroma, which writes when it opens, may not write."""
    copy: tempfile.TemporaryDirectory[str] | None = None
    try:
        client = _client(folder)
    except Exception as error:
        if "readonly" not in str(error) and "read-only" not in str(error).lower():
            raise
        copy = tempfile.TemporaryDirectory(prefix="pressroom-index-")
        _copy(folder, Path(copy.name))
        client = _client(Path(copy.name))

    def close() -> None:
        _close(client)
        if copy is not None:
            copy.cleanup()

    try:
        collection = client.get_collection(_NAME, embedding_function=None)
        # The first search reads the graph, and no later one does.
        collection.query(
            query_embeddings=np.ones((1, manifest.dimension), np.float32), n_results=1, include=[]
        )
    except BaseException:
        close()
        raise
    return ChromaIndex(collection, manifest, str(folder), close)


def _copy(folder: Path, to: Path) -> None:
    """Files and folders without their modes, which may be what keeps Chroma from writing."""
    for path in folder.rglob("*"):
        if path.is_file():
            copied = to / path.relative_to(folder)
            copied.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copied)


def _client(folder: Path) -> ClientAPI:
    # Chroma takes 1.5 s to import, so it waits until an index is needed.
    import chromadb
    from chromadb.config import Settings

    return chromadb.PersistentClient(str(folder), settings=Settings(anonymized_telemetry=False))


def _close(client: ClientAPI) -> None:
    """Let go of the files; Chroma's declared interface does not have it."""
    client.close()  # type: ignore[attr-defined]


def _digests(folder: Path) -> tuple[tuple[str, str], ...]:
    """SHA-256 of every file but the manifest, by its name in the folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST)
    return tuple((str(path.relative_to(folder)), _sha256(path)) for path in files)


def _stamps(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Which files there are, each by its name, its number on the disk and its size."""
    found = ((str(path), path.stat()) for path in sorted(folder.rglob("*")))
    return tuple((name, stat.st_ino, stat.st_size) for name, stat in found)


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _make_last(folder: Path) -> None:
    """Force files and folders to the disk, the folder above last: only then may anything point there."""
    for path in (*sorted(folder.rglob("*"), reverse=True), folder, folder.parent):
        with suppress(PermissionError):
            handle = os.open(path, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
