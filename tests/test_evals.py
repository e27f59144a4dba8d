"""The eval cases are true of the articles, the scorers see faults, and the gate closes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals import __main__ as gate
from evals import report
from evals.cases import Case, CaseError, load
from evals.run import Record, rates
from evals.score import score, wilson
from rag import Answer, Assistant
from rag.errors import LibraryError
from rag.types import Draft
from tests.conftest import SEEDS

CASES = load()
ARTICLES = {path.name: path.read_text(encoding="utf-8") for path in SEEDS.glob("*.txt")}


def plain(text: str) -> str:
    """Text as the scorers compare it."""
    return " ".join(text.translate(str.maketrans("“”‘’", "\"\"''")).casefold().split())


def test_there_are_cases_of_every_kind() -> None:
    """At least sixty cases, with follow-ups, silences and false premises among them."""
    kinds = [case.kind for case in CASES]
    assert len(CASES) >= 60
    for kind, least in (("follow-up", 8), ("unanswerable", 15), ("false-premise", 6), ("date", 10)):
        assert least <= kinds.count(kind)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_case_is_true_of_its_articles(case: Case) -> None:
    """Gold stands in a cited article, holds what is required and nothing that is forbidden."""
    cited = [text for name, text in ARTICLES.items() if name.startswith(case.cite)]
    assert all(any(gold in text for text in cited) for gold in case.gold)
    gold = plain(" ".join(case.gold))
    assert all(any(plain(form) in gold for form in group) for group in case.must)
    assert not any(plain(form) in gold for form in case.must_not)
    assert (case.status == "answered") == bool(case.gold) == bool(case.cite) == bool(case.must)


@pytest.fixture(scope="module")
def signed(assistant: Assistant) -> tuple[Case, Answer]:
    """A case that passes, and its answer."""
    case = next(
        case for case in CASES if case.id == "hamada-austin-documents" or "two documents" in case.question
    )
    answer = assistant.ask(case.question)
    assert all(s.passed for s in score(case, answer))
    return case, answer


def failed(case: Case, answer: Answer) -> set[str]:
    """Names of the scores that fail."""
    return {s.name for s in score(case, answer) if not s.passed}


def test_scorers_see_each_fault(signed: tuple[Case, Answer]) -> None:
    """An answer spoiled in one way fails the score that is there for it."""
    case, answer = signed
    first = answer.sentences[0]
    cited = first.citations[0]

    def with_citation(**change: Any) -> Answer:
        sentence = replace(first, citations=(replace(cited, **change),))
        return replace(answer, sentences=(sentence, *answer.sentences[1:]))

    assert {"citations"} <= failed(case, with_citation(start=cited.start + 1))
    assert {"citations"} <= failed(case, with_citation(quote=cited.quote + "."))
    assert {"citations"} <= failed(case, with_citation(start=0, end=20, quote=cited.article.text[:20]))
    assert {"citations"} <= failed(case, with_citation(n=7))
    assert {"citations"} <= failed(case, replace(answer, sentences=(replace(first, citations=()),)))
    assert {"facts"} <= failed(case, replace(answer, sentences=(replace(first, text="Nothing."),)))
    assert {"status", "facts", "cited"} <= failed(
        case, replace(answer, sentences=(), status="not_in_articles", silence="No.")
    )
    assert {"forbidden"} == failed(replace(case, must_not=("Memorandum",)), answer)
    assert {"cited"} == failed(replace(case, cite=("000",)), answer)


def test_a_crash_is_a_failure_and_no_zero(signed: tuple[Case, Answer]) -> None:
    """A case that ends with an error fails, and counts against every score."""
    case, answer = signed
    records = [Record(case, answer, score(case, answer)), Record(case, None, (), "LibraryError: gone")]
    found = {rate.name: (rate.right, rate.total) for rate in rates(records)}
    assert (1, 2) == found["cases right"]
    assert (1, 2) == found["score: citations"]
    assert "LibraryError: gone" in report.failures(records)


@given(st.integers(0, 300), st.integers(1, 300))
def test_wilson_holds_the_rate(right: int, total: int) -> None:
    """The interval lies in 0 to 1 and holds the rate itself."""
    right = min(right, total)
    low, high = wilson(right, total)
    assert 0 <= low <= right / total + 1e-9
    assert right / total - 1e-9 <= high <= 1


def test_wilson_agrees_with_a_published_value() -> None:
    """For 8 of 10 the interval is 0.490 to 0.943 (Wilson's formula, as textbooks print it)."""
    assert (0.490, 0.943) == tuple(round(edge, 3) for edge in wilson(8, 10))


def run_gate(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, floors: str) -> int:
    """The gate's exit status with these floors, on two cases."""
    (tmp_path / "floors.yaml").write_text(floors, encoding="utf-8")
    monkeypatch.setattr(gate, "FLOORS", tmp_path / "floors.yaml")
    chosen = tuple(case for case in CASES if case.kind == "number")[:2]
    monkeypatch.setattr(gate, "load", lambda: chosen)
    return gate.main(["--out", str(tmp_path / "runs")])


def test_the_gate_opens_closes_and_says_when_it_could_not_run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 0 when floors hold, 1 when one does not or has no rate, 2 when the run is impossible."""
    assert 0 == run_gate(monkeypatch, tmp_path, '"score: citations": 1.0')
    assert 1 == run_gate(monkeypatch, tmp_path, '"unknown rate": 0.1')
    assert 2 == run_gate(monkeypatch, tmp_path, "[not, a, mapping]")

    def broken(*_: object, **__: object) -> None:
        raise LibraryError("the disk is gone")

    monkeypatch.setattr(gate.run, "ask_all", broken)
    assert 2 == run_gate(monkeypatch, tmp_path, '"score: citations": 1.0')
    assert "the disk is gone" in capsys.readouterr().err


def test_the_gate_closes_when_answers_get_worse(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An answerer that is always silent fails the floors that are committed."""
    monkeypatch.setattr("rag.answer.quote", lambda *_: Draft((), 0.0))
    floors = (Path(gate.__file__).parent / "floors.yaml").read_text(encoding="utf-8")
    assert 1 == run_gate(monkeypatch, tmp_path, floors)


@pytest.mark.parametrize(
    "text",
    ["", "a: 1", "- {id: x}", "- {id: [}", "- 3"],
)
def test_a_malformed_case_file_is_refused(tmp_path: Path, text: str) -> None:
    """A case file that is malformed, empty, or lacks a field is refused by name."""
    (tmp_path / "x.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(CaseError):
        load(tmp_path)
