"""Imports what takes seconds, once, in the process that all crash trials are forked from."""

import chromadb.api.rust  # noqa: F401
import filelock  # noqa: F401
from chromadb.config import Settings

from rag.passages import split
from tests.makers import article

Settings(anonymized_telemetry=False)
split(article("One sentence. Another one."), 32)
