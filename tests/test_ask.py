"""The command line of asking: what it prints where, and its exit status."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from rag import ask
from tests.conftest import ROOT, child_environment


@pytest.fixture
def here(copied_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A seeded home in the environment, asked from the checkout."""
    monkeypatch.chdir(ROOT)
    return copied_home


def test_an_answer_names_outlet_and_date(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A person gets the sentences with marks, and each source with outlet, date and place."""
    assert 0 == ask.main(["what did Hamada sign?"])
    out, err = capsys.readouterr()
    assert (
        "Memorandum of Understanding and a bilateral, non-binding Security of Supply Arrangement. [1]" in out
    )
    assert "IRIA News, 13 January 2023" in out
    assert "seeds/003_2991e9f07b9ef834.txt, characters 626 to 878" in out
    assert "" == err


def test_a_word_taken_for_another_is_told(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A misspelled word that was corrected is named on stderr, beside the answer."""
    assert 0 == ask.main(["where will the Marine Litoral Regiment be by 2025?"])
    out, err = capsys.readouterr()
    assert "Marine Littoral Regiment in Japan by 2025" in out
    assert ["understood as: where will the Marine Littoral Regiment be by 2025?"] == err.splitlines()


def test_json_is_one_object_on_stdout(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--json prints one line of JSON and nothing else."""
    assert 0 == ask.main(["--json", "What did Hamada say about TikTok?"])
    out, _ = capsys.readouterr()
    assert 1 == len(out.splitlines())
    assert "not_in_articles" == json.loads(out)["status"]


def test_lines_are_answered_in_order(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Plain lines and objects are answered in order; a bad line fails alone and makes the status 1."""
    lines = [
        "what did Hamada sign?",
        json.dumps({"question": "is it binding?", "history": ["what did Hamada sign?"], "id": "b"}),
        "{broken",
        json.dumps({"history": [], "id": "x"}),
        "",
        '{"question": "Who is Raymond Greene?", "id": NaN}',
        '{"question": 1e999}',
        json.dumps({"question": "Who is Raymond Greene?", "id": 7}),
    ]
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(lines)))
    assert 1 == ask.main(["--json", "-"])
    out, err = capsys.readouterr()
    answers = [json.loads(line, parse_constant=pytest.fail) for line in out.splitlines()]
    assert ["answered"] * 2 + ["failed"] * 4 + ["answered"] == [a["status"] for a in answers]
    assert [None, "b", None, "x", None, None, 7] == [a["id"] for a in answers]
    assert 4 == len(err.splitlines())


def test_these_articles_instead(
    here: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """--articles asks these files alone, keeps their library, and sees changes."""
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "a.txt").write_text("Mayor Ito opened the Kanda bridge on 4 May.\n", encoding="utf-8")
    (folder / "empty.txt").write_text("", encoding="utf-8")
    command = ["--json", "Who opened the Kanda bridge?", "--articles", str(folder)]
    assert 0 == ask.main(command)
    out, err = capsys.readouterr()
    cited = json.loads(out)["citations"][0]
    assert str(folder / "a.txt") == cited["source"]
    assert "empty.txt" in err
    (folder / "empty.txt").unlink()
    (folder / "a.txt").write_text("Mayor Sato opened the Kanda bridge on 4 May.\n", encoding="utf-8")
    assert 0 == ask.main(command)
    assert "Mayor Sato" in json.loads(capsys.readouterr().out)["answer"]

    def no_embedding(*_: object) -> None:
        raise AssertionError("nothing has changed, so no passage should be embedded again")

    monkeypatch.setattr("rag.intake.split", no_embedding)
    assert 0 == ask.main(["--json", "--articles", str(folder), "Who opened the Kanda bridge?"])


@pytest.mark.parametrize("option", ["--home", "--articles"])
def test_an_empty_path_is_no_folder(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What a variable that is not set leaves behind does not name the working folder."""
    with pytest.raises(SystemExit, match="2"):
        ask.main(["who signed it?", option, ""])
    assert f"argument {option}: a path is empty" in capsys.readouterr().err


def test_a_closed_pipe_is_no_error(here: Path) -> None:
    """When the reader of the answers goes away, the command ends quietly."""
    child = subprocess.Popen(
        [sys.executable, "-m", "rag.ask", "--json", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        env=child_environment(RAG_HOME=str(here)),
    )
    assert child.stdout
    assert child.stdin
    assert child.stderr
    child.stdin.write(b"what did Hamada sign?\n")
    child.stdin.flush()
    assert b"Memorandum" in child.stdout.readline()
    child.stdout.close()
    child.stdin.write(b"what did Hamada sign?\n")
    child.stdin.close()
    assert b"Traceback" not in child.stderr.read()
    child.stderr.close()
    assert 0 == child.wait(timeout=30)
