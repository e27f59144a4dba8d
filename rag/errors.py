"""Everything that Pressroom raises on purpose, drawn once.

    PressroomError                 one clear line for a person; exit status 1
    ├── UsageError                 the call itself is wrong; exit status 2
    ├── ConfigError                a setting cannot be used
    │   └── PromptError            a prompt file is missing, or its variables do not fit
    ├── ArticleError               a file or text cannot be read as an article
    ├── LibraryError               the library cannot be opened, read or written
    │   ├── LibraryCorrupt         its file is damaged
    │   ├── LibraryNewer           it was written by a newer Pressroom
    │   ├── LibraryUnwritable      its folder is read-only, full or not a folder
    │   └── LibraryBusy            another process is writing
    ├── IndexFailed                the vector index cannot be built or searched
    │   └── EmbedderMismatch       it holds vectors of another embedding model
    ├── EmbedError                 texts cannot be turned into vectors
    ├── ReaderError                the reader's model cannot be used
    └── ModelError                 the chat model cannot be used; the quoted answer stands in

Exceptions of other libraries are translated where they are called (library, index, inference,
chat, articles); nothing else ever reaches a user.
"""

from __future__ import annotations


class PressroomError(Exception):
    """Base of the tree; `str(error)` is the line to show."""

    exit_status = 1


class UsageError(PressroomError):
    """The call itself is wrong: an empty question, an unknown outlet, a date that is none."""

    exit_status = 2


class ConfigError(PressroomError):
    """A setting cannot be used."""


class PromptError(ConfigError):
    """A prompt file is missing or malformed, or a variable is missing or unknown."""


class ArticleError(PressroomError):
    """A file or text cannot be read as an article."""


class LibraryError(PressroomError):
    """The library cannot be opened, read or written."""


class LibraryCorrupt(LibraryError):
    """The library's file is damaged."""


class LibraryNewer(LibraryError):
    """The library was written by a newer Pressroom."""


class LibraryUnwritable(LibraryError):
    """The library's folder is read-only, full, or not a folder."""


class LibraryBusy(LibraryError):
    """Another process is writing to the library."""


class IndexFailed(PressroomError):
    """The vector index cannot be built or searched."""


class EmbedderMismatch(IndexFailed):
    """The index holds vectors of another embedding model."""


class EmbedError(PressroomError):
    """Texts cannot be turned into vectors."""


class ReaderError(PressroomError):
    """The reader's model cannot be used: its file is missing, altered, or not one."""


class ModelError(PressroomError):
    """The chat model cannot be used: down, slow, refused, or talking nonsense."""
