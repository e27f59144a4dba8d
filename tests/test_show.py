"""What a person or a program is shown: escaped, in one piece, with its sources."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from rag import Answer, Assistant
from rag.show import line, to_html, to_json, to_markdown, to_text
from rag.types import DraftSentence, Dropped
from rag.verify import Ledger, check
from tests.makers import MEMO, offered

HOSTILE = "<script>alert(1)</script> [Hamada](javascript:x) ![p](http://x/y.png) \x1b[31mred\x1b[0m"


@pytest.fixture
def answer(assistant: Assistant) -> Answer:
    """An answer of one quoted sentence."""
    return assistant.ask("what did Hamada sign?")


def hostile(answer: Answer) -> Answer:
    """The answer with hostile text wherever text can stand."""
    sentence = answer.sentences[0]
    article = replace(sentence.citations[0].article, title=HOSTILE, outlet=HOSTILE, source=HOSTILE)
    citation = replace(sentence.citations[0], article=article, quote=HOSTILE)
    spoiled = replace(sentence, text=HOSTILE, citations=(citation,), verdict="supported")
    asked = replace(answer.question, text=HOSTILE, standalone=HOSTILE)
    dropped = (Dropped(HOSTILE, f"quotes {HOSTILE}"),)
    return replace(answer, question=asked, sentences=(spoiled,), dropped=dropped, model=HOSTILE)


def test_no_markup_gets_through(answer: Answer) -> None:
    """Markup, links and terminal codes in any text are shown as text or not at all."""
    spoiled = hostile(answer)
    assert "<script" not in to_html(spoiled)
    assert "\x1b" not in to_html(spoiled) + to_text(spoiled) + to_markdown(spoiled)
    assert "](" not in to_markdown(spoiled)
    assert not re.search(r"(?<!\\)<", to_markdown(spoiled))


def test_json_is_one_line_for_every_reader(answer: Answer) -> None:
    """No character that some reader takes for a line's end stands raw in the JSON."""
    odd = "one\u2028two\u2029three\x85four"
    spoiled = replace(answer, question=replace(answer.question, text=odd))
    assert 1 == len(to_json(spoiled).splitlines())
    assert odd == json.loads(to_json(spoiled))["question"]


def test_a_written_answer_shows_the_quotes_that_carry_it() -> None:
    """What a model wrote is printed with the sentences that it was checked against."""
    ledger = Ledger()
    known = offered(MEMO)
    ledger.enter(check(DraftSentence("Austin and Hamada signed two documents.", (1,)), known))
    shown = _answer_of(ledger)
    assert f"“{known[1].quote}”" in to_text(shown)


def test_marks_in_a_text_are_no_citations() -> None:
    """Bracketed numbers that stand in an article are not shown as if they were citations."""
    ledger = Ledger()
    known = offered("Ito opened the bridge [2] in May.")
    ledger.enter(check(DraftSentence(known[1].quote, (1,), quoting=True), known))
    shown = _answer_of(ledger)
    assert "Ito opened the bridge (2) in May. [1]" == shown.text
    assert "bridge (2) in May. [1]" in to_text(shown)
    assert "Ito opened the bridge [2] in May." == shown.sentences[0].text


def test_dropped_sentences_are_counted_even_in_silence(answer: Answer) -> None:
    """How many were dropped is said also when nothing is left."""
    silent = replace(
        answer,
        sentences=(),
        status="not_in_articles",
        silence="No.",
        dropped=(Dropped("secret", "is so: secret"),) * 2,
    )
    for shown in (to_text(silent), to_markdown(silent), to_html(silent)):
        assert "2 sentences were dropped" in shown
    assert "is so." in to_html(silent)
    assert "secret" not in to_html(silent)


def test_a_line_is_one_line() -> None:
    """Control, zero-width and direction characters vanish, white space becomes single spaces."""
    assert "a b c" == line("a\u200b\r\n b\u202e\x00\tc")


def _answer_of(ledger: Ledger) -> Answer:
    from rag.types import Question, Trace

    return Answer(
        question=Question("q", standalone="q"),
        status="answered",
        sentences=tuple(ledger.sentences),
        dropped=(),
        evidence=(),
        nearest=(),
        silence="",
        model="fake",
        confidence=0.5,
        trace=Trace(config="x"),
    )
