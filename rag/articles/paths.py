"""Places on disk: which files they hold, what those hold, and what `metadata.yaml` says of them."""

from __future__ import annotations

import fnmatch
import glob
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import takewhile
from pathlib import Path
from typing import Any

from rag.articles.making import METADATA_FILE
from rag.errors import ArticleError

# What folders are searched for. Feeds are read when they are named: they lead out to the network.
SUFFIXES = frozenset(
    {".txt", ".text", ".md", ".html", ".htm", ".pdf", ".docx", ".jsonl", ".ndjson", ".csv", ".tsv"}
)
_ENDINGS = tuple(SUFFIXES)
_METADATA_BYTES = 20_000_000
# What a library keeps in its folder, which may be a folder of articles or lie in one.
_LIBRARY = "library.sqlite3"
_KEPT = re.compile(rf"{re.escape(_LIBRARY)}.*|writer\.(?:lock|txt)|index-\d+-[0-9a-f]+|repair-\w+")


def files(paths: Iterable[Path]) -> Iterator[Path]:
    """Files named, and article files below folders, hidden ones left out, in a stable order.

    What a library keeps for itself is left out too, wherever its folder lies. A folder that cannot be
    listed stands for itself, so that whoever reads it hears of it. A pattern (news/*.txt) stands for the
    files it matches.
    Raises ArticleError for a path that is not there or cannot be looked at.
    """
    for path in paths:
        for named in _matching(path):
            status = _status(named)
            if _is_kept(named):
                continue
            if stat.S_ISDIR(status.st_mode):
                yield from sorted(_walk(named))
            elif named.name != METADATA_FILE:
                yield named


def plain(path: Path) -> Path:
    """The absolute path, without `..` where that leads to the same; links stay, since sources keep names."""
    short = Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow links
    # Past a link, `..` is another folder than the one that the path names.
    led = ".." in path.parts and os.path.lexists(path)
    return path.absolute() if led and not (short.exists() and path.samefile(short)) else short


def is_pattern(path: Path) -> bool:
    """Whether a path stands for what it matches: it has signs of a pattern, and nothing is named so."""
    return glob.has_magic(str(path)) and not os.path.lexists(path)


def below(place: Path) -> tuple[str, Callable[[str], bool]]:
    """What all paths begin with that lie in a place, and which do; of a pattern, in what it matches."""
    whole = plain(place)
    # The signs in the name of the folder that we stand in mean themselves.
    here = () if place.is_absolute() else Path.cwd().parts
    fixed = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(whole.parts, here, strict=False)))
    wild = [number >= fixed and glob.has_magic(part) for number, part in enumerate(whole.parts)]
    if not is_pattern(place) or not any(wild):
        inside = f"{str(whole).rstrip(os.sep)}{os.sep}"
        return str(whole), lambda path: path == str(whole) or path.startswith(inside)
    wanted = [
        None if magic and part == "**" else re.compile(fnmatch.translate(part) if magic else re.escape(part))
        for part, magic in zip(whole.parts, wild, strict=True)
    ]
    return str(Path(*whole.parts[: wild.index(True)])), lambda path: _fits(Path(path).parts, wanted)


def _fits(parts: Sequence[str], wanted: Sequence[re.Pattern[str] | None]) -> bool:
    """Whether the first of the parts fit, one by one; None fits any number of them."""
    if not wanted:
        return True
    if wanted[0] is None:
        return _fits(parts, wanted[1:]) or (bool(parts) and _fits(parts[1:], wanted))
    return bool(parts) and wanted[0].fullmatch(parts[0]) is not None and _fits(parts[1:], wanted[1:])


def looked_at(paths: Iterable[Path]) -> None:
    """Raise ArticleError for the first path that is not there, without listing any folder."""
    for path in paths:
        for named in _matching(path):
            _status(named)


def _matching(path: Path) -> list[Path]:
    """The path, or what it matches where it is a pattern and no file has that very name."""
    if not is_pattern(path):
        return [path]
    found = sorted(map(Path, glob.glob(str(path), recursive=True)))  # noqa: PTH207, Path.glob takes no absolute pattern
    if not found:
        raise ArticleError(f"{path}: no file matches")
    return found


def _status(path: Path) -> os.stat_result:
    try:
        return path.stat()
    except (FileNotFoundError, ValueError) as error:
        raise ArticleError(f"{path}: no such file or folder") from error
    except OSError as error:
        raise ArticleError(f"{path}: {reason_of(error)}") from error


def _walk(folder: Path) -> Iterator[Path]:
    unlisted: list[Path] = []
    for base, folders, names in os.walk(folder, onerror=lambda e: unlisted.append(Path(e.filename))):
        folders[:] = [n for n in folders if not n.startswith(".") and not _is_kept(Path(base, n))]
        for name in names:
            path = Path(base, name)
            if not name.startswith(".") and name.lower().endswith(_ENDINGS) and not _is_kept(path):
                yield path
    yield from unlisted


def _is_kept(path: Path) -> bool:
    """Whether a library keeps this in its folder: nobody wrote it to be read."""
    kept = (place for place in (path, *path.parents) if _KEPT.fullmatch(place.name))
    return any(place.with_name(_LIBRARY).is_file() for place in kept)


def file_bytes(path: Path, most: int) -> bytes:
    """What is in a regular file of at most `most` bytes. Raises ArticleError."""
    size = file_size(path)
    if size > most:
        held = f" ({size // 1_000_000} MB)" if size >= 2 * most else ""
        raise ArticleError(f"{path}: larger than {most // 1_000_000} MB{held}")
    try:
        return path.read_bytes()
    except OSError as error:
        raise ArticleError(f"{path}: {reason_of(error)}") from error


def file_size(path: Path) -> int:
    """The bytes in a regular file. Raises ArticleError."""
    try:
        status = path.stat()
    except OSError as error:
        raise ArticleError(f"{path}: {reason_of(error)}") from error
    if not stat.S_ISREG(status.st_mode):
        # A pipe would wait for a writer that may never come.
        folder = stat.S_ISDIR(status.st_mode)
        raise ArticleError(f"{path}: {'cannot be listed' if folder else 'not a regular file'}")
    return status.st_size


def reason_of(error: OSError) -> str:
    """What the system says went wrong, in small letters."""
    return (error.strerror or str(error)).lower()


def beside(path: Path) -> Mapping[str, Any]:
    """What `metadata.yaml` beside a file says of it; empty when it says nothing.

    Raises ArticleError, which names `metadata.yaml`, when that cannot be used.
    """
    written = path.parent / METADATA_FILE
    try:
        changed = written.stat().st_mtime_ns
    except OSError:
        return {}
    return _metadata(written, changed).get(path.name, {})


@lru_cache(maxsize=8)
def _metadata(path: Path, changed: int) -> dict[str, dict[str, Any]]:
    """The metadata in a file that last changed at `changed`, read once for all articles beside it."""
    try:
        stored = load_yaml(file_bytes(path, _METADATA_BYTES).decode("utf-8"))
    except ValueError as error:
        raise ArticleError(f"{path}: {' '.join(str(error).split())}") from error
    if not isinstance(stored, dict) or not all(isinstance(v, dict) for v in stored.values()):
        raise ArticleError(f"{path}: must map file names to title, outlet, published, ...")
    return stored


def load_yaml(written: str) -> Any:
    """What a YAML text says, read with libyaml where that is there. Raises ValueError."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return yaml.load(written, Loader=loader)  # noqa: S506, both loaders are safe ones
    # YAML itself gives a ValueError for a day that is on no calendar.
    except (RecursionError, yaml.YAMLError) as error:
        raise ValueError(str(error)) from error
