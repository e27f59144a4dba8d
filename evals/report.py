"""Records, rates and a verdict -> Markdown; pure, without times, so that equal runs print equal reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from evals.bench.intervals import Mean
from evals.gate import INVARIANTS, Verdict
from evals.rates import RETRIEVAL, carried, grouped, means
from evals.run import Rate, Record
from evals.statistics import at_most, wilson


def summary(
    records: Sequence[Record], rates: Sequence[Rate], floors: Mapping[str, float], verdict: Verdict
) -> str:
    """The whole report of one run but for its failures."""
    parts = (
        verdict_lines(verdict),
        invariants(records),
        table(rates, floors),
        citations(records),
        retrieval(records),
        tokens(records),
    )
    return "\n\n".join(part for part in parts if part)


def verdict_lines(verdict: Verdict) -> str:
    """Whether the gate holds, and every line that says why or what changed."""
    head = "**The gate is closed.**" if verdict.stops else "The gate holds."
    lists = (
        ("stops it", verdict.stops),
        ("worse", verdict.worse),
        ("better", verdict.better),
        ("note", verdict.notes),
    )
    return "\n".join([head, *(f"- {name}: {line}" for name, lines in lists for line in lines)])


def invariants(records: Sequence[Record]) -> str:
    """What must never happen: how often it did, and below what its rate lies when it never did."""
    lines = ["| must never happen | seen | of | rate at most |", "|---|--:|--:|--:|"]
    watched = {name: [r for r in records if r.value(name) is not None] for name in INVARIANTS}
    seen = {name: sum(r.value(name) != 1.0 for r in chosen) for name, chosen in watched.items()}
    kept = [r for r in records if r.case.invariant and r.value("forbidden") is not None]
    rows = (
        ("crash", sum(r.error is not None for r in records), len(records)),
        ("answer with a broken citation", seen["citations"], len(watched["citations"])),
        ("answer citing what its filters keep out", seen["filtered"], len(watched["filtered"])),
        ("debris, order or old version shown", sum(r.value("forbidden") != 1.0 for r in kept), len(kept)),
    )
    for name, count, total in rows:
        bound = at_most(total) if count == 0 else wilson(count, total)[1]
        lines.append(f"| {name} | {count} | {total} | {bound:.3f} |")
    return "\n".join(lines)


def table(rates: Sequence[Rate], floors: Mapping[str, float]) -> str:
    """A Markdown table of rates with intervals beside their floors."""
    lines = ["| | right | of | rate | 95 % interval | floor |", "|---|--:|--:|--:|--:|--:|"]
    for rate in rates:
        low, high = rate.interval
        floor = floors.get(rate.name)
        mark = "" if floor is None else f"{floor:.3f}" + (" **below**" if rate.share < floor else "")
        lines.append(
            f"| {rate.name} | {rate.right} | {rate.total} | {rate.share:.3f}"
            f" | {low:.3f} to {high:.3f} | {mark} |"
        )
    return "\n".join(lines)


def citations(records: Sequence[Record]) -> str:
    """Citation scores, never without correctness beside them; nothing when no answer is due."""
    head = "| answers due | of | facts right | precision of citations | recall of facts | right and carried |"
    lines = [head, "|---|--:|--:|--:|--:|--:|"]
    due = [r for r in records if r.case.status == "answered"]
    for name, chosen in (("all", due), *grouped(due, lambda r: r.suite)):
        if not chosen:
            return ""
        found, whole = means(chosen), carried(chosen)
        right = sum(r.value("facts") == 1.0 for r in chosen)
        lines.append(
            f"| {name} | {len(chosen)} | {_share(right, len(chosen))} | {found['precision']}"
            f" | {found['recall']} | {_share(sum(whole), len(whole))} |"
        )
    return "\n".join(lines)


def retrieval(records: Sequence[Record]) -> str:
    """Whether the evidence held a sentence that answers, and at which rank."""
    due = [r for r in records if r.case.status == "answered"]
    if not due:
        return ""
    lines = [f"| evidence | of | {' | '.join(RETRIEVAL)} |", "|---|--:|--:|--:|--:|"]
    for name, chosen in (("all", due), *grouped(due, lambda r: r.suite)):
        found = means(chosen)
        lines.append(f"| {name} | {len(chosen)} | {' | '.join(str(found[kind]) for kind in RETRIEVAL)} |")
    return "\n".join(lines)


def tokens(records: Sequence[Record]) -> str:
    """How long evidence and answers are."""
    if not records:
        return ""
    evidence = sum(r.tokens[0] for r in records) / len(records)
    answer = sum(r.tokens[1] for r in records) / len(records)
    return f"Tokens a question (WordPiece): {evidence:.0f} of evidence, {answer:.0f} of answer."


def times(records: Sequence[Record]) -> str:
    """Milliseconds a step, the median and the ninetieth percentile; never the same twice."""
    steps = dict.fromkeys(step for r in records for step in r.ms)
    parts = []
    for step in steps:
        each = sorted(r.ms[step] for r in records if step in r.ms)
        parts.append(f"{step} {each[len(each) // 2]:.0f} ({each[len(each) * 9 // 10]:.0f})")
    return f"milliseconds, median (ninetieth percentile): {', '.join(parts)}"


def side_by_side(quoted: Sequence[Rate], written: Sequence[Rate], model: str) -> str:
    """The rates of quoting and of a model, on the same cases."""
    by_name = {rate.name: rate for rate in written}
    lines = [f"| | of | quoting | {model} | 95 % interval |", "|---|--:|--:|--:|--:|"]
    for rate in quoted:
        if (other := by_name.get(rate.name)) is not None:
            low, high = other.interval
            cells = f"{rate.share:.3f} | {other.share:.3f} | {low:.3f} to {high:.3f}"
            lines.append(f"| {rate.name} | {other.total} | {cells} |")
    return "\n".join(lines)


def failures(records: Sequence[Record]) -> str:
    """Each case that failed: what was asked, what was answered, and which scores say what."""
    return "\n".join(_failure(record) for record in records if not record.passed)


def _failure(record: Record) -> str:
    lines = [f"- **{record.case.id}** ({record.case.kind}): {record.case.question}"]
    lines += [f"  - asked before: {line}" for line in record.case.history]
    if record.error:
        lines.append(f"  - ended with {record.error}")
    lines += [f"  - {s.name}: {s.reason}" for s in record.scores if not s.passed]
    if record.lost:
        lines.append(f"  - lost: {record.lost}")
    if record.answer:
        lines.append(f"  - answer: {' '.join(record.answer.text.split())}")
    lines += [f"  - gold: {sentence}" for sentence in record.case.gold]
    return "\n".join(lines)


def _share(right: int, total: int) -> str:
    low, high = wilson(right, total)
    return str(Mean(right / total if total else 1.0, low, high))
