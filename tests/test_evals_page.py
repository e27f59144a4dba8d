"""The page of a run stands alone, escapes everything, and shows what failed and where it was lost."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from evals import plots
from evals.cases import load
from evals.gate import Verdict
from evals.page import page
from evals.rates import rates
from evals.run import Rate, Record
from evals.score import score
from evals.statistics import calibration, calibration_error, risk_coverage
from rag.articles import from_text
from rag.types import Answer, Evidence, Passage, Question, Span, Trace

EVIL = "<script>alert(1)</script> & \"quoted\" 'too'"
CASE = next(case for case in load() if case.status == "answered")


def record(question: str = "who?", gold: str = "Ito opened it.", passed: bool = False) -> Record:
    """A case whose gold was retrieved and not read."""
    text = f"{gold} {EVIL} Nobody came."
    article = from_text(text, "a<b>.txt")
    spans = (Span(0, len(gold)), Span(len(gold) + 1, len(text)))
    evidence = Evidence(Passage("p", article.id, 0, len(text), text, spans), article, 1.0, 1)
    silent = Answer(
        *(Question(question), "not_in_articles", (), (), (evidence,), (), f"Silent: {EVIL}", "quote", 0.8),
        trace=Trace("c", ms={"retrieve": 12.0, "answer": 3.0}),
    )
    case = replace(CASE, question=question, gold=(gold,), why=f"Since {EVIL} is hard.")
    scores = tuple(replace(s, value=1.0) for s in score(case, silent)) if passed else score(case, silent)
    return Record(case, silent, scores, None, "seeds")


def drawn(records: list[Record], verdict: Verdict = Verdict(())) -> str:
    """The page of these records."""
    return page(records, rates(records), verdict)


class Balance(HTMLParser):
    """Counts what is opened and closed, and what would be fetched or run."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember what is open, and what reaches out of the page."""
        if tag not in ("meta", "line", "rect", "polyline"):
            self.open.append(tag)
        reaching = {"src", "href", "onclick", "onload", "style"} & {name for name, _ in attrs}
        self.wrong += [tag] if tag == "script" or reaching else []

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Nothing stays open."""

    def handle_endtag(self, tag: str) -> None:
        """Close what was opened last, or say that it was not."""
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"/{tag}")


def test_it_stands_alone_and_runs_nothing() -> None:
    """Every tag is closed; no script, no address, no handler, whatever question, article and answer hold."""
    html = drawn([record(EVIL), record(passed=True)], Verdict((EVIL,), (EVIL,), (EVIL,)))
    seen = Balance()
    seen.feed(html)
    assert [] == seen.wrong == seen.open
    assert EVIL not in html
    assert "&lt;script&gt;" in html
    assert not re.search(r"url\(|@import|https?:", html)


def test_a_failed_case_is_shown_with_what_lost_it() -> None:
    """Question, gold, evidence with gold marked, the reasons and the step; a passed case is not there."""
    html = drawn([record("who opened it?"), record("and this one?", passed=True)])
    assert "1 of 2 cases failed" in html
    assert "who opened it?" in html and "and this one?" not in html
    assert "<mark>Ito opened it.</mark>" in html
    assert "retrieved, and not read as the answer" in html
    assert "status: not_in_articles, expected answered" in html
    assert "a&lt;b&gt;.txt" in html


def test_citations_stand_beside_correctness() -> None:
    """The precision of citations is not shown without how many answers were right."""
    html = drawn([record()])
    assert html.index("facts right: 0 of 1") < html.index("precision of citations")


def test_the_verdict_stands_first() -> None:
    """Closed with its reasons, or open."""
    assert "The gate is closed." in drawn([record()], Verdict(("all cases: 5 lost",)))
    assert "all cases: 5 lost" in drawn([record()], Verdict(("all cases: 5 lost",)))
    assert "The gate holds." in drawn([record(passed=True)])


@pytest.mark.parametrize(
    "svg",
    [
        plots.bars([Rate("a", 0, 3), Rate("b", 3, 3), Rate("c", 0, 0)]),
        plots.curve([(0.5, 0.0), (1.0, 1.0)], "x", "y"),
        plots.reliability([(0.0, 1.0, 4), (1.0, 0.0, 1)], "x", "y"),
        plots.steps({"retrieve": (0.0, 0.0)}),
        plots.steps({"retrieve": (10.0, 90.0), "answer": (1.0, 2.0)}),
    ],
)
def test_plots_stay_inside_their_frame(svg: str) -> None:
    """Every coordinate lies within the view, for rates of 0 and 1 and for nothing at all."""
    wide, high = map(float, re.search(r'viewBox="0 0 (\d+) (\d+)"', svg).groups())  # type: ignore[union-attr]
    across = [float(value) for value in re.findall(r' (?:x|x1|x2|cx)="([^"]+)"', svg)]
    down = [float(value) for value in re.findall(r' (?:y|y1|y2|cy)="([^"]+)"', svg)]
    for points in re.findall(r'points="([^"]+)"', svg):
        across += [float(pair.split(",")[0]) for pair in points.split()]
        down += [float(pair.split(",")[1]) for pair in points.split()]
    assert across and 0 <= min(across) and max(across) <= wide
    assert down and 0 <= min(down) and max(down) <= high


def test_risk_falls_with_the_surest_first() -> None:
    """Of the surest half none is wrong, of all half is."""
    points = risk_coverage([0.9, 0.1, 0.8, 0.2], [True, False, True, False])
    assert [(0.25, 0.0), (0.5, 0.0), (0.75, 1 / 3), (1.0, 0.5)] == points


def test_calibration_is_the_gap_between_sure_and_right() -> None:
    """Bins hold their mean confidence and share right; the error weighs the gaps by how many."""
    points = calibration([0.95, 1.0, 0.0], [True, False, False])
    assert [(0.0, 0.0, 1), (0.975, 0.5, 2)] == points
    assert calibration_error(points) == pytest.approx(0.475 * 2 / 3)
    assert 0.0 == calibration_error([])
