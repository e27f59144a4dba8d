"""Records and rates -> one page of HTML that needs nothing else; pure, and everything in it is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from evals import plots
from evals.gate import Verdict
from evals.rates import carried, due, means
from evals.run import Rate, Record
from evals.statistics import calibration, calibration_error, risk_coverage

_STYLE = """
:root { color-scheme: light dark; --ink: light-dark(#1d2430, #e6e9ef); --paper: light-dark(#fff, #14181f);
  --soft: light-dark(#5b6575, #9aa5b8); --edge: light-dark(#d5dae2, #333b48);
  --blue: light-dark(#2458a6, #7fb0ff); --red: light-dark(#a61b1b, #ff8d85);
  --green: light-dark(#1f6f43, #7fd6a4); }
body { margin: 2rem auto; max-width: 60rem; padding: 0 1rem; font: 16px/1.5 system-ui, sans-serif;
  color: var(--ink); background: var(--paper); }
h1 { font-size: 1.5rem } h2 { font-size: 1.15rem; margin-top: 2.2rem }
svg { width: 100%; max-width: 44rem; height: auto; display: block; font-size: 12px }
svg text { fill: var(--soft) } .grid { stroke: var(--edge) } .span { stroke: var(--soft); stroke-width: 2 }
.dot, .bar { fill: var(--blue) } .curve { fill: none; stroke: var(--blue); stroke-width: 2 }
.closed { color: var(--red) } .open { color: var(--green) }
details { border-top: 1px solid var(--edge); padding: .5rem 0 } summary { cursor: pointer }
dl { display: grid; grid-template-columns: 8rem 1fr; gap: .3rem 1rem; margin: .6rem 0 }
dt { color: var(--soft) } dd { margin: 0; overflow-wrap: anywhere } ol { margin: 0; padding-left: 1.2rem }
mark { background: light-dark(#fff0a8, #5a4d00); color: inherit }
"""


def page(records: Sequence[Record], rates: Sequence[Rate], verdict: Verdict) -> str:
    """The whole page: verdict, plots, and each failed case with the step that lost it."""
    failed = [record for record in records if not record.passed]
    parts = [
        _verdict(verdict),
        _section("Rates, with 95 % intervals", plots.bars(rates)),
        _citations(records),
        _sureness(records),
        _section("Milliseconds by step", plots.steps(_times(records))),
        _section(f"{len(failed)} of {len(records)} cases failed", "".join(map(_case, failed))),
    ]
    head = f'<meta charset="utf-8"><title>Pressroom: evals</title><style>{_STYLE}</style>'
    return f"<!doctype html><html lang=en><head>{head}</head><body>{''.join(parts)}</body></html>\n"


def _verdict(verdict: Verdict) -> str:
    kind, told = ("closed", "The gate is closed.") if verdict.stops else ("open", "The gate holds.")
    lists = (("Stops it", verdict.stops), ("Worse", verdict.worse), ("Better", verdict.better))
    parts = [f"<h2>{name}</h2>{_list(lines)}" for name, lines in lists if lines]
    return f'<h1>Evals: <span class="{kind}">{told}</span></h1>{"".join(parts)}'


def _citations(records: Sequence[Record]) -> str:
    """Citation scores with correctness beside them."""
    asked = [r for r in records if r.case.status == "answered"]
    if not asked:
        return ""
    right = sum(due(r, "facts") == 1.0 for r in asked)
    whole, found = carried(asked), means(asked)
    lines = (
        f"facts right: {right} of {len(asked)}",
        f"precision of citations: {found['precision']}",
        f"recall of facts by cited gold: {found['recall']}",
        f"right, and every fact carried by a cited gold sentence: {sum(whole)} of {len(whole)}",
    )
    return _section("Citations, beside correctness", _list(lines))


def _sureness(records: Sequence[Record]) -> str:
    answered = [r for r in records if r.answer is not None]
    sure = [r.answer.confidence for r in answered if r.answer is not None]
    right = [r.passed for r in answered]
    if not answered:
        return ""
    kept, bins = risk_coverage(sure, right), calibration(sure, right)
    area = sum(risk for _, risk in kept) / len(kept)
    return _section(
        f"Wrong cases among the surest (AURC {area:.3f})",
        plots.curve(kept, "share of the cases kept, the surest first", "share of them wrong"),
    ) + _section(
        f"How sure, and how often right (expected calibration error {calibration_error(bins):.3f})",
        plots.reliability(bins, "confidence", "share right"),
    )


def _times(records: Sequence[Record]) -> dict[str, tuple[float, float]]:
    found: dict[str, list[float]] = {}
    for record in records:
        for step, ms in record.ms.items():
            found.setdefault(step, []).append(ms)
    ordered = {step: sorted(each) for step, each in found.items()}
    return {step: (each[len(each) // 2], each[len(each) * 9 // 10]) for step, each in ordered.items()}


def _case(record: Record) -> str:
    case, answer = record.case, record.answer
    rows = [
        ("asked before", _list(case.history)),
        ("question", escape(case.question)),
        ("ended with", escape(record.error or "")),
        ("failed", _list(f"{s.name}: {s.reason}" for s in record.scores if not s.passed)),
        ("lost", escape(record.lost)),
        ("answer", escape(answer.text) if answer else ""),
        ("gold", _list(case.gold)),
        ("evidence", _evidence(record)),
        ("why asked", escape(case.why)),
    ]
    told = "".join(f"<dt>{name}</dt><dd>{html}</dd>" for name, html in rows if html)
    name = f"{escape(case.id)} ({escape(case.kind)})"
    return f"<details><summary>{name}: {escape(case.question)}</summary><dl>{told}</dl></details>"


def _evidence(record: Record) -> str:
    """Each passage with its source, gold sentences marked."""
    if record.answer is None:
        return ""
    items = []
    for found in record.answer.evidence:
        sentences = (found.article.text[a:b] for a, b in found.passage.sentences)
        marked = (f"<mark>{escape(s)}</mark>" if s in record.case.gold else escape(s) for s in sentences)
        items.append(f"<li>{escape(found.article.source)}: {' '.join(marked)}</li>")
    return f"<ol>{''.join(items)}</ol>"


def _section(title: str, html: str) -> str:
    return f"<h2>{escape(title)}</h2>{html}"


def _list(lines: Iterable[str]) -> str:
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return f"<ul>{items}</ul>" if items else ""
