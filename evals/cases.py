"""The cases: what is asked, and what the answer must and must not hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from rag.types import Filters

FOLDER = Path(__file__).parent / "cases"
KINDS = (
    *("fact", "list", "number", "date", "as-of", "compare", "conflict", "follow-up", "quote"),
    *("unanswerable", "false-premise", "injection"),
)
_REQUIRED = {"id", "kind", "question", "status", "must", "must_not", "cite", "gold", "why"}
_OPTIONAL = {"history", "filters", "from_metadata", "invariant"}
_LISTS = ("must", "must_not", "cite", "gold", "history")
_DAYS = {"since", "until", "as_of"}


class CaseError(Exception):
    """A case file cannot be used."""


@dataclass(frozen=True, slots=True)
class Case:
    """One question with what is known of its answer.

    `must` holds groups of accepted forms, of each of which one must stand in the answer, or, with
    `from_metadata`, in what is known of a cited article; `cite` the beginnings of the names of articles, of
    which one must be cited; `gold` sentences that answer, each by itself or together. The groups of a case of
    kind "conflict" are its sides. An `invariant` must hold whatever the baseline says.
    """

    id: str
    kind: str
    question: str
    history: tuple[str, ...]
    filters: Filters
    status: str
    must: tuple[tuple[str, ...], ...]
    must_not: tuple[str, ...]
    cite: tuple[str, ...]
    gold: tuple[str, ...]
    why: str
    from_metadata: bool = False
    invariant: bool = False


def load(folder: Path = FOLDER) -> tuple[Case, ...]:
    """Every case in the folder's YAML files, in order; without a folder, those on the seed articles.

    Raises CaseError for one that is malformed.
    """
    cases = tuple(case for path in sorted(folder.glob("*.yaml")) for case in _read(path))
    if not cases:
        raise CaseError(f"no cases in {folder}")
    unlike(cases)
    return cases


def unlike(cases: Iterable[Case]) -> None:
    """Raises CaseError when two cases have one id."""
    ids = [case.id for case in cases]
    if repeated := sorted({name for name in ids if ids.count(name) > 1}):
        raise CaseError(f"case ids that stand twice: {', '.join(repeated)}")


def _read(path: Path) -> Iterable[Case]:
    try:
        stored = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise CaseError(f"{path}: {' '.join(str(error).split())}") from error
    if not isinstance(stored, list):
        raise CaseError(f"{path}: must be a list of cases")
    return [_case(item, path) for item in stored]


def _case(item: Any, path: Path) -> Case:
    name = item.get("id", "?") if isinstance(item, dict) else "?"
    if fault := next(_malformed(item), None):
        raise CaseError(f"{path}: case {name} {fault}")
    return Case(
        id=item["id"],
        kind=item["kind"],
        question=item["question"],
        history=tuple(item.get("history", ())),
        filters=_filters(item.get("filters", {}), f"{path}: case {name}"),
        status=item["status"],
        must=tuple(tuple(group) for group in item["must"]),
        must_not=tuple(item["must_not"]),
        cite=tuple(item["cite"]),
        gold=tuple(item["gold"]),
        why=item["why"],
        from_metadata=item.get("from_metadata", False),
        invariant=item.get("invariant", False),
    )


def _malformed(item: Any) -> Iterator[str]:
    """What is wrong with the shape of a case; what comes after the first may not be asked for."""
    if not isinstance(item, dict) or not _REQUIRED <= set(item) <= _REQUIRED | _OPTIONAL:
        yield f"must have {', '.join(sorted(_REQUIRED))}, and may have {', '.join(sorted(_OPTIONAL))}"
    if not all(isinstance(item[name], str) for name in ("id", "kind", "question", "status", "why")):
        yield "has an id, kind, question, status or why that is no text"
    if not all(isinstance(item.get(name, []), list) for name in _LISTS):
        yield f"has something else than a list for one of {', '.join(_LISTS)}"
    if not all(isinstance(item.get(name, False), bool) for name in ("from_metadata", "invariant")):
        yield "has something else than true or false for from_metadata or invariant"
    groups = [*item["must"], item["must_not"], item["cite"], item["gold"], item.get("history", [])]
    if not all(isinstance(g, list) and all(isinstance(form, str) for form in g) for g in groups):
        yield "has a fact, sentence or earlier question that is no text (numbers need quotation marks)"
    if item["kind"] not in KINDS or item["status"] not in ("answered", "not_in_articles"):
        yield "has an unknown kind or status"


def _filters(given: Any, where: str) -> Filters:
    if not isinstance(given, Mapping) or not set(given) <= _DAYS | {"outlet"}:
        raise CaseError(f"{where}: filters may be since, until, as_of and outlet")
    if not isinstance(given.get("outlet", ""), str):
        raise CaseError(f"{where}: the outlet of a filter must be a name")
    days = {name: value for name, value in given.items() if name in _DAYS}
    if not all(type(day) is date for day in days.values()):
        raise CaseError(f"{where}: a day of a filter must be YYYY-MM-DD")
    return Filters(**days, outlet=given.get("outlet"))
