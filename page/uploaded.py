"""The folder of what was uploaded: files under their own plain names, each content once a name."""

from __future__ import annotations

import filecmp
import re
import secrets
import shutil
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import BinaryIO

from rag.articles.kinds import kind_of
from rag.articles.paths import plain, reason_of
from rag.errors import LibraryUnwritable

ACCEPTED = (".txt", ".md", ".html", ".pdf", ".docx", ".jsonl", ".csv")
MAX_BYTES = 25_000_000
_NAME_BYTES = 120
_HEAD_BYTES = 4_096
# Characters that hide or reorder others, that part paths, or that part a row's name from its table's.
_NOT_IN_NAMES = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff#/\\:]")


@dataclass(frozen=True, slots=True)
class Kept:
    """A file in the folder of uploads, and whether it was put there just now."""

    path: Path
    new: bool


class Uploads:
    """The folder `uploads` inside a library's folder, made when the first file comes."""

    def __init__(self, home: Path) -> None:
        self._folder = plain(home / "uploads")

    def holds(self, path: Path) -> bool:
        """Whether a file lies right in the folder."""
        return path.parent == self._folder

    def put(self, name: str, content: bytes | BinaryIO) -> Kept:
        """What is to be kept, under its plain name or, where other content has that, with a number.

        Raises LibraryUnwritable.
        """
        name = plain_name(name)
        part = self._folder / f".{secrets.token_hex(8)}.part"
        try:
            self._folder.mkdir(exist_ok=True)
            try:
                with part.open("wb") as written:
                    if isinstance(content, bytes):
                        written.write(content)
                    else:
                        shutil.copyfileobj(content, written)
                return self._placed(part, name)
            finally:
                part.unlink(missing_ok=True)
        except OSError as error:
            raise LibraryUnwritable(f"cannot keep {name}: {reason_of(error)}") from error

    def _placed(self, part: Path, name: str) -> Kept:
        """The finished copy under a name that nothing else has. Raises OSError."""
        stem, suffix = Path(name).stem, Path(name).suffix
        for number in count(1):
            path = self._folder / (name if number == 1 else f"{stem} ({number}){suffix}")
            try:
                # Taking the name comes first, or another could take it meanwhile.
                path.open("xb").close()
            except FileExistsError:
                if path.is_file() and filecmp.cmp(part, path, shallow=False):
                    return Kept(path, False)
                continue
            part.replace(path)
            return Kept(path, True)
        raise AssertionError("numbers do not end")


def plain_name(name: str) -> str:
    """A file's name without path parts, hidden or control characters, and not too long for any disk."""
    last = re.split(r"[\\/]", name)[-1].encode("utf-8", "ignore").decode("utf-8")
    shown = " ".join(_NOT_IN_NAMES.sub(" ", last).split()).lstrip(". ")
    suffix = Path(shown).suffix[:20]
    stem = shown.removesuffix(suffix).encode("utf-8")[:_NAME_BYTES].decode("utf-8", "ignore").strip()
    return f"{stem or 'article'}{suffix.lower()}"


def unfit(path: Path) -> str:
    """Why a file is not even tried; empty when it is. Raises OSError."""
    suffix = Path(plain_name(path.name)).suffix
    if suffix not in ACCEPTED:
        return f"{suffix or 'a file without a suffix'} is not read; {', '.join(ACCEPTED)} are"
    if path.stat().st_size > MAX_BYTES:
        return f"larger than {MAX_BYTES // 1_000_000} MB"
    with path.open("rb") as stream:
        head = stream.read(_HEAD_BYTES)
    # Reading a feed leads out to the network, which a file must not do unasked.
    return "a feed: give its address instead" if kind_of(head, suffix) == "feed" else ""
