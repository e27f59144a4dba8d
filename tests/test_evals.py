"""The scorers see faults, the figures are sound, and the gate closes on what it should close on."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from errno import ENOSPC
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals import __main__ as command
from evals import baseline, gate, opinion, report, suites
from evals.baseline import Row, digest, row, saved
from evals.cases import Case, CaseError, load
from evals.conflicts import __main__ as conflicts
from evals.rates import due, means, rates
from evals.run import Record, ask_suites
from evals.score import lost, score
from evals.statistics import at_most, clustered, mcnemar, wilson
from evals.suites import Suite
from rag import Answer, Assistant, Config
from rag.articles import read_file
from rag.errors import LibraryError
from rag.types import (
    Citation,
    Draft,
    Dropped,
    Evidence,
    Filters,
    Passage,
    Question,
    Sentence,
    Span,
    Trace,
)
from tests.conftest import SEEDS
from tests.fake_endpoint import endpoint, said

CASES = {case.id: case for case in load()}
SIGNED = CASES["two-documents-signed"]


@pytest.fixture(scope="module")
def signed() -> Answer:
    """An answer to that case as it should be: the gold sentence, and one more, each quoted and cited."""
    article = read_file(next(SEEDS.glob("003*")))
    gold, more = SIGNED.gold[0], "Austin stressed that"
    starts = article.text.index(gold), article.text.index(more)
    cited = [
        Citation(n, article, start, start + len(quote), quote)
        for n, start, quote in zip((1, 2), starts, (gold, more), strict=True)
    ]
    sentences = tuple(Sentence(c.quote, (c,), "quoted", "as it stands") for c in cited)
    spans = tuple(Span(c.start, c.end) for c in cited)
    text = article.text[spans[0].start : spans[1].end]
    passage = Passage("p", article.id, spans[0].start, spans[1].end, text, spans)
    evidence = (Evidence(passage, article, 1.0, 1),)
    question = Question(SIGNED.question)
    return Answer(question, "answered", sentences, (), evidence, (), "", "quote", 1.0, Trace("c"))


def failed(case: Case, answer: Answer) -> set[str]:
    """Names of the scores that fail."""
    return {s.name for s in score(case, answer) if not s.passed}


def value(case: Case, answer: Answer, name: str) -> float:
    """One score by its name."""
    return next(s.value for s in score(case, answer) if s.name == name)


# Scorers


def test_scorers_see_each_fault(signed: Answer) -> None:
    """An answer spoiled in one way fails the score that is there for it; as it is, it fails none."""
    case, answer = SIGNED, signed
    assert set() == failed(case, answer)
    first = answer.sentences[0]
    cited = first.citations[0]

    def with_citation(**change: Any) -> Answer:
        sentence = replace(first, citations=(replace(cited, **change),))
        return replace(answer, sentences=(sentence, *answer.sentences[1:]))

    changed = replace(cited.article, replaced_by="another")
    assert {"citations"} <= failed(case, with_citation(start=cited.start + 1))
    assert {"citations"} <= failed(case, with_citation(quote=cited.quote + "."))
    assert {"citations"} <= failed(case, with_citation(start=0, end=20, quote=cited.article.text[:20]))
    assert {"citations"} <= failed(case, with_citation(start=9, end=9, quote=""))
    assert {"citations"} <= failed(case, with_citation(n=7))
    assert {"citations"} <= failed(case, with_citation(article=changed))
    assert {"citations"} <= failed(case, replace(answer, sentences=(replace(first, citations=()),)))
    assert {"citations", "facts"} <= failed(case, replace(answer, sentences=(replace(first, text="No."),)))
    assert {"status", "facts", "cited"} <= failed(
        case, replace(answer, sentences=(), status="not_in_articles", silence="No.")
    )
    assert {"forbidden"} == failed(replace(case, must_not=("Memorandum",)), answer)
    assert {"cited"} == failed(replace(case, cite=("000",)), answer)


def test_a_citation_of_the_neighbour_is_seen(signed: Answer) -> None:
    """A quoted sentence that cites another sentence than itself breaks the invariant, and carries nothing."""
    first = signed.sentences[0]
    moved = replace(signed.citations[1], n=1)
    answer = replace(signed, sentences=(replace(first, citations=(moved,)),))
    assert {"citations"} <= failed(SIGNED, answer)
    assert 0.0 == value(SIGNED, answer, "recall") == value(SIGNED, answer, "precision")


def test_nothing_that_filters_keep_out_may_be_cited(signed: Answer) -> None:
    """A citation outside the days or the outlets asked for fails; inside, it passes."""
    for filters, right in (
        (Filters(until=date(2022, 12, 31)), False),
        (Filters(as_of=date(2022, 12, 31)), False),
        (Filters(since=date(2023, 1, 14)), False),
        (Filters(outlet="Jiji"), False),
        (Filters(since=date(2023, 1, 1), outlet="iria"), True),
    ):
        found = [s for s in score(replace(SIGNED, filters=filters), signed) if s.name == "filtered"]
        assert [right] == [s.passed for s in found]
    assert "filtered" not in {s.name for s in score(SIGNED, signed)}


def test_gold_is_counted_both_ways(signed: Answer) -> None:
    """Precision is the share of citations that are gold, recall that of facts that a cited gold carries."""
    quotes = [c.quote for c in signed.citations]
    case = replace(SIGNED, gold=(quotes[0],), must=(("Memorandum",), ("never said",)))
    assert 1 / len(quotes) == value(case, signed, "precision")
    assert 0.5 == value(case, signed, "recall")
    assert 0.0 == value(replace(case, gold=("Nothing.",)), signed, "recall")
    assert "recall" not in {s.name for s in score(replace(SIGNED, status="not_in_articles"), signed)}


def test_every_side_of_a_conflict_must_be_cited(signed: Answer) -> None:
    """A side that is not carried by a cited gold sentence fails the case."""
    case = replace(SIGNED, kind="conflict", must=(("Memorandum",), ("Arrangement",)))
    assert "conflict" not in failed(case, signed)
    assert "conflict" in failed(replace(case, must=(("Memorandum",), ("Austin stressed",))), signed)


def test_what_is_known_of_a_cited_article_counts_where_the_case_says_so(signed: Answer) -> None:
    """A day that no sentence holds is right when the case is about what is known of the article."""
    case = replace(SIGNED, must=(("13 January 2023",),))
    assert "facts" in failed(case, signed)
    assert "facts" not in failed(replace(case, from_metadata=True), signed)
    assert 1.0 == value(replace(case, from_metadata=True), signed, "recall")


def test_retrieval_is_scored_by_the_rank_of_gold(signed: Answer) -> None:
    """Gold in the first evidence is a hit at one; moved to the second it is a half; gone, nothing."""
    names = ("hit@1", "hit@4", "reciprocal rank")
    first = next(e for e in signed.evidence if SIGNED.gold[0] in e.passage.text)
    other = replace(first, passage=replace(first.passage, sentences=()))
    assert [1.0, 1.0, 1.0] == [value(SIGNED, replace(signed, evidence=(first,)), n) for n in names]
    assert [0.0, 1.0, 0.5] == [value(SIGNED, replace(signed, evidence=(other, first)), n) for n in names]
    assert [0.0, 0.0, 0.2] == [
        value(SIGNED, replace(signed, evidence=(other,) * 4 + (first,)), n) for n in names
    ]
    assert [0.0, 0.0, 0.0] == [value(SIGNED, replace(signed, evidence=(other,)), n) for n in names]


def test_the_step_that_lost_an_answer_is_named(signed: Answer) -> None:
    """Not retrieved, not read, dropped, or cited with something missing."""
    silent = replace(signed, sentences=())
    dropped = (Dropped(SIGNED.gold[0], "a check"),)
    assert "not retrieved" == lost(SIGNED, replace(signed, evidence=()))
    assert "retrieved, and not read as the answer" == lost(SIGNED, silent)
    assert "dropped" == lost(SIGNED, replace(silent, dropped=dropped))
    assert lost(SIGNED, signed).startswith("cited")


# Records and figures


def crashed(case: Case) -> Record:
    """A case that ended with an error."""
    return Record(case, None, (), "LibraryError: gone", "seeds")


def recorded(case: Case, answer: Answer) -> Record:
    """A scored case."""
    return Record(case, answer, score(case, answer), None, "seeds", (7, 3))


def test_a_crash_is_a_failure_and_no_zero(signed: Answer) -> None:
    """A case that ends with an error fails, counts against every score that was due, and has no answer."""
    records = [recorded(SIGNED, signed), crashed(SIGNED)]
    found = {rate.name: (rate.right, rate.total) for rate in rates(records)}
    assert (
        (1, 2) == found["cases right"] == found["seeds"] == found["score: citations"] == found["score: facts"]
    )
    assert "score: filtered" not in found and "score: conflict" not in found
    assert 0.5 == means(records)["hit@1"].value
    assert [None, "LibraryError: gone"] == [crashed(SIGNED).to_dict()["answer"], crashed(SIGNED).error]
    assert "LibraryError: gone" in report.failures(records)
    silent = replace(SIGNED, status="not_in_articles", kind="as-of")
    assert [0.0, 0.0, None, None] == [
        due(crashed(silent), n) for n in ("status", "filtered", "facts", "conflict")
    ]


def test_a_record_says_nothing_of_time(signed: Answer) -> None:
    """Two records of one answer that took different times are equal as JSON."""
    slower = replace(signed, trace=replace(signed.trace, ms={"retrieve": 9_999.0}))
    first, second = (recorded(SIGNED, answer).to_dict() for answer in (signed, slower))
    assert json.dumps(first) == json.dumps(second)
    assert {"retrieve": 9_999.0} == recorded(SIGNED, slower).ms


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


def test_none_of_n_has_a_bound() -> None:
    """None seen in n is below 3/n, and of nothing nothing is known."""
    assert [0.01, 1.0, 1.0] == [at_most(300), at_most(2), at_most(0)]


@pytest.mark.parametrize(
    ("worse", "better", "chance"), [(4, 0, 1 / 16), (6, 1, 1 / 16), (1, 1, 0.75), (0, 5, 1.0), (0, 0, 1.0)]
)
def test_mcnemar_counts_coin_throws(worse: int, better: int, chance: float) -> None:
    """So likely are at least so many heads among so many throws."""
    assert chance == pytest.approx(mcnemar(worse, better))


def test_clusters_are_drawn_whole() -> None:
    """Ten cases on two articles that agree within each tell less than ten on articles of their own."""
    values = [1.0] * 5 + [0.0] * 5
    apart = clustered(values, list(range(10)))
    together = clustered(values, ["a"] * 5 + ["b"] * 5)
    assert 0.5 == apart.value == together.value
    assert (0.0, 1.0) == (together.low, together.high)
    assert 0.0 < apart.low < apart.high < 1.0
    assert apart == clustered(values, list(range(10)))


# The gate


def case_of(number: int, **change: Any) -> Case:
    """One of many cases, each on an article of its own."""
    return replace(SIGNED, id=f"case-{number}", cite=(f"{number:03}",), **change)


def rows(records: list[Record]) -> dict[str, Row]:
    """The baseline that these records make."""
    return {record.case.id: row(record) for record in records}


def judged(before: list[Record], now: list[Record], floors: Mapping[str, float] = {}) -> gate.Verdict:
    """The gate's verdict of a run beside another."""
    return gate.judge(now, rows(before), rates(now), floors)


@pytest.fixture(scope="module")
def good(signed: Answer) -> list[Record]:
    """Twelve cases that pass."""
    right = tuple(replace(s, value=1.0) for s in score(SIGNED, signed))
    return [Record(case_of(n), signed, right, None, "seeds") for n in range(12)]


def spoiled(records: list[Record], count: int, *names: str, by: float = 1.0) -> list[Record]:
    """The records, the named scores of the first few lowered."""

    def less(record: Record) -> Record:
        scores = (replace(s, value=s.value - by) if s.name in names else s for s in record.scores)
        return replace(record, scores=tuple(scores))

    return [less(record) if n < count else record for n, record in enumerate(records)]


def test_equal_runs_pass(good: list[Record]) -> None:
    """Nothing changed stops nothing and notes nothing."""
    assert gate.Verdict(()) == judged(good, good)


def test_a_few_lost_cases_are_told_and_four_stop_it(good: list[Record]) -> None:
    """Three lost cases are listed; four lost and none won stop the change; won ones weigh against them."""
    three, four = (judged(good, spoiled(good, count, "facts")) for count in (3, 4))
    assert () == three.stops
    assert ["case-0", "case-1", "case-2"] == [line.split()[0] for line in three.worse]
    assert "facts 1 -> 0" in three.worse[0]
    assert any(line.startswith("all cases: 4 lost, 0 won (p 0.0625): case-0, ") for line in four.stops)
    assert any(line.startswith("score facts: 4 lost") for line in four.stops)
    better = judged(spoiled(good, 12, "facts"), good)
    assert () == better.stops
    assert 12 == len(better.better)
    mixed = [*spoiled(good, 4, "facts")[:8], *good[8:]]
    before = [*good[:8], *spoiled(good, 12, "facts")[8:]]
    assert () == judged(before, mixed).stops


def test_a_kind_that_loses_stops_it_though_others_win(good: list[Record]) -> None:
    """Four lost of one kind are not bought off by four won of another."""
    kinds = [replace(r, case=replace(r.case, kind="date" if n < 6 else "list")) for n, r in enumerate(good)]
    before = [*kinds[:6], *spoiled(kinds, 12, "status")[6:]]
    now = [*spoiled(kinds, 4, "facts")[:6], *kinds[6:]]
    assert ["kind date", "score facts"] == [line.split(":")[0] for line in judged(before, now).stops]


def test_a_mean_that_falls_stops_it(good: list[Record]) -> None:
    """Lower recall in every case fails no case and is seen; a little of it in one is not enough."""
    stops = judged(good, spoiled(good, 12, "recall", by=0.5)).stops
    assert ["recall"] == [line.split(":")[0] for line in stops]
    assert "case-11" in stops[0]
    assert () == judged(good, spoiled(good, 1, "recall", by=0.5)).stops


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda r: replace(r, error="ValueError: x", scores=()), "crashed: case-0: ValueError: x"),
        (lambda r: spoiled([r], 1, "citations")[0], "broken: case-0: citations: "),
        (lambda r: spoiled([r], 1, "forbidden")[0], "broken: case-0: forbidden: "),
    ],
)
def test_an_invariant_stops_it_alone(
    good: list[Record], spoil: Callable[[Record], Record], said: str
) -> None:
    """One crash, one broken citation, one thing shown that must never be: whatever the baseline says."""
    watched = [replace(r, case=replace(r.case, invariant=True)) for r in good]
    bad = [spoil(watched[0]), *watched[1:]]
    assert any(line.startswith(said) for line in judged(bad, bad).stops)
    assert () == judged(good, spoiled(good, 1, "forbidden")).stops


def test_floors_hold_whatever_the_baseline(good: list[Record]) -> None:
    """A rate below its floor stops it, and so does a floor that no rate answers to."""
    bad = spoiled(good, 12, "facts")
    stops = judged(bad, bad, {"score: facts": 0.5, "no such rate": 0.1, "score: status": 1.0}).stops
    assert (
        "floor: score: facts: 0.000 is below 0.500",
        "floor: no such rate: a floor without a rate",
    ) == stops


def test_cases_that_go_or_change_are_named(good: list[Record]) -> None:
    """A case that is gone stops it; one that is new, or asks something else, is compared with nothing."""
    assert ("cases of the baseline that are gone: case-11",) == judged(good, good[:11]).stops
    changed = [replace(good[0], case=replace(good[0].case, question="else?")), *good[1:]]
    found = judged(good, spoiled(changed, 1, "facts"))
    assert () == found.stops == found.worse
    assert "1 cases are new or changed, and compared with nothing: case-0" == found.notes[0]
    reworded = replace(good[0].case, why="Said otherwise, asked the same.")
    assert digest(good[0].case) == digest(reworded)


def test_a_baseline_is_read_as_it_was_written(good: list[Record], tmp_path: Path) -> None:
    """What was saved comes back; what is no baseline is refused."""
    baseline.save(good, tmp_path / "b.jsonl")
    assert rows(good) == saved(tmp_path / "b.jsonl")
    for text in ("{}", "[1]", "no JSON"):
        (tmp_path / "b.jsonl").write_text(text, encoding="utf-8")
        with pytest.raises(CaseError):
            saved(tmp_path / "b.jsonl")
    with pytest.raises(CaseError):
        saved(tmp_path / "none.jsonl")


def test_the_committed_baseline_is_of_these_cases() -> None:
    """Every case has its row, made when it asked and expected what it does now."""
    kept = saved(baseline.FILE)
    now = {case.id: digest(case) for suite in suites.own() for case in suite.cases}
    assert now == {name: each.asked for name, each in kept.items()}


# Reports


def test_citations_never_stand_without_correctness(good: list[Record]) -> None:
    """Whatever table shows the precision of citations shows beside it how many answers were right."""
    text = report.summary(good, rates(good), {}, judged(good, good))
    heads = [line for line in text.splitlines() if "precision of citations" in line]
    assert heads and all("facts right" in line and "right and carried" in line for line in heads)
    wrong = report.citations(spoiled(good, 6, "facts"))
    assert ".500" in wrong.splitlines()[2]


def test_what_never_happened_has_a_bound(good: list[Record]) -> None:
    """None of twelve answers broke, so that the rate is below 3/12; one of twelve has its interval."""
    assert "| answer with a broken citation | 0 | 12 | 0.250 |" in report.invariants(good)
    assert "| answer with a broken citation | 1 | 12 | 0.354 |" in report.invariants(
        spoiled(good, 1, "citations")
    )


# The command


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A user's own suite: one article, one case that passes, one that is silent."""
    (tmp_path / "own" / "articles").mkdir(parents=True)
    (tmp_path / "own" / "cases").mkdir()
    text = "Mayor Keiko Ito opened the bridge at Orrin on 4 May 2024. It cost 12 million crowns."
    (tmp_path / "own" / "articles" / "bridge.txt").write_text(text, encoding="utf-8")
    (tmp_path / "own" / "cases" / "all.yaml").write_text(OWN, encoding="utf-8")
    return tmp_path / "own"


OWN = """
- id: opener
  kind: fact
  question: Who opened the bridge at Orrin?
  status: answered
  must: [["Keiko Ito"]]
  must_not: []
  cite: ["bridge"]
  gold: ["Mayor Keiko Ito opened the bridge at Orrin on 4 May 2024."]
  why: One name.
- id: volcano
  kind: unanswerable
  question: When did the volcano of Krakatoa last erupt?
  status: not_in_articles
  must: []
  must_not: []
  cite: []
  gold: []
  why: Nothing of it.
"""


def evals(small: Path, *options: str) -> int:
    """The command's exit status on the small suite."""
    return command.main(["--suite", str(small), "--out", str(small / "runs"), *options])


def test_a_suite_of_ones_own_is_accepted_and_then_held(
    small: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Accepted once, a run is compared with it: equal output, exit 0; a citation off by one, exit 1."""
    assert 0 == evals(small, "--accept")
    assert ["opener", "volcano"] == list(saved(small / "baseline.jsonl"))
    capsys.readouterr()
    outputs = []
    for _ in range(2):
        assert 0 == evals(small)
        outputs.append(capsys.readouterr().out)
    assert outputs[0] == outputs[1]
    assert "The gate holds." in outputs[0]
    folders = sorted((small / "runs").iterdir())[-2:]
    for name in ("records.jsonl", "summary.md"):
        assert folders[0].joinpath(name).read_bytes() == folders[1].joinpath(name).read_bytes()
    plain = Assistant.ask

    def off_by_one(self: Assistant, *asked: Any, **more: Any) -> Answer:
        answer = plain(self, *asked, **more)
        moved = [
            replace(s, citations=tuple(replace(c, start=c.start + 1) for c in s.citations))
            for s in answer.sentences
        ]
        return replace(answer, sentences=tuple(moved))

    monkeypatch.setattr(Assistant, "ask", off_by_one)
    assert 1 == evals(small)
    assert 1 == evals(small, "--accept")
    assert "broken: opener: citations" in capsys.readouterr().err


def test_the_command_says_when_it_could_not_run(
    small: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 2 for no suite, cases that are not true, an unknown case, a broken library, a full disk."""
    assert 2 == evals(small / "none")
    for option in ("--sample", "--times"):
        with pytest.raises(SystemExit, match="2"):
            evals(small, option, "-1")
    assert 2 == evals(small, "--only", "no such case")
    assert 0 == evals(small, "--only", "opener")
    (small / "file").write_text("", encoding="utf-8")
    assert 2 == evals(small, "--out", str(small / "file"))
    cases = small / "cases" / "all.yaml"
    cases.write_text(OWN.replace("Keiko Ito opened", "Keiko Abe opened"), encoding="utf-8")
    assert 2 == evals(small)
    assert "opener: no sentence of a cited article" in capsys.readouterr().err
    cases.write_text(OWN, encoding="utf-8")

    def gone(*_: object, **__: object) -> None:
        raise LibraryError("the disk is gone")

    def full(*_: object) -> None:
        raise OSError(ENOSPC, "No space left on device")

    monkeypatch.setattr(command.baseline, "save", full)
    assert 2 == evals(small, "--accept")
    assert "No space left on device" in capsys.readouterr().err
    monkeypatch.setattr(command.run, "ask_suites", gone)
    assert 2 == evals(small)
    assert "the disk is gone" in capsys.readouterr().err


@pytest.mark.parametrize("measure", [opinion.main, conflicts.main])
def test_a_limit_is_a_number_from_one_on(
    measure: Callable[[list[str]], int], capsys: pytest.CaptureFixture[str]
) -> None:
    """Less, and what is no number, is told before anything is asked."""
    for limit in ("0", "-1", "many"):
        with pytest.raises(SystemExit, match="2"):
            measure(["--limit", limit])
        assert f"{limit!r} is no number from 1 on" in capsys.readouterr().err


def test_malformed_floors_stop_the_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A file of floors that is none is exit 2; the one that is committed can be read."""
    assert 1.0 == command._floors()["score: citations"]
    monkeypatch.setattr(command, "FLOORS", tmp_path / "floors.yaml")
    (tmp_path / "floors.yaml").write_text("[not, a, mapping]", encoding="utf-8")
    assert 2 == command.main(["--out", str(tmp_path)])


def test_a_model_stands_beside_quoting(
    small: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same cases are asked of the model as often as wished; its column stands beside that of quoting."""
    with endpoint(lambda _: said("Keiko Ito opened the bridge at Orrin. [1]")) as (url, requests):
        monkeypatch.setenv("OPENAI_BASE_URL", url)
        assert 0 == evals(small, "--accept", "--model", "fake", "--times", "2")
    assert 2 <= len(requests)
    printed = capsys.readouterr().out
    assert ["## fake, run 1 of 2", "## fake, run 2 of 2"] == re.findall("## fake.*", printed)
    assert "| | of | quoting | fake | 95 % interval |" in printed


def test_a_model_that_cannot_answer_could_not_run(
    small: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without an endpoint, or with one that is down, the column is impossible: said, and no regression."""
    assert 2 == evals(small, "--model", "nobody")
    assert "a model needs OPENAI_API_KEY or OPENAI_BASE_URL" in capsys.readouterr().err
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    assert 2 == evals(small, "--model", "nobody")
    assert "nobody did not answer once" in capsys.readouterr().err


def test_an_answerer_that_is_always_silent_closes_the_gate(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The committed floors and baseline see it on a few cases already."""
    monkeypatch.setattr("rag.answer.quote", lambda *_: Draft((), 0.0))
    chosen = tuple(case for case in CASES.values() if case.kind in ("number", "list"))[:8]
    few = (Suite("seeds", SEEDS, chosen),)
    records = ask_suites(few, Config(home=tmp_path, cache=tmp_path, folder=tmp_path))
    assert any(
        line.startswith("all cases: ") for line in gate.judge(records, saved(baseline.FILE), (), {}).stops
    )


def test_an_earlier_version_is_taken_in_and_never_cited(tmp_path: Path, small: Path) -> None:
    """A file that changed is asked as it is now, by a library that holds what it was."""
    (small / "earlier").mkdir()
    (small / "earlier" / "bridge.txt").write_text("Nobody opened the bridge at Orrin.", encoding="utf-8")
    records = ask_suites((suites.suite_in(small),), Config(home=tmp_path, cache=tmp_path, folder=tmp_path))
    assert [True, True] == [record.passed for record in records]
