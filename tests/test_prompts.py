"""Prompt files: validated when loaded, filled once, versioned."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import PromptError
from rag.prompts import load
from tests.conftest import ROOT

GOOD = "---\nversion: 3\nvariables: [question]\n---\n## system\nAnswer.\n## user\nQ: {{question}}\n"


def _folder(tmp_path: Path, text: str) -> Path:
    (tmp_path / "p.md").write_text(text, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("name", "variables"),
    [
        ("answer", {"question", "evidence", "today"}),
        ("repair", {"question", "evidence", "failed"}),
        ("standalone", {"history", "question"}),
        ("judge", {"sentence", "evidence"}),
    ],
)
def test_our_prompts_load(name: str, variables: set[str]) -> None:
    """Each prompt of ours has a version, a system and a user message, and the variables that fill it."""
    prompt = load(name, ROOT / "prompts")
    assert variables == prompt.variables
    assert prompt.version
    assert ["system", "user"] == [role for role, _ in prompt.messages]


def test_a_prompt_is_filled_once(tmp_path: Path) -> None:
    """What is put in is not read again: braces in a question stay braces."""
    prompt = load("p", _folder(tmp_path, GOOD))
    filled = prompt.fill({"question": r"{{question}} \1 {{evidence}}"})
    assert filled[1] == {"role": "user", "content": r"Q: {{question}} \1 {{evidence}}"}
    assert "3" == prompt.version


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, "no value for question"),
        ({"question": " \n"}, "no value for question"),
        ({"question": "x", "evidence": "y"}, "does not know evidence"),
    ],
)
def test_a_variable_too_few_or_too_many_is_an_error(
    tmp_path: Path, values: dict[str, str], words: str
) -> None:
    """A missing, empty or unknown variable is refused by name."""
    with pytest.raises(PromptError, match=rf"^prompts/p\.md: {words}$"):
        load("p", _folder(tmp_path, GOOD)).fill(values)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("## system\nA\n## user\nB\n", "must begin with front matter"),
        (GOOD.replace("version: 3\n", ""), "needs a version and a list of variables"),
        (GOOD.replace("[question]", "question"), "needs a version and a list of variables"),
        (GOOD.replace("version: 3", "version: [3"), "front matter|while parsing"),
        (GOOD.replace("[question]", "[question, day]"), "declared and used variables differ: day"),
        (GOOD.replace("{{question}}", "none"), "declared and used variables differ: question"),
        (GOOD.replace("## user\n", ""), "must hold '## system' and then '## user'"),
        (GOOD.replace("## system", "## user"), "must hold '## system' and then '## user'"),
        (GOOD.replace("version: 3\nvariables: [question]", "just words"), "needs a version"),
    ],
)
def test_a_malformed_prompt_is_one_clear_error(tmp_path: Path, text: str, words: str) -> None:
    """What is wrong with a prompt file is said on one line, with its path."""
    with pytest.raises(PromptError, match=words) as caught:
        load("p", _folder(tmp_path, text))
    assert str(caught.value).startswith(f"{tmp_path / 'p.md'}: ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("raw", "reason"), [(None, "no such file"), (b"\xff\xfe---", "not utf-8")])
def test_a_prompt_that_cannot_be_read_is_named(tmp_path: Path, raw: bytes | None, reason: str) -> None:
    """A missing or binary prompt file is refused by path."""
    if raw is not None:
        (tmp_path / "p.md").write_bytes(raw)
    with pytest.raises(PromptError, match=f"^cannot read the prompt .*p.md: {reason}"):
        load("p", tmp_path)
