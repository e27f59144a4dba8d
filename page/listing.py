"""What is sought on the shelf -> its list and its plot; without Gradio."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from page.asking import day_of
from rag.library import Library
from rag.listed import Sought
from rag.show import (
    OTHERS,
    TOLD_APART,
    Sheet,
    outlet_key,
    outlet_name,
    shelf_html,
    timeline_html,
    unit_of,
)

ANY = "any"
AT_ONCE = 25
_EARLIER_TOLD = 20
_MOST_WORDS = 300

Ranked = Sequence[str | None]


@dataclass(frozen=True, slots=True)
class Picked:
    """What stands in the fields above the list; an outlet by its key."""

    words: str = ""
    outlet: str = ANY
    since: str = ""
    until: str = ""
    undated: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the list a reader is: which page, and of which article the earlier versions are unfolded."""

    page: int = 0
    unfolded: str = ""


def sought_of(picked: Picked, ranked: Ranked) -> Sought:
    """What the fields ask for. Raises UsageError for a day that is none."""
    since, until = (day_of(day, "a day") for day in (picked.since, picked.until))
    names: tuple[str | None, ...] | None = None
    but: tuple[str | None, ...] = ()
    if picked.outlet == OTHERS:
        but = tuple(ranked[:TOLD_APART])
    elif picked.outlet != ANY:
        names = tuple(outlet for outlet in ranked if outlet_key(outlet) == picked.outlet)
    if picked.undated:
        since = until = None
    return Sought(picked.words[:_MOST_WORDS].strip(), names, but, since, until, picked.undated)


def choices(ranked: Ranked) -> list[tuple[str, str]]:
    """The outlets to choose from, as they are shown, with their keys: names in alphabetical order."""
    named = sorted((outlet_name(outlet_key(o)), outlet_key(o)) for o in ranked if o is not None)
    unknown = [("Unknown outlet", outlet_key(None))] if None in ranked else []
    others = [("Other outlets", OTHERS)] if len(ranked) > TOLD_APART else []
    return [("Any outlet", ANY), *named, *unknown, *others]


def list_html(library: Library, sought: Sought, place: Place, fixed: bool = False, said: str = "") -> str:
    """A page of the articles that fit; the last page where there is no such page any more."""
    total = library.found(sought)
    page = max(0, min(place.page, (total - 1) // AT_ONCE))
    rows = library.listed(sought, page * AT_ONCE, AT_ONCE)
    unfolded = {row.id for row in rows} & {place.unfolded}
    earlier = {key: library.earlier(key, _EARLIER_TOLD) for key in unfolded}
    narrowed = sought != Sought()
    return shelf_html(Sheet(rows, page * AT_ONCE, total, AT_ONCE, earlier, narrowed, fixed), said)


def plot_html(library: Library, sought: Sought, ranked: Ranked) -> str:
    """The timeline of the articles that fit."""
    days = library.first_and_last(sought)
    unit = "day" if days is None else unit_of(*days)
    return timeline_html(library.counted(sought, unit), unit, ranked, sought != Sought())
