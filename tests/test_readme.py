"""What the README claims is so: its commands, its file map, its example."""

from __future__ import annotations

import re

from rag import Assistant
from rag.show import to_text
from tests.conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
FIRST_SCREEN = README[: README.index("## What it looks like")]


def test_both_commands_stand_on_the_first_screen() -> None:
    """One command installs and answers, one installs and tests; each makes its environment itself."""
    commands = re.findall(r"```sh\n(.*?)\n```", FIRST_SCREEN, re.DOTALL)
    assert 2 == len(commands)
    assert all(command.startswith("python3 -m venv .venv && ") for command in commands)
    assert commands[0].endswith('python -m rag.ask "what did Hamada sign?"')
    assert commands[1].endswith("python -m pytest -n 2 --dist loadfile --no-loadscope-reorder")


def test_ci_runs_the_commands_of_the_readme() -> None:
    """.ci/run holds the README's test command to the letter, and the evals."""
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    (_, tests) = re.findall(r"```sh\n(.*?)\n```", FIRST_SCREEN, re.DOTALL)
    assert tests in script
    assert "\npython -m evals\n" in script
    assert "bash .ci/run" in (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")


def test_the_file_map_names_every_room() -> None:
    """Every module of rag stands in the file map, and everything in the map exists."""
    rows = [line for line in README.splitlines() if line.startswith("| `")]
    mapped = {name for row in rows for name in re.findall(r"`([\w/.]+(?:\.py|/))`", row.split("|")[1])}
    for path in (ROOT / "rag").iterdir():
        if path.suffix == ".py" and path.name != "__init__.py":
            assert f"rag/{path.name}" in mapped
    for name in mapped:
        assert (ROOT / name).exists(), name


def test_the_example_is_what_is_printed(assistant: Assistant) -> None:
    """The answers shown in the README are those that the command gives."""
    shown = " ".join(README.split())
    for question in ("what did Hamada sign?", "What did Hamada say about TikTok?"):
        assert " ".join(to_text(assistant.ask(question)).split()) in shown


def test_files_that_the_readme_links_to_are_there() -> None:
    """Each link to a file of the repository leads somewhere."""
    links = re.findall(r"\]\(((?!https?:)[^)#]+)\)", README)
    assert links
    for link in links:
        assert (ROOT / link).exists(), link


def test_no_figure_is_missing() -> None:
    """README and log hold the tables that their commands print, with nothing left to fill in."""
    log = (ROOT / "evals" / "LOG.md").read_text(encoding="utf-8")
    for text in (README, log):
        for words in ("| cases right |", "| cold `rag.ask`", "| installed, MB |"):
            assert words in text
        assert not re.search(r"^[A-Z]{3,}$", text, re.MULTILINE)
