"""The cases: what is asked, and what the answer must and must not hold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent / "cases"
KINDS = ("fact", "date", "number", "list", "follow-up", "unanswerable", "false-premise")
_REQUIRED = {"id", "kind", "question", "status", "must", "must_not", "cite", "gold", "why"}
_ALLOWED = _REQUIRED | {"history"}


class CaseError(Exception):
    """A case file cannot be used."""


@dataclass(frozen=True, slots=True)
class Case:
    """One question with what is known of its answer.

    `must` holds groups of accepted forms, of each of which one must stand in the answer; `cite` the
    beginnings of the names of articles, of which one must be cited; `gold` sentences that answer.
    """

    id: str
    kind: str
    question: str
    history: tuple[str, ...]
    status: str
    must: tuple[tuple[str, ...], ...]
    must_not: tuple[str, ...]
    cite: tuple[str, ...]
    gold: tuple[str, ...]
    why: str


def load(folder: Path = FOLDER) -> tuple[Case, ...]:
    """Every case in the folder's YAML files, in order. Raises CaseError for one that is malformed."""
    cases = tuple(case for path in sorted(folder.glob("*.yaml")) for case in _read(path))
    if not cases:
        raise CaseError(f"no cases in {folder}")
    ids = [case.id for case in cases]
    if repeated := sorted({name for name in ids if ids.count(name) > 1}):
        raise CaseError(f"case ids that stand twice: {', '.join(repeated)}")
    return cases


def _read(path: Path) -> Iterable[Case]:
    try:
        stored = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise CaseError(f"{path}: {' '.join(str(error).split())}") from error
    if not isinstance(stored, list):
        raise CaseError(f"{path}: must be a list of cases")
    return [_case(item, path) for item in stored]


def _case(item: Any, path: Path) -> Case:
    if not isinstance(item, dict) or not set(item) >= _REQUIRED or not set(item) <= _ALLOWED:
        name = item.get("id", "?") if isinstance(item, dict) else "?"
        raise CaseError(f"{path}: case {name} must have {', '.join(sorted(_REQUIRED))}, and may have history")
    if item["kind"] not in KINDS or item["status"] not in ("answered", "not_in_articles"):
        raise CaseError(f"{path}: case {item['id']} has an unknown kind or status")
    return Case(
        id=item["id"],
        kind=item["kind"],
        question=item["question"],
        history=tuple(item.get("history") or ()),
        status=item["status"],
        must=tuple(tuple(group) for group in item["must"]),
        must_not=tuple(item["must_not"]),
        cite=tuple(item["cite"]),
        gold=tuple(item["gold"]),
        why=item["why"],
    )
