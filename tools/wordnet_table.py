"""Make the table of related words that the checks use, from WordNet's files.

    python tools/wordnet_table.py WORDNET_FOLDER NEWS.jsonl.gz > rag/verify/lexicon/wordnet.txt

WORDNET_FOLDER holds data.noun, data.verb ... as WordNet 3.0 has them (Debian: the package wordnet-base). Only
words that the news uses are kept. A line is a sense: the keys of its words, then, after a stroke, those of
what it is a kind of or is close to. Lines of nouns come first, a line "--" parts them from the rest.
"""

from __future__ import annotations

import gzip
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from rag.verify.lexicon.forms import key

# Of so many articles a word, in any of its forms, must stand in this many.
_ARTICLES, _LEAST = 5_000, 6
_WORD = re.compile(r"\b[a-z]{3,}\b")
# By kind of word, the pointers to what it is a kind of or is close to.
_POINTERS = {"n": {"@"}, "v": {"@", "$"}, "a": {"&", "^"}, "r": set()}
_FILES = {"n": "noun", "v": "verb", "a": "adj", "r": "adv"}
_LICENCE_LINES = 29


# A sense is told by its kind and its offset.
_Place = tuple[str, str]


class _Sense(NamedTuple):
    words: tuple[str, ...]
    pointers: tuple[tuple[str, _Place], ...]


def main() -> int:
    """Print the table, headed by WordNet's licence."""
    folder, news = map(Path, sys.argv[1:3])
    used = _used(news)
    header = (folder / "data.noun").read_text(encoding="utf-8").splitlines()[:_LICENCE_LINES]
    print("\n".join(re.sub(r"^ *\d+ *", "# ", line).rstrip() for line in header))
    senses = dict(sense for kind in _FILES for sense in _senses(folder, kind))
    nouns = {_line(senses, place, _POINTERS["n"], used) for place in senses if place[0] == "n"}
    print("\n".join(sorted(filter(None, nouns))))
    print("--")
    others = {_line(senses, place, _POINTERS[place[0]], used) for place in senses if place[0] != "n"}
    print("\n".join(sorted(filter(None, others))))
    return 0


def _used(news: Path) -> frozenset[str]:
    """The keys of the words that enough articles use."""
    found: Counter[str] = Counter()
    with gzip.open(news, "rt", encoding="utf-8") as rows:
        for _, row in zip(range(_ARTICLES), rows, strict=False):
            found.update({key(word) for word in _WORD.findall(json.loads(row)["text"])})
    return frozenset(word for word, count in found.items() if count >= _LEAST)


def _line(senses: dict[_Place, _Sense], place: _Place, pointers: set[str], used: frozenset[str]) -> str:
    """One sense with what these pointers lead to, or nothing if fewer than two words are used."""
    sense = senses[place]
    own = _kept(sense.words, used)
    near = _kept([word for how, to in sense.pointers if how in pointers for word in senses[to].words], used)
    wider = [word for word in near if word not in own]
    if not own or len(own) + len(wider) == 1:
        return ""
    return " ".join(own) + (f"|{' '.join(wider)}" if wider else "")


def _kept(written: Iterable[str], used: frozenset[str]) -> list[str]:
    return sorted({key(word) for word in written if _WORD.fullmatch(word) and key(word) in used})


def _senses(folder: Path, kind: str) -> Iterator[tuple[_Place, _Sense]]:
    """The senses of one kind of words; wndb(5WN) says how they are written."""
    for line in (folder / f"data.{_FILES[kind]}").read_text(encoding="utf-8").splitlines():
        fields = line.split()
        if line.startswith(" "):
            continue
        count = int(fields[3], 16)
        words = tuple(re.sub(r"\(.*\)", "", word).lower() for word in fields[4 : 4 + 2 * count : 2])
        start = 5 + 2 * count
        rest = fields[start : start + 4 * int(fields[start - 1])]
        pointers = tuple(
            (how, ("a" if to == "s" else to, offset))
            for how, offset, to in zip(rest[::4], rest[1::4], rest[2::4], strict=True)
        )
        yield (kind, fields[0]), _Sense(words, pointers)


if __name__ == "__main__":
    sys.exit(main())
