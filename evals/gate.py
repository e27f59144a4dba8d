"""Records beside the baseline -> what stops a change, what it made worse, and what it made better; pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from evals.baseline import Row, row
from evals.rates import DECIDING, MEANS
from evals.run import Rate, Record
from evals.statistics import clustered, mcnemar

# A loss counts from so many cases on, when it is that unlikely to be chance: four lost and none won, or six
# and one. Processors round int8 arithmetic differently, so that a case or two may flip on another machine.
LOST, CHANCE = 4, 1 / 16
# A mean counts as worse from this much on, when its paired interval lies wholly below nothing.
LESS = 0.02
# What must hold in every single case.
INVARIANTS = ("citations", "filtered")


class Pair(NamedTuple):
    """One case as it was and as it is."""

    before: Row
    after: Row
    cluster: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """`stops` is empty when the change may pass; `worse` and `better` are lines on changed cases."""

    stops: tuple[str, ...]
    worse: tuple[str, ...] = ()
    better: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def judge(
    records: Sequence[Record],
    before: Mapping[str, Row],
    rates: Iterable[Rate],
    floors: Mapping[str, float],
) -> Verdict:
    """What stops the change: a broken invariant, a floor, a case that is gone, or a paired loss."""
    pairs = _pairs(records, before)
    gone = [name for name in before if name not in {r.case.id for r in records}]
    stops = [*broken(records), *below(rates, floors), *_lost(pairs), *_less(pairs)]
    stops += [f"cases of the baseline that are gone: {', '.join(gone)}"] if gone else []
    fresh = [r.case.id for r in records if r.case.id not in {p.after.id for p in pairs}]
    notes = [f"{len(fresh)} cases are new or changed, and compared with nothing: {', '.join(fresh)}"]
    return Verdict(
        tuple(stops),
        tuple(_changed(p) for p in pairs if p.before.passed and not p.after.passed),
        tuple(_changed(p) for p in pairs if p.after.passed and not p.before.passed),
        tuple(notes if fresh and before else ()),
    )


def broken(records: Sequence[Record]) -> Iterator[str]:
    """What must never happen, and did: a crash, a citation that is none, something that must not be shown."""
    for record in records:
        if record.error is not None:
            yield f"crashed: {record.case.id}: {record.error}"
        for score in record.scores:
            if score.passed:
                continue
            if score.name in INVARIANTS or (record.case.invariant and score.name == "forbidden"):
                yield f"broken: {record.case.id}: {score.name}: {score.reason}"


def below(rates: Iterable[Rate], floors: Mapping[str, float]) -> list[str]:
    """One line for each floor that is not reached, or that no rate answers to."""
    by_name = {rate.name: rate for rate in rates}
    return [
        f"floor: {name}: {by_name[name].share:.3f} is below {floor:.3f}"
        if name in by_name
        else f"floor: {name}: a floor without a rate"
        for name, floor in floors.items()
        if name not in by_name or by_name[name].share < floor
    ]


def _pairs(records: Sequence[Record], before: Mapping[str, Row]) -> list[Pair]:
    """Cases that ask and expect what they did."""
    now = [(row(record), record.cluster) for record in records]
    return [
        Pair(before[each.id], each, cluster)
        for each, cluster in now
        if each.id in before and before[each.id].asked == each.asked
    ]


def _lost(pairs: Sequence[Pair]) -> Iterator[str]:
    """Groups of cases, and scores, that lost more than chance would take."""
    groups: dict[str, list[tuple[str, bool, bool]]] = {}
    for before, after, _ in pairs:
        for group in ("all cases", f"kind {after.kind}"):
            groups.setdefault(group, []).append((after.id, before.passed, after.passed))
        for name in DECIDING:
            if name in before.scores and name in after.scores:
                was, now = before.scores[name] == 1.0, after.scores[name] == 1.0
                groups.setdefault(f"score {name}", []).append((after.id, was, now))
    for group, changes in groups.items():
        worse = [name for name, was, now in changes if was and not now]
        better = sum(now and not was for _, was, now in changes)
        chance = mcnemar(len(worse), better)
        if len(worse) - better >= LOST and chance <= CHANCE:
            yield f"{group}: {len(worse)} lost, {better} won (p {chance:.4f}): {', '.join(worse)}"


def _less(pairs: Sequence[Pair]) -> Iterator[str]:
    """Means that fell by more than counts as nothing, with the cases that fell."""
    for name in MEANS:
        both = [p for p in pairs if name in p.before.scores and name in p.after.scores]
        if not both:
            continue
        apart = [p.after.scores[name] - p.before.scores[name] for p in both]
        change = clustered(apart, [p.cluster for p in both])
        if change.value <= -LESS and change.high < 0:
            fell = [p.after.id for p, by in zip(both, apart, strict=True) if by < 0]
            yield f"{name}: changed by {change}: {', '.join(fell)}"


def _changed(pair: Pair) -> str:
    before, after = pair.before.scores, pair.after.scores
    told = [
        f"{name} {before[name]:g} -> {after[name]:g}"
        for name in (*DECIDING, *MEANS)
        if name in before and name in after and before[name] != after[name]
    ]
    return f"{pair.after.id} ({pair.after.kind}): {', '.join(told) or 'crashed before or now'}"
