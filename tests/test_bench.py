"""The bench counts hits by the rule, is sure by the data alone, tunes fairly, and runs to its end."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from evals.bench import __main__ as bench
from evals.bench import children, growth, ingest, peers, retrieval, scale, speed
from evals.bench.data import Data, Found, Names, Quiz, Story, first_hit, holds_within, is_hit, load
from evals.bench.intervals import difference, mean
from evals.bench.peers import System
from evals.bench.pressroom import Watch, find
from evals.bench.ratios import at_least, at_most
from evals.bench.retrieval import Outcome
from evals.bench.vectors import Pretended, Remembered
from evals.bench.weigh import Candidates, Judged, Setting, WeightedSum, candidates, halves, tune
from rag.collection import shelve_texts
from rag.errors import UsageError
from tests.conftest import WordEmbedder, config_for

# Invented news: who opened what, where, and what it cost.
PLACES = "Arlen Borvik Calder Dunmore Elstree Farrow Garland Hexley Ilmen Jorvik Kelso Lindow".split()
THINGS = "bridge library tramway harbour museum stadium clinic theatre school reservoir market ferry".split()


def invented() -> tuple[list[Story], list[Quiz]]:
    """A dozen articles, and a question about each, two a week."""
    stories, questions = [], []
    for number, (place, thing) in enumerate(zip(PLACES, THINGS, strict=True)):
        text = (
            f"The new {thing} of {place} opened on Monday. Mayor {place}son cut the ribbon.\n\n"
            f"Building it cost {number + 3} million crowns, said the council. "
            f"Engineers had worked on the {thing} since the spring, in rain and in frost."
        )
        key, day = f"a{number}", f"2022-03-{number + 1:02d}"
        stories.append(Story(key, text, f"{place} has a new {thing}", day, f"https://news.example/{key}"))
        asked = f"How much did the {thing} of {place} cost?"
        answers = (f"{number + 3} million",)
        questions.append(Quiz(f"q{number}", f"week {number // 2}", asked, answers, frozenset({key})))
    return stories, questions


def quiz(*answers: str, bearing: Sequence[str] = ("a",), week: str = "1") -> Quiz:
    """A question with these answers."""
    return Quiz("q", week, "who?", answers, frozenset(bearing))


def store(folder: Path, suffix: str = ".jsonl", name: str = "news", **changes: Any) -> Path:
    """The invented data as files in `folder`; `changes` go into every question."""
    stories, questions = invented()
    asked = [
        {
            "id": q.id,
            "date": q.week,
            "question": q.question,
            "answer": list(q.answers),
            "answer_bearing_ids": sorted(q.bearing),
            **changes,
        }
        for q in questions
    ]
    for kind, rows in (("articles", [asdict(story) for story in stories]), ("questions", asked)):
        raw = "".join(json.dumps(row) + "\n" for row in rows).encode()
        file = folder / f"{name}_{kind}{suffix}"
        file.write_bytes(gzip.compress(raw) if suffix.endswith(".gz") else raw)
    return folder


# The rule of hits


@pytest.mark.parametrize(
    ("text", "answers", "article", "hit"),
    [
        ("The Tanuki won the cup.", ["tanuki"], "a", True),
        ("The Tanuki won the cup.", ["tanuki"], "b", False),
        ("Tanukis won the cup.", ["tanuki"], "a", False),
        ("The cup cost $5.", ["$5"], "a", True),
        ("The cup cost $50.", ["$5"], "a", False),
        ("Turnout rose to 38%, officials said.", ["38%"], "a", True),
        ("Turnout rose to 138%.", ["38%"], "a", False),
        ("It was 1.5 or 1x5.", ["1.5"], "a", True),
        ("It was 1x5.", ["1.5"], "a", False),
        ("Neither did.", ["either", "or"], "a", False),
        ("One or the other.", ["either", "or"], "a", True),
    ],
)
def test_a_hit_holds_an_answer_and_its_article_bears_one(
    text: str, answers: list[str], article: str, hit: bool
) -> None:
    """An answer stands in the passage in any case, never inside a word, and the article is named."""
    assert hit == is_hit(Found((article,), text), quiz(*answers))


def test_the_rank_is_that_of_the_first_hit() -> None:
    """Ranks count from 1; 0 says that nothing returned is a hit."""
    found = [Found(("b",), "Ito"), Found(("a",), "nobody"), Found(("a",), "Mayor Ito"), Found(("a",), "Ito")]
    assert 3 == first_hit(found, quiz("Ito"))
    assert 0 == first_hit(found, quiz("Sato"))
    assert 2 == first_hit([Found((), "Ito"), Found(("c", "a"), "Ito")], quiz("Ito"))


def test_reading_so_many_characters_counts_across_passages() -> None:
    """The answer must end within the characters of all passages up to it, end to end."""
    found = [Found(("b",), "x" * 10), Found(("a",), "by Ito")]
    assert holds_within(found, quiz("Ito"), 16)
    assert not holds_within(found, quiz("Ito"), 15)


# The data


@pytest.mark.parametrize("suffix", [".jsonl", ".jsonl.gz"])
def test_data_is_read_packed_or_not(tmp_path: Path, suffix: str) -> None:
    """Articles and questions come as they were written, the answers that can be found counted."""
    data = load(store(tmp_path, suffix))
    stories, questions = invented()
    assert tuple(stories) == data.stories
    assert tuple(questions) == data.questions
    assert len(questions) == data.in_reach


def test_a_sample_is_the_same_each_time_and_keeps_only_what_it_answers(tmp_path: Path) -> None:
    """Fewer articles leave the questions that they answer; fewer questions are drawn from those."""
    data = load(store(tmp_path), articles=5)
    assert 5 == len(data.stories) == len(data.questions)
    assert {story.id for story in data.stories} == {key for q in data.questions for key in q.bearing}
    assert data == load(tmp_path, articles=5)
    assert 2 == len(load(tmp_path, articles=5, questions=2).questions)


def test_questions_without_such_articles_do_not_count(tmp_path: Path) -> None:
    """Where no article bears an answer there is nothing to measure."""
    with pytest.raises(UsageError, match="no question"):
        load(store(tmp_path, answer_bearing_ids=[]))


def test_a_folder_must_hold_one_pair(tmp_path: Path) -> None:
    """None and two of them are refused, and so is a line that is no article."""
    with pytest.raises(UsageError, match="no pair"):
        load(tmp_path)
    store(tmp_path, name="other")
    store(tmp_path)
    with pytest.raises(UsageError, match="more than one"):
        load(tmp_path)
    (tmp_path / "other_articles.jsonl").unlink()
    (tmp_path / "news_articles.jsonl").write_text('{"text": "no id"}\n', encoding="utf-8")
    with pytest.raises(UsageError, match="line 1"):
        load(tmp_path)


def test_a_text_is_known_by_its_words() -> None:
    """White space aside, a text names every article that has it."""
    names = Names([Story("a", "One  two\n"), Story("b", "one two"), Story("c", "One two")])
    assert ("a", "c") == names.of("One two")
    assert () == names.of("three")


# Intervals


def test_an_interval_is_as_wide_as_the_data_make_it() -> None:
    """Sameness leaves no doubt; 100 tosses of a coin leave about a tenth on both sides."""
    assert (0.5, 0.5, 0.5) == mean([0.5] * 9)
    tossed = mean([0.0, 1.0] * 50)
    assert 0.5 == tossed.value
    assert abs(tossed.low - 0.402) < 0.01
    assert abs(tossed.high - 0.598) < 0.01
    assert tossed == mean([0.0, 1.0] * 50)
    assert ".500 (.4" in str(tossed)


def test_a_difference_is_paired() -> None:
    """A lead on every question is sure, however much the questions differ."""
    theirs = np.array([float(random.Random(n).random()) for n in range(60)])  # noqa: S311 - invented values
    lead = difference(theirs + 0.1, theirs)
    assert lead.low == pytest.approx(0.1)
    assert lead.high == pytest.approx(0.1)
    assert mean(theirs).high - mean(theirs).low > 0.05


# The weighted sum


def judged(week: str, lexical: Sequence[float], dense: Sequence[float], hit: int) -> Judged:
    """A question with so many candidates, of which one is the hit."""
    both = [np.array([values, values], np.float32) for values in (lexical, dense)]
    hits = np.array([number == hit for number in range(len(lexical))])
    return Judged(week, Candidates(np.arange(len(lexical)), *both), hits)


def test_a_weight_never_sees_the_question_that_it_helps() -> None:
    """Words are right in one week and vectors in the other; each week gets the other's weight."""
    words_right = judged("1", [0, 1, 9], [9, 1, 0], hit=2)
    vectors_right = judged("2", [9, 1, 0], [0, 1, 9], hit=2)
    settings = tune([words_right, vectors_right])
    assert {"1": 0, "2": 1} == halves(["2", "1", "2"])
    assert settings[0].lexical < 0.5 < settings[1].lexical


def test_weeks_fall_into_halves_by_turns() -> None:
    """Every second week in order of time is in the other half."""
    assert {"a": 0, "b": 1, "c": 0, "d": 1} == halves("dcba")


def test_scores_are_standardised_over_all_and_over_the_candidates() -> None:
    """Each way has mean 0 and deviation 1 over what it looks at; the first hundred of both legs count."""
    rng = np.random.default_rng(3)
    lexical, dense = rng.random((2, 400), np.float32)
    found = candidates(lexical, dense)
    assert 100 < len(found.numbers) <= 200
    assert {int(lexical.argmax()), int(dense.argmax())} <= set(found.numbers.tolist())
    assert found.lexical[1].mean() == pytest.approx(0, abs=1e-5)
    assert found.lexical[1].std() == pytest.approx(1, abs=1e-4)
    assert found.lexical[0] == pytest.approx(
        (lexical[found.numbers] - lexical.mean()) / lexical.std(), abs=1e-4
    )
    assert found.numbers[found.order(Setting(1.0, local=False))[0]] == lexical.argmax()
    assert found.numbers[found.order(Setting(0.0, local=True))[0]] == dense.argmax()


def test_the_weighted_sum_answers_by_the_weights_of_the_other_half() -> None:
    """Asked, it orders by the setting of the question's half, and its note names both settings."""
    passages = [Found(("b",), "nobody"), Found(("a",), "Ito")]
    words = {"one": np.array([0.0, 1.0], np.float32), "two": np.array([1.0, 0.0], np.float32)}
    asked = [
        Quiz("1", "1", "one", ("Ito",), frozenset({"a"})),
        Quiz("2", "2", "two", ("Ito",), frozenset({"a"})),
    ]
    made = WeightedSum(passages, words.__getitem__, lambda q: 1 - words[q], asked)
    # What helps in week 2, vectors, is wrong in week 1, and the other way round.
    assert ["nobody", "nobody"] == [made.ask(each)[0].text for each in asked]
    assert 2 == made.note.count("BM25")


# What is printed


def outcome(name: str, ranks: Sequence[int]) -> Outcome:
    """A system whose first hits have these ranks."""
    made = Outcome(System(name, lambda _: [], "set up somehow"))
    made.ranks, made.ms, made.lengths = list(ranks), [1.0, 2.0, 9.0], [100, 200]
    made.reached = [rank > 0 for rank in ranks]
    return made


def test_the_table_gives_each_rate() -> None:
    """Hits count up to their rank, the reciprocal is one over it, time is the median."""
    row = retrieval.table([outcome("ours", [1, 4, 0, 11])])[-1]
    cells = [cell.split(" (")[0] for cell in row.strip("| ").split(" | ")]
    assert ["ours", ".250", ".500", ".500", ".335", ".750", "2.0", "150"] == cells


def test_the_lead_is_ours_minus_theirs() -> None:
    """A row for each other system, with the paired difference of Hit@1 and MRR@10."""
    lines = retrieval.differences([outcome("ours", [1, 1])], [outcome("theirs", [2, 0])])
    assert "| ours minus theirs | 1.000 (1.000 to 1.000) | .750 (.500 to 1.000) |" == lines[-1]


def test_a_ratio_says_whether_it_is_reached() -> None:
    """The median decides; the line shows it with the lowest and the highest."""
    assert "| x | 3.00 | 2.00 to 9.00 | 3 | at least 3 | reached |" == str(at_least("x", (3, 9, 2), 3))
    assert str(at_most("x", (3, 9, 2), 2.5)).endswith("| at most 2.5 | **not reached** |")


def test_growth_is_fitted_and_what_breaks_first_is_named() -> None:
    """A straight line is found again, as is a power; the limit that is met first stands first."""
    sizes = (500, 1_000, 2_500, 5_000)
    line = growth.fit(sizes, [10 + 0.002 * n for n in sizes])
    assert line.line(1_000_000) == pytest.approx(2_010)
    assert line.meets(110) == pytest.approx(50_000)
    assert growth.fit(sizes, [n**0.5 for n in sizes]).exponent == pytest.approx(0.5)
    falling = growth.fit(sizes, [4, 3, 2, 1])
    assert float("inf") == falling.meets(1_000)
    limits = [
        growth.limit("patience", "ms", falling, 1_000),
        growth.limit("memory", "GB", growth.proportional(2e-5), 8),
    ]
    lines = growth.table(limits)
    assert "| memory | 20.0 GB | 8 GB | 400,000 |" == lines[2]
    assert "First to break: memory, at about 400,000 articles." == lines[-1]
    assert "never" in lines[3]


# Vectors and steps


def test_vectors_are_remembered_and_questions_are_not(tmp_path: Path, embedder: WordEmbedder) -> None:
    """A text is embedded once, in the next run too where a folder is given; a question every time."""
    with closing(Remembered(embedder, tmp_path / "kept", anew={"who?"})) as first:
        vectors = first.embed(["one", "two", "one"])
        first.embed(["two"])
        assert np.array_equal(embedder.embed(["one", "two", "one"]), vectors)
    before = embedder.embedded
    with closing(Remembered(embedder, tmp_path / "kept", anew={"who?"})) as second:
        assert np.array_equal(vectors[1:2], second.embed(["two"]))
        second.embed(["who?"])
        second.embed(["who?"])
    assert 2 == embedder.embedded - before


def test_pretended_vectors_are_the_texts_own() -> None:
    """Unit length, the same for the same text, and the texts noted in order."""
    pretended = Pretended("words", 24)
    first, second, again = pretended.embed(["one", "two", "one"])
    assert np.array_equal(first, again)
    assert not np.array_equal(first, second)
    assert np.linalg.norm(first) == pytest.approx(1)
    assert ["one", "two", "one"] == pretended.texts


def test_a_watched_shelf_gives_the_same_and_tells_the_steps(tmp_path: Path, embedder: WordEmbedder) -> None:
    """Evidence is the same under the watch; each step took time, and both legs' hits are known."""
    shelf = shelve_texts([story.text for story in invented()[0]], config_for(tmp_path), embedder)
    with closing(shelf.library):
        watch = Watch(shelf)
        asked = "How much did the harbour cost?"
        assert find(asked, shelf, 5, 3, 2) == find(asked, watch.shelf, 5, 3, 2)
    assert {"embed", "lexical", "dense", "library", "read"} == set(watch.seconds)
    assert all(took > 0 for took in watch.seconds.values())
    assert {"lexical": 5, "dense": 5} == {leg: len(hits) for leg, hits in watch.hits.items()}


# From end to end


def call(
    capsys: pytest.CaptureFixture[str], *arguments: str, expected: int = 0
) -> tuple[list[str], list[str]]:
    """The lines that the bench prints, and those that it tells."""
    assert expected == bench.main(arguments)
    said = capsys.readouterr()
    return said.out.splitlines(), said.err.splitlines()


def test_retrieval_runs_to_its_end(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Pressroom finds the dozen prices; every peer that is installed has its row, lead and note."""
    out, told = call(capsys, "retrieval", "--data", str(store(tmp_path)), "--cache", str(tmp_path / "kept"))
    rows = [line for line in out if line.startswith("| ") and "Hit@1" not in line]
    assert rows[0].startswith("| **Pressroom**, runs of up to 4 passages | 1.000 ")
    assert rows[1].startswith("| **Pressroom**, plain passages | 1.000 ")
    ready = [line.removeprefix("ready: ") for line in told if line.startswith("ready: ")]
    assert "Chroma, plain passages" in ready
    for name in ready:
        assert 1 == sum(row.startswith(f"| {name} |") for row in rows), name
        assert 2 == sum(f" minus {name} |" in row for row in rows), name
        assert any(line.startswith(f"- {name}: ") for line in out), name
    assert any("hold a hit for 1.000" in line for line in out)
    assert 2 == sum(line.startswith("- **Pressroom**") and "(within .04: reached)" in line for line in out)
    assert any(path.name.startswith("vectors-") for path in (tmp_path / "kept").iterdir())


def test_peers_that_are_not_installed_are_left_out_and_said(
    tmp_path: Path, embedder: WordEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Chroma, which Pressroom needs itself, stays; the rest is named with the way to get it."""
    monkeypatch.setattr(peers, "find_spec", lambda _: None)
    chroma = System("Chroma", lambda _: [], "")
    monkeypatch.setattr(peers, "chroma_alone", lambda *_: chroma)
    told: list[str] = []
    data = Data(*map(tuple, invented()))
    assert [chroma] == list(peers.peers(data, embedder, tmp_path, told.append))
    for package in ("bm25s", "llama-index-vector-stores-chroma"):
        assert any(package in line and "pip install" in line for line in told)


def test_ingest_runs_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each comparison has its line, those with LlamaIndex where its packages are installed."""
    monkeypatch.setattr(ingest, "alone", lambda function, *values: function(*values))
    monkeypatch.setattr(ingest, "_ADDED", 1)
    monkeypatch.setattr(ingest, "_SHARES", (0.5, 1.0))
    out = list(ingest.measure(invented()[0], 1, True, lambda _: None))
    for kind in (
        "ingest / embedding",
        "peak memory",
        "the same .jsonl again",
        "the same .txt files again",
        "one article added to 5,",
        "one article added to 10,",
    ):
        assert 1 == sum(line.startswith(f"| {kind}") for line in out), kind
    there = peers.is_there("llama_index.vector_stores.chroma", lambda _: None, "")
    assert (2 if there else 0) == sum("articles a second" in line for line in out)


def test_one_article_more_is_measured_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the rest, each size has its line."""
    monkeypatch.setattr(ingest, "alone", lambda function, *values: function(*values))
    monkeypatch.setattr(ingest, "_ADDED", 1)
    monkeypatch.setattr(ingest, "_SHARES", (1.0,))
    *_, line = ingest.one_more(invented()[0], lambda _: None)
    assert line.startswith("| one article added to 11,")


def test_ingest_compares_in_turn() -> None:
    """Each ratio is LlamaIndex's time, or our own, over what stands beside it in the same turn."""
    ours = children.Ingested(first=10.0, again=0.1, embedding=8.0, peak_mb=500.0)
    told = {line.what: line.ratios for line in ingest.lines([ingest.Turn(ours, 30.0, 40.0)])}
    assert [(3.0,), (4.0,), (1.25,), (0.5,), (1.0,)] == [*told.values()]
    assert 3 == len(list(ingest.lines([ingest.Turn(ours, None, None)])))


def test_a_fresh_process_gives_what_the_function_gives() -> None:
    """A measured run is a process of its own."""
    assert 9 == children.alone(pow, 3, 2)
    assert 1 < children.alone(children.peak_mb) < 4_000


def test_scale_runs_to_its_end(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every step has its row, both totals their ratio, and what breaks first is named."""
    monkeypatch.setattr(scale, "SIZES", (4, 12, 99))
    out, _ = call(capsys, "scale", "--data", str(store(tmp_path)), "--questions", "2")
    assert out[0].startswith("| ms a question | 4 | 12 | grows")
    assert list(scale.STEPS) == [
        line.split(" | ")[0].removeprefix("| ") for line in out[2 : 2 + len(scale.STEPS)]
    ]
    for step in ("retrieve", "quoted answer"):
        assert any(line.startswith(f"| {step}: 12 articles / 4 |") for line in out)
    assert out[-1].startswith("First to break: ")


def test_without_a_name_the_bench_measures_speed_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """No subcommand means the speed of the seeds, seven runs unless told."""
    asked: list[int] = []
    monkeypatch.setattr(speed, "measure", asked.append)
    assert 0 == bench.main([])
    assert 0 == bench.main(["--runs", "2"])
    assert [7, 2] == asked


def test_a_folder_without_data_is_one_line_and_status_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What cannot be measured is said, without a traceback."""
    _, told = call(capsys, "scale", "--data", str(tmp_path), expected=2)
    assert [f"{tmp_path}: no pair NAME_articles.jsonl(.gz) and NAME_questions.jsonl(.gz)"] == told


@pytest.mark.parametrize("arguments", [["retrieval"], ["ingest", "--data", ".", "--articles", "0"], ["else"]])
def test_a_wrong_call_is_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """No folder, no articles and an unknown name end as argparse ends."""
    with pytest.raises(SystemExit, match="2"):
        bench.main(arguments)
    assert "usage:" in capsys.readouterr().err
