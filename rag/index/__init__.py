"""Chroma: the vector index, derived from the library; the only home of chromadb.

An index is built in a place of its own, a folder or a collection of a Chroma server, proven, and
never changed afterwards; so a reader sees a whole one or none. What one is and how it is searched
stands in chroma.py; the two kinds of place in folder.py and server.py.
"""

from __future__ import annotations

from rag.index.chroma import ChromaIndex, Place, Prove, Rows
from rag.index.folder import MANIFEST, Folder, opened_unproven
from rag.index.manifest import Manifest
from rag.index.server import Server

__all__ = [
    "MANIFEST",
    "ChromaIndex",
    "Folder",
    "Manifest",
    "Place",
    "Prove",
    "Rows",
    "Server",
    "opened_unproven",
]
