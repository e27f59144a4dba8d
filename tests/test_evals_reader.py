"""The reader's measures: what is right, how figures are worked out, and the command on small data."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from evals.reader import report
from evals.reader.__main__ import main
from evals.reader.ask import Order, Record, bm25, order
from evals.reader.data import NOISE, Asked, held_out, rgb, seeds, squad
from evals.reader.figures import (
    auroc,
    calibration_error,
    calibration_error_by_mass,
    difference,
    interval,
    risk_area,
    share,
)
from evals.reader.speed import candidates
from rag.embed import MiniLM
from rag.reader.model import MODEL

OUT = next(f"title {n}" for n in range(99) if held_out(f"title {n}"))
IN = next(f"title {n}" for n in range(99) if not held_out(f"title {n}"))


def asked(*answers: str, name: str = "x", cluster: str = "c") -> Asked:
    """A question with one group of answers, or with none."""
    return Asked(name, "Who signed?", ("Ito signed.",), (answers,) if answers else (), cluster)


def record(able: bool, best: float, sure: float = 0.5, shown: bool = True, answered: bool = True) -> Record:
    """A record whose reader's best score is `best`."""
    ordered = Order(shown, shown, best)
    question = asked("Ito") if able else asked()
    return Record(question, ordered, ordered, ordered, answered, shown, shown, sure)


def write(folder: Path, name: str, *rows: dict[str, Any]) -> None:
    """A gzipped file of JSON lines."""
    with gzip.open(folder / name, "wt", encoding="utf-8") as stream:
        stream.writelines(json.dumps(row) + "\n" for row in rows)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """One paragraph held out, one that is not, and one question of RGB."""
    qas = [
        {"question": "Who signed the pact?", "answers": ["Ito"], "unanswerable": False},
        {"question": "Who tore up the pact?", "answers": [], "unanswerable": True},
    ]
    context = "Ito signed the pact on Friday. It rained in Lund all week."
    paragraphs = [{"title": title, "context": context, "qas": qas} for title in (OUT, IN)]
    write(tmp_path, "squad2_dev_half.jsonl.gz", *paragraphs)
    row = {
        "query": "Who won the race?",
        "answer": [["Kato", "K. Kato"], "gold"],
        "positive": ["Kato won the race and the gold medal."] * 4,
        "negative": [f"The race of {year} was called off." for year in range(2001, 2006)],
    }
    write(tmp_path, "rgb_noise_dev.jsonl.gz", row)
    return tmp_path


@pytest.mark.parametrize(
    ("text", "right"),
    [("ITO signed it.", True), ("Mito signed it.", False), ("Itō signed it.", False), ("", False)],
)
def test_an_answer_is_right_as_a_whole_word(text: str, right: bool) -> None:
    """Case does not matter, and an answer inside a longer word is none."""
    assert right == asked("Ito").right(text)


def test_every_group_of_answers_is_due() -> None:
    """Where two facts are asked for, one alone is not right; and nothing is, where nothing answers."""
    both = Asked("x", "?", (), (("Ito", "I."), ("Friday",)), "c")
    assert (True, False) == (both.right("I. came on Friday"), both.right("Ito came"))
    assert not asked().right("anything")


def test_only_what_is_held_out_is_asked(data: Path) -> None:
    """Titles that are trained on are never measured."""
    found = list(squad(data))
    assert [True, False] == [bool(each.answers) for each in found]
    assert {OUT} == {row for row in (OUT, IN) if held_out(row)}


def test_noise_is_the_share_of_passages_without_the_answer(data: Path) -> None:
    """RGB is asked at four shares of noise with answers due, and once with only noise and none due."""
    found = {each.set: each for each in rgb(data)}
    assert ["RGB, noise .2", "RGB, noise .4", "RGB, noise .6", "RGB, noise .8", NOISE] == list(found)
    bearing = [sum("Kato" in text for text in each.texts) for each in found.values()]
    assert [4, 3, 2, 1, 0] == bearing
    assert () == found[NOISE].answers
    assert (("Kato", "K. Kato"), ("gold",)) == found["RGB, noise .8"].answers


def test_every_case_on_the_seeds_is_asked() -> None:
    """The eval cases are asked with their history, the silent ones without answers."""
    found = list(seeds())
    assert len(found) > 90
    assert any(each.history for each in found)
    assert any(not each.answers for each in found)


def test_an_order_is_judged_by_its_first_three() -> None:
    """The first sentence and the first three together are looked at."""
    assert Order(True, True, 0.5) == order(asked("Ito"), ["Ito.", "Abe."], 0.5)
    assert Order(False, True, 0.5) == order(asked("Ito"), ["Kato.", "Abe.", "Ito.", "Ueda."], 0.5)
    assert Order(False, False, 0.5) == order(asked("Ito"), ["Kato.", "Abe.", "Ueda.", "Ito."], 0.5)
    assert Order(False, False, 0.0) == order(asked("Ito"), [], 0.0)


def test_bm25_puts_the_rarer_word_first() -> None:
    """A text with a rare word of the question beats one with a common word; none of them gives nothing."""
    found = bm25("Who signed the pact?", ["He signed.", "The pact.", "She signed.", "It rained."])
    assert found[1] > found[0] > found[3] == 0.0
    assert found[0] == pytest.approx(found[2])


def test_the_area_under_the_curve_is_a_share_of_pairs() -> None:
    """Every pair counts once, equals half; without pairs there is no figure."""
    assert 1.0 == auroc([2.0, 3.0], [1.0])
    assert 0.5 == auroc([1.0], [1.0])
    assert 0.25 == auroc([1.0, 2.0], [2.0, 3.0]) + 0.125
    assert auroc([], [1.0]) != auroc([], [1.0])


def test_calibration_compares_confidence_with_what_is_right() -> None:
    """Eight of ten right at .8 is no error; none right at .9 is an error of .9."""
    honest = [record(True, 1, 0.8, shown=n < 8) for n in range(10)]
    assert 0.0 == pytest.approx(calibration_error(honest))
    assert 0.9 == pytest.approx(calibration_error([record(True, 1, 0.9, shown=False)] * 4))


def test_calibration_is_told_in_bins_of_equally_many_too() -> None:
    """Where all confidences share a bin of equal width, bins of equally many still part sure from unsure."""
    mine = [record(True, 1, 0.40 + n / 1000, shown=n >= 10) for n in range(20)]
    assert 0.0905 == pytest.approx(calibration_error(mine))
    assert 0.5 == pytest.approx(calibration_error_by_mass(mine), abs=0.01)


def test_risk_falls_when_the_sure_are_right() -> None:
    """Confidence that puts right answers first has a smaller area than one that puts them last."""
    rising = [record(True, 1, n / 10, shown=n > 5) for n in range(10)]
    falling = [record(True, 1, n / 10, shown=n <= 5) for n in range(10)]
    assert risk_area(rising) < risk_area(falling)


def test_silence_is_right_only_where_it_is_due() -> None:
    """A silent answer is right for a question that the texts do not answer, and an answer never is."""
    assert record(False, 0, answered=False, shown=False).correct
    assert not record(True, 0, answered=False, shown=False).correct
    assert not record(False, 0, answered=True, shown=False).correct
    assert record(True, 0, answered=True, shown=True).correct


def test_an_interval_draws_whole_clusters() -> None:
    """A hundred questions of one paragraph tell no more than one: the interval of two clusters is wide."""
    one = [replace(record(True, 1), asked=asked("Ito", cluster="a"))] * 50
    two = [replace(record(True, 1, shown=False), asked=asked("Ito", cluster="b"))] * 50
    found = interval([*one, *two], share(lambda r: r.opening))
    assert (0.5, 0.0, 1.0) == found


def test_two_networks_are_compared_question_by_question() -> None:
    """What both get right and wrong alike is no difference, and its interval has no width."""
    mixed = [replace(record(True, 1, shown=n % 2 == 0), asked=asked("Ito", cluster=str(n))) for n in range(8)]
    assert (0.0, 0.0, 0.0) == difference(mixed, mixed, share(lambda r: r.opening))
    found = difference([record(True, 1)] * 2, [record(True, 1, shown=False)] * 2, share(lambda r: r.opening))
    assert (1.0, 1.0, 1.0) == found


def test_24_sentences_are_timed() -> None:
    """What is timed beside one embedding is as many sentences as the table says."""
    assert 24 == sum(len(each.passage.sentences) for each in candidates(MiniLM()))


def test_the_command_prints_every_row_and_keeps_records(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each set has its rows, in a table with the reach beside it; records come out as JSON lines."""
    out = tmp_path / "records.jsonl"
    assert 0 == main(["--data", str(data), "--only", "squad", "--only", "rgb", "--out", str(out)])
    printed = capsys.readouterr().out
    for row in report.ROWS:
        assert (row.what in printed) == ("seeds" not in row.what)
    assert "RGB and SQuAD 2.0 together: calibration error of confidence" in printed
    assert "RGB, noise .2: right in what is shown (ChatGPT .947)" in printed
    assert "false silence" in printed
    assert "cross-validated" in printed
    kept = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert 7 == len(kept)
    assert {"asked", "reader", "bm25", "cosine", "answered", "shown", "confidence", "correct"} <= kept[
        0
    ].keys()


def test_what_is_shown_can_be_printed_alone(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of the public sets, without the table of what is read."""
    assert 0 == main(["--data", str(data), "--only", "shown"])
    printed = capsys.readouterr().out
    assert "RGB, only noise: silence where it is due" in printed
    assert report.ROWS[0].what not in printed


def test_two_networks_stand_side_by_side(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same network compared with itself is apart by nothing on every row."""
    assert 0 == main(["--data", str(data), "--only", "rgb", "--fp32", str(MODEL)])
    beside = capsys.readouterr().out.partition("| int8 beside fp32 |")[2]
    rows = [line for line in beside.splitlines() if line.startswith("| RGB")]
    assert 10 == len(rows)
    assert all("| .000 (.000 to .000) | within .01 | reached |" in row for row in rows)


def test_one_kind_of_question_is_not_told_apart() -> None:
    """Without an unanswerable question there is no row that tells it from others."""
    row = next(row for row in report.ROWS if row.kind == "apart")
    assert [] == report.taken(row, {"SQuAD 2.0": [record(True, 1)]})


def test_news_is_ranked_with_and_without_reading(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Only weeks held out are asked; the table has both ways, for passages and runs, and the difference."""
    weeks = [f"2022-01-{n:02}" for n in range(1, 29)]
    out, kept = next(w for w in weeks if held_out(w)), next(w for w in weeks if not held_out(w))
    stories = [
        {
            "id": f"a{n}",
            "title": None,
            "published": out,
            "text": f"{name} won the race of {n} miles on Friday.",
        }
        for n, name in enumerate(("Ito", "Kato", "Abe", "Ueda"))
    ]
    quizzes = [
        {"id": week, "date": week, "question": "Who won the race of 1 mile?", "answer": ["Kato"],
         "answer_bearing_ids": ["a1"]}
        for week in (out, kept)
    ]  # fmt: skip
    write(tmp_path, "tiny_articles.jsonl.gz", *stories)
    write(tmp_path, "tiny_questions.jsonl.gz", *quizzes)
    assert 0 == main(["--data", str(tmp_path), "--only", "news"])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("| news: 1 questions, 2 articles")
    assert 8 == len(lines)
    assert 2 == sum("what reading adds" in line for line in lines)
    cache = ["--cache", str(tmp_path / "cache")]
    assert 0 == main(["--data", str(tmp_path), "--only", "news", "--whole", *cache])
    assert capsys.readouterr().out.startswith("| news: 1 questions, 4 articles")
    assert 1 == len(list((tmp_path / "cache").iterdir()))


@pytest.mark.parametrize("text", ["no gzip", "[1]\n", '{"title": 1}\n', '{"query": "q"}\n', "{\n"])
@pytest.mark.parametrize(("part", "name"), [("squad", "squad2_dev_half"), ("rgb", "rgb_noise_dev")])
def test_data_that_cannot_be_read_is_one_line(
    part: str, name: str, text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A missing, broken or foreign file ends with exit 2 and one line that names it."""
    assert 2 == main(["--data", str(tmp_path), "--only", part])
    raw = text.encode()
    (tmp_path / f"{name}.jsonl.gz").write_bytes(raw if text == "no gzip" else gzip.compress(raw))
    assert 2 == main(["--data", str(tmp_path), "--only", part])
    told = capsys.readouterr().err.splitlines()
    assert 2 == len(told)
    assert all(f"{name}.jsonl.gz" in line for line in told)


@pytest.mark.parametrize(
    ("options", "line"),
    [
        (["--out", "/nowhere/records.jsonl"], "cannot write /nowhere/records.jsonl: there is no such folder"),
        (["--fp32", "/nowhere/model.onnx"], "cannot read /nowhere/model.onnx"),
        (["--whole"], "--whole goes with --only news and --cache DIR"),
    ],
)
def test_what_cannot_work_is_refused_before_measuring(
    options: list[str], line: str, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is printed after minutes that could have been refused at once."""
    assert 2 == main(["--data", str(data), "--only", "squad", *options])
    printed = capsys.readouterr()
    assert "" == printed.out
    assert printed.err.startswith(f"error: {line}")


def test_nothing_held_out_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A set without a question to measure on is no empty table."""
    write(tmp_path, "squad2_dev_half.jsonl.gz", {"title": IN, "context": "Ito.", "qas": []})
    assert 2 == main(["--data", str(tmp_path), "--only", "squad"])
    assert "none of its questions is held out" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--limit", "--runs"])
def test_counts_begin_at_one(option: str, tmp_path: Path) -> None:
    """Nought and less are no number of questions or of measurements."""
    with pytest.raises(SystemExit, match="2"):
        main(["--data", str(tmp_path), option, "0"])
