"""What the browser sends -> a question to be asked; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from rag.assistant import MAX_QUESTION
from rag.errors import UsageError
from rag.types import Filters, Question

_MOST_BEFORE = 20


@dataclass(frozen=True, slots=True)
class Asking:
    """A question on its way in: with which filters, by quoting or not, and what was asked before it."""

    text: str
    filters: Filters = field(default_factory=Filters)
    quote: bool = False
    history: tuple[str, ...] = ()


def asking_of(
    sent: Mapping[str, Any], typed: str | None, picked: tuple[str, str, str], again: Question | None = None
) -> Asking | None:
    """The question that was sent: again, by a link with filters of its own, or as typed; None for nothing.

    `picked` are the days and the outlet of the filters, empty where none is picked. Raises UsageError.
    """
    if again is not None:
        return Asking(again.text, again.filters, history=again.history)
    text = asked_in(sent, typed)
    if not text:
        return None
    if len(text) > MAX_QUESTION:
        raise UsageError(f"the question is too long: {len(text):,} characters, at most {MAX_QUESTION:,}")
    if not sent.get("link"):
        return Asking(text, filters_of(*picked))
    before = sent.get("after") or []
    named = (str(sent.get(name) or "") for name in ("since", "until", "outlet"))
    return Asking(text, filters_of(*named), history=tuple(str(line) for line in before[:_MOST_BEFORE]))


def asked_in(sent: Mapping[str, Any], typed: str | None) -> str:
    """The question in what was sent, or else as typed; empty for none."""
    return str(sent.get("ask") or typed or "").strip()


def filters_of(since: str | None, until: str | None, outlet: str | None) -> Filters:
    """Filters of what was typed; empty for none. Raises UsageError for a day that is none."""
    return Filters(day_of(since, "since"), day_of(until, "until"), outlet=(outlet or "").strip() or None)


def day_of(text: str | None, what: str) -> date | None:
    """The day that was typed; None for nothing. Raises UsageError."""
    if not text or not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip()[:10])
    except ValueError:
        raise UsageError(f"{what} must be a day such as 2023-01-31, not {text[:40]!r}") from None
