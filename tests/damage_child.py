"""What the damage trials share: ways to spoil a file, and a reader that must never be wrong."""

from __future__ import annotations

import json
import random
import shutil
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from rag.collection import Collection
from rag.dense import Dense
from rag.errors import PressroomError
from rag.library import Library
from rag.passages import matching_texts
from rag.retrieve import Shelf
from rag.types import Scope
from tests.crash_child import Trial, Vectors, config_of, ended

PAGE = 4096
# How a reader fared: as if nothing were damaged; with one clear line; or in a way that breaks the promise.
RIGHT, CLEAR, WRONG = "right", "one clear line", "wrong"

Spoil = Callable[[bytes, random.Random], bytes]


def _flipped(raw: bytes, chance: random.Random, times: int = 1) -> bytes:
    spoiled = bytearray(raw)
    for _ in range(times):
        spoiled[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
    return bytes(spoiled)


SPOILS: dict[str, Spoil] = {
    "a bit flipped": _flipped,
    "bits flipped": lambda raw, chance: _flipped(raw, chance, 40),
    "zeros": lambda raw, _: bytes(len(raw)),
    "random bytes": lambda raw, chance: chance.randbytes(len(raw)),
}
# Ways that change a file's length, too.
CUTS: dict[str, Spoil] = {
    "truncated": lambda raw, chance: raw[: chance.randrange(len(raw))],
    "emptied": lambda *_: b"",
    "longer": lambda raw, chance: raw + chance.randbytes(100),
}


class Spoilt(NamedTuple):
    """A page of the library's file, overwritten in one of the ways of SPOILS."""

    page: int
    how: str
    seed: int = 0


class Fared(NamedTuple):
    """How a reader fared with a spoilt page, whether the check named damage, and what was said."""

    spoilt: Spoilt
    outcome: str
    named: bool
    said: str


def pages_of(home: Path) -> int:
    """How many pages the library's file has."""
    return (home / "library.sqlite3").stat().st_size // PAGE


def try_pages(home: Path, pages: Sequence[Spoilt], scratch: Path, said: Path) -> None:
    """Spoil each page in a copy, read, and note how that went, a JSON line a page."""
    expected = _answers(home)
    with said.open("a", encoding="utf-8") as file:
        for spoilt in pages:
            shutil.rmtree(scratch, ignore_errors=True)
            scratch.mkdir()
            _spoil_page(home / "library.sqlite3", scratch / "library.sqlite3", spoilt)
            file.write(json.dumps(_fared(spoilt, scratch, expected)) + "\n")
            file.flush()


def _spoil_page(of: Path, to: Path, spoilt: Spoilt) -> None:
    raw = of.read_bytes()
    first = spoilt.page * PAGE
    chance = random.Random(f"{spoilt}")  # noqa: S311 - no secret
    spoiled = SPOILS[spoilt.how](raw[first : first + PAGE], chance)
    to.write_bytes(raw[:first] + spoiled + raw[first + PAGE :])


def _fared(spoilt: Spoilt, home: Path, expected: Answers) -> Fared:
    named, outcome, said = False, RIGHT, ""
    try:
        with closing(Library.open(home)) as library:
            named = bool(library.damage())
        found = _answers(home)
        if found != expected:
            # Something not found, while the check says so, is a loss that is told; another text is not.
            told = named and found.texts.items() <= expected.texts.items()
            outcome, said = (CLEAR, "less is found") if told else (WRONG, _difference(found, expected))
    except PressroomError as error:
        outcome, said, named = CLEAR, str(error), True
        if "\n" in said:
            outcome = WRONG
    except Exception:  # noqa: BLE001 - whatever it is, it is told
        outcome, said = WRONG, traceback.format_exc()
    return Fared(spoilt, outcome, named, said)


class Answers(NamedTuple):
    """All that a library says: texts, sources, and what each leg finds for some questions."""

    texts: dict[str, tuple[str, str]]
    sources: tuple[str, ...]
    found: list[list[str]]


def _answers(home: Path) -> Answers:
    with closing(Library.open(home)) as library:
        shelf = Shelf(library, Dense(library), Vectors())
        texts, found = {}, []
        for article in library.articles():
            for passage in library.passages_of(article):
                # As an answer takes them: checked against the article's id.
                for cited, of in library.passages([passage.id]).values():
                    texts[passage.id] = (cited.text, of.title)
                vector = shelf.embedder.embed(matching_texts([passage]))[0]
                words = [word for word in passage.text.split() if len(word) == 8][:4]
                found.append([hit.passage_id for hit in library.search(words, 5, Scope())])
                found.append([hit.passage_id for hit in shelf.index.search(vector, 5)])
        return Answers(texts, library.sources(), found)


def _difference(found: Answers, expected: Answers) -> str:
    parts = [name for name in Answers._fields if getattr(found, name) != getattr(expected, name)]
    wrong = [item for item in found.texts.items() if item not in expected.texts.items()][:2]
    return f"differs in {', '.join(parts)}: {wrong}"


def tried(trial: Trial, pages: Sequence[Spoilt], within_s: float = 120.0) -> Iterator[Fared]:
    """Spoil pages in a process of its own; a page at which it crashes or hangs is told as wrong."""
    left = list(pages)
    while left:
        said = trial.notes / "pages"
        said.unlink(missing_ok=True)
        status = ended(
            trial.started(try_pages, trial.home, left, trial.home.parent / "scratch", said), within_s
        )
        lines = said.read_text(encoding="utf-8").splitlines() if said.exists() else []
        for line in lines:
            spoilt, *rest = json.loads(line)
            yield Fared(Spoilt(*spoilt), *rest)
        left = left[len(lines) :]
        if left and status != 0:
            yield Fared(left[0], WRONG, False, f"the reader ended with {status}")
            left = left[1:]


def closed(home: Path) -> None:
    """Bring everything into the library's one file."""
    with closing(Collection(home, config_of(home), Vectors())) as collection:
        collection.library._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
