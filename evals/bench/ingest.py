"""`python -m evals.bench ingest`: how fast articles get in, beside LlamaIndex and beside embedding alone."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from evals.bench import children
from evals.bench.children import Ingested, alone
from evals.bench.data import Story, write_lines
from evals.bench.peers import is_there
from evals.bench.ratios import HEAD, Line, at_least, at_most

Tell = Callable[[str], None]

_SMALL_PIECES = 256
_ADDED = 5
_SHARES = (0.1, 0.5, 1.0)
_LLAMA = "llama_index.vector_stores.chroma"


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn: our ingest, and LlamaIndex's seconds by its own nodes and by small ones, when it is there."""

    ours: Ingested
    default: float | None
    small: float | None


def measure(stories: Sequence[Story], runs: int, beside: bool, tell: Tell) -> Iterator[str]:
    """Lines of Markdown, each as it is known; some of the articles are kept to be added one by one.

    `beside` has LlamaIndex take in the same, where it is installed.
    """
    peer = beside and is_there(_LLAMA, tell, "llama-index-vector-stores-chroma")
    yield HEAD
    with tempfile.TemporaryDirectory(prefix="pressroom-bench-") as folder:
        home = Path(folder)
        file = write_lines(stories, home / "articles.jsonl")
        turns = [_turn(file, home / f"turn-{number}", peer, tell) for number in range(runs)]
        yield from map(str, lines(turns))
        tell("the same again as .txt files")
        first = statistics.median(turn.ours.first for turn in turns)
        texts = alone(children.text_files_again, file, home / "texts") / first
        yield str(at_most("the same .txt files again, % of the first ingest", (100 * texts,), 2))
        yield from _one_more(file, home, len(stories), tell)
    yield from ("", note(len(stories), turns))


def one_more(stories: Sequence[Story], tell: Tell) -> Iterator[str]:
    """The lines of `measure` that tell what one more article costs, and no others."""
    yield HEAD
    with tempfile.TemporaryDirectory(prefix="pressroom-bench-") as folder:
        home = Path(folder)
        yield from _one_more(write_lines(stories, home / "articles.jsonl"), home, len(stories), tell)


def _one_more(file: Path, home: Path, count: int, tell: Tell) -> Iterator[str]:
    tell("one article more")
    for size, ratios in alone(children.add_one, file, home / "added", sizes_for(count), _ADDED).items():
        yield str(at_most(f"one article added to {size:,}, until found / its own embedding", ratios, 3))


def sizes_for(count: int) -> tuple[int, ...]:
    """Sizes of the library to which articles are added, when so many are there in all."""
    most = max(1, count - _ADDED * len(_SHARES))
    return tuple(sorted({max(1, round(most * share)) for share in _SHARES}))


def _turn(file: Path, home: Path, peer: bool, tell: Tell) -> Turn:
    home.mkdir()
    tell(f"{home.name}: Pressroom")
    ours = alone(children.pressroom, file, home / "ours")
    if not peer:
        return Turn(ours, None, None)
    tell(f"{home.name}: LlamaIndex")
    default = alone(children.llama_index, file, home / "default", None)
    return Turn(ours, default, alone(children.llama_index, file, home / "small", _SMALL_PIECES))


def lines(turns: Sequence[Turn]) -> Iterator[Line]:
    """The comparisons that each turn holds one of."""
    default = tuple(turn.default / turn.ours.first for turn in turns if turn.default)
    small = tuple(turn.small / turn.ours.first for turn in turns if turn.small)
    if default:
        yield at_least("articles a second / LlamaIndex into Chroma, its defaults", default, 3)
        yield at_least(f"articles a second / the same, nodes of {_SMALL_PIECES} tokens", small, 3)
    beside = tuple(turn.ours.first / turn.ours.embedding for turn in turns)
    yield at_most("ingest / embedding the same passages alone", beside, 1.25)
    yield at_most("peak memory of an ingest, GB", tuple(turn.ours.peak_mb / 1000 for turn in turns), 1)
    again = tuple(100 * turn.ours.again / turn.ours.first for turn in turns)
    yield at_most("the same .jsonl again, % of the first ingest", again, 2)


def note(count: int, turns: Sequence[Turn]) -> str:
    """What the figures rest on."""
    rates = sorted(count / turn.ours.first for turn in turns)
    return (
        f"{count:,} articles in one .jsonl; Pressroom took in {statistics.median(rates):.1f} a second"
        f" ({rates[0]:.1f} to {rates[-1]:.1f}), each run in a process of its own, the model loaded before."
        " LlamaIndex cuts nodes of 1,024 tokens by default, of which the model reads the first 256, so most"
        f" of a long article is never embedded; with nodes of {_SMALL_PIECES} tokens all of it is. Embedding"
        f" alone is timed on at most {children.EMBEDDED_ALONE:,} of the passages. Libraries"
        " of .txt files, and those to which one article is added, hold vectors drawn at random."
    )
