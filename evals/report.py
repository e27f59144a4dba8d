"""Records and rates -> a Markdown table, and what failed with the reason; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from evals.run import Rate, Record


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


def failures(records: Sequence[Record]) -> str:
    """Each case that failed: what was asked, what was answered, and which scores say what."""
    return "\n".join(_failure(record) for record in records if not record.passed)


def _failure(record: Record) -> str:
    lines = [f"- **{record.case.id}** ({record.case.kind}): {record.case.question}"]
    if record.error:
        lines.append(f"  - ended with {record.error}")
    lines += [f"  - {s.name}: {s.reason}" for s in record.scores if not s.passed]
    if record.answer:
        lines.append(f"  - answer: {' '.join(record.answer.text.split())}")
    return "\n".join(lines)


def below(rates: Sequence[Rate], floors: Mapping[str, float]) -> list[str]:
    """One line for each floor that is not reached, or that no rate answers to."""
    by_name = {rate.name: rate for rate in rates}
    return [
        f"{name}: {by_name[name].share:.3f} is below {floor:.3f}"
        if name in by_name
        else f"{name}: a floor without a rate"
        for name, floor in floors.items()
        if name not in by_name or by_name[name].share < floor
    ]
