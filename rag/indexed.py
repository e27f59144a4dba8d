"""The index that a library points to: opened, followed when it is swapped, mended, built, checked."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

from rag.dense import Dense
from rag.errors import IndexFailed, LibraryBusy, LibraryCorrupt, LibraryUnwritable
from rag.index import ChromaIndex, Folder, Manifest, Place, Server
from rag.library import Library
from rag.lock import writing
from rag.prove import prove

# So many passages may be searched without the index before it is built anew, and so great a share of it.
_LATE_AT_MOST, _LATE_SHARE = 1_000, 0.1
# Chroma keeps a single one in its log and writes its files at each opening, so that no digest holds.
_INDEXED_FROM = 2
# An index of so many passages is built within seconds, so that a reader who finds it broken mends it.
_MENDED_AT_ONCE = 5_000


class Indexed:
    """A library's index, in its folder or on a Chroma server."""

    def __init__(
        self, library: Library, folder: Path, chroma_url: str | None, progress: Callable[[str], None]
    ) -> None:
        """Look after the index of `library`, which lies in `folder`; nothing is opened yet."""
        self._library = library
        self._folder = folder
        self._chroma_url = chroma_url
        self._progress = progress
        self._dense: Dense | None = None
        self._name: str | None = None
        self._opening = threading.Lock()

    def close(self) -> None:
        """Let go of the index."""
        if self._dense is not None:
            self._dense.close()

    @property
    def _place(self) -> Place:
        if self._chroma_url is None:
            return Folder(self._folder, partial(prove, library=self._folder))
        return Server(self._chroma_url, self._library.fact("prefix") or "")

    # Reading

    def dense(self) -> Dense:
        """The dense leg, with the index that the library points to now.

        Raises IndexFailed when a Chroma server is down.
        """
        with self._opening:
            name = self._pointed
            if self._dense is None or name != self._name:
                # The one before is let go of, not closed: another thread may be searching it.
                self._dense = Dense(self._library, self._opened(name), self._following(name))
                self._name = name
            return self._dense

    @property
    def _pointed(self) -> str | None:
        """The index that the library points to; another for each place where one may lie."""
        return self._library.fact(self._pointer) or None

    @property
    def _pointer(self) -> str:
        return f"index at {self._chroma_url}" if self._chroma_url else "index"

    def _opened(self, name: str | None) -> ChromaIndex | None:
        """The index of this name, or what stands in for it when it cannot be opened."""
        if name is None:
            return None
        try:
            return self._place.open(name)
        except IndexFailed as error:
            return self._instead(error, name)

    def _following(self, name: str | None) -> Callable[[IndexFailed], ChromaIndex | None]:
        """What one dense leg calls when the index that it opened fails."""

        def instead(error: IndexFailed) -> ChromaIndex | None:
            nonlocal name
            failed, name = name, self._pointed
            return self._instead(error, failed)

        return instead

    def _instead(self, error: IndexFailed, failed: str | None) -> ChromaIndex | None:
        """What to search when an index failed: the one built since, a mended one, or none (exactly).

        Raises the error for a Chroma server: what it holds may be too much to search without.
        """
        now = self._pointed
        if now is not None and now != failed:
            return self._opened(now)
        if self._chroma_url is not None:
            raise error
        if self._library.passage_count() <= _MENDED_AT_ONCE and self._mended():
            mended = self._pointed
            return self._place.open(mended) if mended is not None else None
        self._progress(f"{error}; searching without it")
        return None

    def _mended(self) -> bool:
        """Build the index anew, if nobody else is writing and the folder can be written."""
        try:
            with writing(self._folder, 0):
                self.build()
        except (LibraryBusy, LibraryUnwritable, IndexFailed):
            return False
        return True

    # Writing, by whoever holds the writer lock

    def build_if_late(self) -> None:
        """Build the index anew when too much is searched without it; articles are safe if that fails."""
        try:
            if self._is_late():
                self.build()
        except IndexFailed as error:
            self._progress(f"{error}; the articles are safe, and --rebuild brings the index up to date")

    def _is_late(self) -> bool:
        name, count = self._pointed, self._library.passage_count()
        if name is None:
            return count >= _INDEXED_FROM
        if _built_at(name) < int(self._library.fact("forgotten") or 0):
            return True
        try:
            manifest = self._place.manifest(name)
        except IndexFailed:
            return True
        here = self._library.passages_up_to(manifest.last)
        late, gone = count - here, manifest.passages - here
        return max(late, gone) > max(_LATE_AT_MOST, _LATE_SHARE * manifest.passages)

    def build(self) -> None:
        """Build an index in a new place, then let the library point at it. Raises IndexFailed."""
        library, last = self._library, self._library.last_number
        count = library.passages_up_to(last)
        prefix = self._own_prefix() if self._chroma_url else ""
        name = f"{prefix}index-{library.revision}-{os.urandom(3).hex()}" if count >= _INDEXED_FROM else ""
        # What builds that were killed have left behind.
        self._place.clear(keep=self._pointed or "")
        if name:
            self._progress(f"building the index of {count} passages")
            manifest = Manifest(library.fact("embedder") or "", self._dimension(), count, last)
            self._place.build(name, lambda: library.rows(last=last), manifest)
        library.store_facts(**{self._pointer: name})
        self._place.clear(keep=name)

    def _own_prefix(self) -> str:
        """How the names of this library's indexes begin on a server.

        A copied library gets one of its own, or it would clear away the index of the other.
        """
        prefix, file = self._library.fact("prefix"), str(self._library.file_number)
        if prefix is None or self._library.fact("prefix of") != file:
            prefix = f"pressroom-{os.urandom(4).hex()}-"
            self._library.store_facts(**{"prefix": prefix, "prefix of": file})
        return prefix

    def _dimension(self) -> int:
        first = next(self._library.rows(), None)
        if first is None:
            raise LibraryCorrupt(f"the library in {self._folder} has lost its vectors: --repair mends it")
        return len(first.vector)

    def damage(self) -> Iterator[str]:
        """What is wrong with the index, a line each."""
        name = self._pointed
        if name is None:
            if self._library.passage_count() >= _INDEXED_FROM:
                yield "there is no index; --rebuild makes it"
            return
        try:
            with closing(self._place.open(name)) as opened:
                manifest = opened.manifest
                if manifest.embedder != self._library.fact("embedder"):
                    yield "the index holds vectors of another model; --rebuild makes it anew"
                rows = self._library.rows(last=manifest.last)
                lost = set(opened.unreached(rows)) - set(manifest.strays)
        except IndexFailed as error:
            yield str(error)
            return
        if lost:
            yield f"{len(lost)} passages are not found in the index; --rebuild makes it anew"


def _built_at(name: str) -> int:
    """The library's revision when the index of this name was built."""
    return int(name.rsplit("-", 2)[1])
