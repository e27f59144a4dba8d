"""Other ways to ask, where a question gets no answer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rag import Answer, Assistant
from rag.rephrase import rephrasings


@pytest.fixture(scope="module")
def silent(assistant: Assistant) -> Answer:
    """An answer that says nothing."""
    return assistant.ask("Who won the 2023 election in Brazil?")


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (
            "What did Hamada say about TikTok?",
            ("What did Hamada say?", "What is said about Hamada?", "What is said about TikTok?"),
        ),
        (
            "Did Blinken meet Putin in the Kremlin?",
            (
                "Did Blinken meet Putin?",
                "What is said about Blinken?",
                "What is said about Putin?",
                "What is said about Kremlin?",
            ),
        ),
        ("Is Blinken with Putin?", ("What is said about Blinken?", "What is said about Putin?")),
        ("why was it moved?", ()),
        ("What is said about Hamada?", ()),
    ],
)
def test_a_question_is_asked_with_less(silent: Answer, asked: str, expected: tuple[str, ...]) -> None:
    """A name goes with what leads to it; then each name alone; a question without names has no other."""
    question = replace(silent.question, text=asked, standalone=asked)
    assert expected == rephrasings(replace(silent, question=question))
