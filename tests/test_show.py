"""What a person or a program is shown: escaped, in one piece, with its sources."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag import Answer, Assistant
from rag.show import article_html, line, sentence_html, to_html, to_json, to_markdown, to_text
from rag.types import Citation, DraftSentence, Dropped, Sentence, Span
from rag.verify import Ledger, check
from tests.makers import MEMO, article, offered

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


def quoting(text: str, focus: Span | None) -> Sentence:
    """A text quoted whole, with the words that answer."""
    known = article(f"x{text}x")
    moved = Span(focus.start + 1, focus.end + 1) if focus else None
    cited = Citation(1, known, 1, 1 + len(text), text, moved)
    return Sentence(text, (cited,), "quoted", "")


def test_the_words_that_answer_are_set_off() -> None:
    """The focus of a quoted sentence is bold beside the answer and in the opened article, and only it."""
    sentence = quoting("Ito  signed *the* pact.", Span(5, 17))
    assert 'Ito <b class="focus">signed *the*</b> pact.' in sentence_html(sentence)
    opened = article_html(sentence.citations[0])
    assert '<mark id="cited">Ito  <b class="focus">signed *the*</b> pact.</mark>' in opened
    assert "focus" not in sentence_html(quoting("Ito signed.", None))


def test_markdown_sets_the_answer_off_in_bold(answer: Answer) -> None:
    """Markdown has the words that answer between stars, and shows the same text otherwise."""
    first = answer.sentences[0]
    cited = first.citations[0]
    focused = replace(cited, focus=Span(cited.start, cited.start + 9))
    shown = to_markdown(replace(answer, sentences=(replace(first, citations=(focused,)),)))
    plain = replace(first, citations=(replace(cited, focus=None),))
    assert f"**{cited.quote[:9]}**" in shown
    assert to_markdown(replace(answer, sentences=(plain,))) == shown.replace(
        f"**{cited.quote[:9]}**", cited.quote[:9], 1
    )


@given(st.text(min_size=1, max_size=40), st.integers(0, 39), st.integers(1, 40))
def test_setting_off_changes_no_text(text: str, start: int, length: int) -> None:
    """Whatever stands in a sentence, and wherever its focus is, the text shown is the same as without."""
    focus = Span(min(start, len(text) - 1), min(start + length, len(text)))
    focus = focus if focus.start < focus.end else None
    shown, plain = sentence_html(quoting(text, focus)), sentence_html(quoting(text, None))
    assert plain == shown.replace('<b class="focus">', "").replace("</b>", "")
