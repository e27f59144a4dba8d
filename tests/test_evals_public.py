"""Public sets go through the door of the evals: their passages as articles, their questions as cases."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from evals import __main__ as command
from evals import check, public
from evals.cases import CaseError

OPENED = "The old bridge at Orrin was opened by Mayor Keiko Ito in 1931."
BRIDGE = f"{OPENED} It is 240 metres long."
DAM = "The dam above Tessaly was built in 14 months. Its architect was Lars Halvard."
PARAGRAPHS = [
    {
        "title": "Orrin",
        "context": BRIDGE,
        "qas": [
            {
                "id": "a",
                "question": "Who opened the bridge at Orrin?",
                "answers": ["Keiko Ito"],
                "unanswerable": False,
            },
            {"id": "b", "question": "Who painted the ceiling?", "answers": [], "unanswerable": True},
        ],
    },
    {
        "title": "Tessaly",
        "context": DAM,
        "qas": [
            {
                "id": "c",
                "question": "Who designed the dam?",
                "answers": ["Lars Halvard"],
                "unanswerable": False,
            },
            {"id": "d", "question": "Who burned it?", "answers": ["nobody here"], "unanswerable": False},
        ],
    },
]
QUERIES = [
    {
        "id": 0,
        "query": "Who opened the bridge at Orrin, and when?",
        "answer": [["Keiko Ito", "K. Ito"], "1931"],
        "positive": [BRIDGE],
        "negative": [DAM],
    }
]


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    """The rows as gzipped JSON lines."""
    with gzip.open(path, "wt", encoding="utf-8") as stream:
        stream.writelines(json.dumps(row) + "\n" for row in rows)
    return path


def test_a_paragraph_becomes_an_article_and_its_questions_cases(tmp_path: Path) -> None:
    """An answered question names its article and sentence; one whose answer no sentence holds is left out."""
    file = write(tmp_path / "squad.jsonl.gz", PARAGRAPHS)
    (suite,) = public.public_suites(file, tmp_path / "made", 10)
    answered = [case for case in suite.cases if case.status == "answered"]
    assert [
        ("Who opened the bridge at Orrin?", ("00001.txt",), OPENED),
        ("Who designed the dam?", ("00002.txt",), "Its architect was Lars Halvard."),
    ] == [(case.question, case.cite, case.gold[0]) for case in answered]
    assert ["Who painted the ceiling?"] == [c.question for c in suite.cases if c not in answered]
    assert ["Orrin", "Tessaly"] == [article.title for article in suite.read()]
    assert [] == check.faults(suite.cases, suite.read())


def test_a_query_is_asked_of_all_passages_and_of_noise_alone(tmp_path: Path) -> None:
    """Every group of answers is due where its passages are; where only noise is, silence is due."""
    file = write(tmp_path / "rgb.jsonl.gz", QUERIES)
    whole, noise = public.public_suites(file, tmp_path / "made", 10)
    assert (("Keiko Ito", "K. Ito"), ("1931",)) == whole.cases[0].must
    assert [BRIDGE, DAM] == [article.text for article in whole.read()]
    assert ["not_in_articles"] == [case.status for case in noise.cases]
    assert [DAM] == [article.text for article in noise.read()]


def test_a_sample_is_drawn_and_the_same_each_time(tmp_path: Path) -> None:
    """At most so many questions are asked; which ones does not change."""
    file = write(tmp_path / "squad.jsonl.gz", PARAGRAPHS)
    drawn = [public.public_suites(file, tmp_path / str(i), 2)[0].cases for i in range(2)]
    assert drawn[0] == drawn[1]
    assert 1 <= len(drawn[0]) <= 2


def test_public_sets_go_through_the_same_door(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder of them is asked, kept as a baseline beside them, and compared with it from then on."""
    write(tmp_path / "rgb.jsonl.gz", QUERIES)
    write(tmp_path / "squad.jsonl.gz", PARAGRAPHS)
    asked = ["--suite", str(tmp_path), "--out", str(tmp_path / "runs")]
    assert 0 == command.main([*asked, "--accept"])
    assert 5 == len((tmp_path / "baseline.jsonl").read_text(encoding="utf-8").splitlines())
    assert 0 == command.main(asked)
    assert "| rgb, only noise |" in capsys.readouterr().out


def test_a_file_keeps_its_baseline_beside_it(tmp_path: Path) -> None:
    """Two files of one folder do not share a baseline."""
    file = write(tmp_path / "rgb.jsonl.gz", QUERIES)
    asked = ["--suite", str(file), "--out", str(tmp_path / "runs")]
    assert 0 == command.main([*asked, "--accept"])
    assert (tmp_path / "rgb.baseline.jsonl").is_file()


@pytest.mark.parametrize("rows", [[{"colour": "red"}], [], [{**QUERIES[0], "answer": None}]])
def test_a_file_of_something_else_is_refused(tmp_path: Path, rows: list[dict[str, Any]]) -> None:
    """Rows in no known format are no set, whatever they hold."""
    with pytest.raises(CaseError):
        public.public_suites(write(tmp_path / "odd.jsonl.gz", rows), tmp_path / "made", 10)
