"""Faults are put in and taken out again; what gets past the gate is said."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from evals.faults import __main__ as command
from evals.faults.kinds import FAULTS, Fault
from evals.faults.model import LIE, replies
from evals.suites import Suite, suite_in
from rag import answer, articles, assistant, collection, rank, reader, retrieve, silence, verify, write

CASES = """
- id: cost
  kind: number
  question: How much did the bridge at Orrin cost?
  status: answered
  must: [["12 million crowns"]]
  must_not: []
  cite: ["bridge"]
  gold: ["The bridge at Orrin cost 12 million crowns."]
  why: One number.
- id: cost-compared
  kind: compare
  question: Did the bridge at Orrin cost 12 or 13 million crowns?
  status: answered
  must: [["12 million"], ["bridge at Orrin"]]
  must_not: []
  cite: ["bridge"]
  gold: ["The bridge at Orrin cost 12 million crowns."]
  why: Asked of faults that need few cases.
"""
TEXT = "Mayor Ito opened the bridge on 4 May 2024. The bridge at Orrin cost 12 million crowns. Nobody came."
# Where the faults are put in.
TARGETS: tuple[tuple[Any, str], ...] = (
    (verify.Ledger, "_cite"),
    (assistant, "check"),
    (assistant, "understand"),
    (reader.Reader, "read"),
    (rank, "scores"),
    (answer, "quote"),
    (silence, "unheard"),
    (articles.making, "body_spans"),
    (articles.kinds, "made"),
    (collection, "_signature"),
    (retrieve, "resolve"),
    (write, "check"),
    (write, "numbered"),
    (write.Writer, "_repaired"),
)


@pytest.fixture
def small(tmp_path: Path) -> Suite:
    """A suite of one article, with a case of each kind that these faults are asked of."""
    for part, name, text in (("articles", "bridge.txt", TEXT), ("cases", "all.yaml", CASES)):
        (tmp_path / part).mkdir()
        (tmp_path / part / name).write_text(text, encoding="utf-8")
    return suite_in(tmp_path)


@pytest.fixture
def asked(small: Suite, monkeypatch: pytest.MonkeyPatch) -> None:
    """The small suite instead of the two that come along."""
    monkeypatch.setattr(command.suites, "own", lambda: (small,))
    command._sound.cache_clear()


def test_there_are_many_faults_each_under_a_name() -> None:
    """At least fifteen, and the checks of a model's sentences are among what they spoil."""
    assert len(FAULTS) >= 15
    assert len(FAULTS) == len({fault.name for fault in FAULTS})
    assert 3 <= sum(fault.written for fault in FAULTS)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_is_taken_out_again(fault: Fault) -> None:
    """While it is in, something is another thing than before; afterwards all is as it was."""
    sound = [getattr(owner, name) for owner, name in TARGETS]
    with fault.put_in():
        inside = [getattr(owner, name) for owner, name in TARGETS]
    assert sound != inside or "first word" in fault.name
    assert sound == [getattr(owner, name) for owner, name in TARGETS]


@pytest.mark.parametrize("name", ["offset off by one", "abstention always", "checks skipped"])
@pytest.mark.usefixtures("asked")
def test_a_fault_that_is_caught_is_named_with_its_case(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One case is enough for an invariant; a loss counts from one on when the stated effect is one."""
    monkeypatch.setattr(command.gate, "LOST", 1)
    monkeypatch.setattr(command.gate, "CHANCE", 1.0)
    assert 0 == command.main(["--only", name])
    printed = capsys.readouterr().out
    assert printed.startswith(f"caught: {name}: ") and "cost" in printed
    assert "1 of 1 faults close the gate" in printed


@pytest.mark.usefixtures("asked")
def test_a_fault_that_gets_past_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What changes nothing passes, which is exit 1; a name that no fault has is exit 2."""
    monkeypatch.setattr(command, "FAULTS", (Fault("nothing at all", nullcontext),))
    assert 1 == command.main([])
    assert "PASSED: nothing at all" in capsys.readouterr().out
    assert 2 == command.main(["--only", "no such fault"])


@pytest.mark.usefixtures("asked")
def test_a_gate_that_is_closed_without_a_fault_proves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """When the sound product breaks an invariant, no fault can be measured: exit 2."""
    with FAULTS[0].put_in():
        assert 2 == command.main(["--only", FAULTS[1].name])


EVIDENCE = "<articles>\n-- X\n[1] The bridge cost 12 million.\n[2] Nobody came.\n</articles>\n"


def said(prompt: str) -> str:
    """The scripted model's whole reply."""
    return "".join(replies(None, [{"role": "user", "content": prompt}], 0.0, whole=True))


def test_the_scripted_model_lies_once_and_repairs() -> None:
    """A true last sentence, a lie on the likeliest; then the likeliest itself; without evidence, silence."""
    asked = "Question: what did the bridge cost?"
    assert f"Nobody came. [2]\n{LIE} said so in 1801. [1]\n" == said(EVIDENCE + asked)
    assert "The bridge cost 12 million. [1]\n" == said(EVIDENCE + "<failed>\n- x\n</failed>\n" + asked)
    assert "NOT IN ARTICLES" == said(asked)
