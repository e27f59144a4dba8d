"""Invented news items by hand: some disagree on what is asked, some only look as if they did."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from evals.cases import CaseError

FOLDER = Path(__file__).parent
# The file of those that nothing was tuned on.
_ASIDE = "aside"


@dataclass(frozen=True, slots=True)
class Item:
    """An article: outlet, day, the place of its dateline, and what it says."""

    outlet: str | None
    day: date | None
    place: str | None
    words: str

    @property
    def text(self) -> str:
        """The article as a text file has it: its day, then its words behind the dateline."""
        dated = f"{self.day.day} {self.day:%B} {self.day.year}\n\n" if self.day else ""
        line = f"{self.place} ({self.outlet}) — " if self.place and self.outlet else ""
        return f"{dated}{line}{self.words}"


@dataclass(frozen=True, slots=True)
class Pair:
    """A question and the articles that it is asked of; `says` is what each answers, if they differ.

    Nothing was tuned on what is `aside`.
    """

    ask: str
    kind: str
    items: tuple[Item, ...]
    says: tuple[str, ...] = ()
    aside: bool = False

    @property
    def differs(self) -> bool:
        """Whether the articles disagree."""
        return bool(self.says)

    @property
    def newer(self) -> str | None:
        """The value of the article that is newer than all with another value, if the days tell."""
        days = [item.day for item in self.items]
        known = [day for day in days if day is not None]
        if len(known) < len(days) or len(days) != len(self.says):
            return None
        last = {value for value, day in zip(self.says, known, strict=True) if day == max(known)}
        return last.pop() if len(last) == 1 else None


def load(folder: Path = FOLDER) -> tuple[Pair, ...]:
    """Those that differ, those that do not, and both kinds that were kept aside.

    Raises CaseError for a file that cannot be used.
    """
    try:
        return tuple(pair for name in ("differ", "agree", _ASIDE) for pair in _read(folder / f"{name}.yaml"))
    except (OSError, KeyError, TypeError, ValueError, yaml.YAMLError) as error:
        raise CaseError(f"{folder}: {' '.join(str(error).split())}") from error


def _read(path: Path) -> Iterator[Pair]:
    rows: list[Mapping[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    for row in rows:
        items = tuple(Item(*article) for article in row["articles"])
        yield Pair(row["ask"], row["kind"], items, tuple(row.get("says", ())), path.stem == _ASIDE)
