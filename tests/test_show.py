"""What a person or a program is shown: escaped, in one piece, with its sources."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag import Answer, Assistant
from rag.show import (
    article_html,
    conversation_markdown,
    footnoted,
    line,
    original,
    permanent,
    sentence_html,
    to_fact_sheet,
    to_html,
    to_json,
    to_markdown,
    to_text,
)
from rag.types import Citation, DraftSentence, Dropped, Filters, Question, Sentence, Span
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


# Taken along


WEB = "https://news.example/a?b=1"


def cited(quote: str, url: str | None = WEB) -> Citation:
    """A citation of the whole of an article."""
    made = article(quote, url=url)
    return Citation(1, made, 0, len(quote), quote)


@pytest.mark.parametrize(
    ("quote", "url", "expected"),
    [
        ("He paid $9, twice.", WEB, f"{WEB}#:~:text=He%20paid%20%249%2C%20twice."),
        ("A top-level pact", f"{WEB}#top", f"{WEB}#top:~:text=A%20top%2Dlevel%20pact"),
        (
            "one two three four five six seven\neight nine ten eleven",
            WEB,
            f"{WEB}#:~:text=one%20two%20three%20four%20five,seven%20eight%20nine%20ten%20eleven",
        ),
        ("A pact", "javascript:alert(1)", ""),
        ("A pact", 'https://a.example/"onclick="x', ""),
        ("A pact", "https://a.example/ b", ""),
        ("A pact", None, ""),
    ],
)
def test_the_original_is_linked_to_at_its_words(quote: str, url: str | None, expected: str) -> None:
    """A web address gets a text fragment of the quote's first and last words; no other is linked to."""
    place = cited(quote)
    place = replace(place, article=replace(place.article, url=url))
    assert expected == original(place)
    shown = article_html(place)
    assert (f'href="{expected}"' in shown) == bool(expected)
    assert ("<a " in shown) == bool(expected)


def test_a_link_to_an_article_has_no_fragment() -> None:
    """An article that is opened as such is linked to at its beginning."""
    assert WEB == original(cited("A pact").article)


def test_a_permanent_link_holds_what_was_asked(assistant: Assistant) -> None:
    """Question, filters and what was asked before, each escaped."""
    filters = Filters(since=date(2023, 1, 1), outlet="A & B")
    asked = Question("who & why?", ("what?",), filters)
    assert "?q=who+%26+why%3F&after=what%3F&since=2023-01-01&outlet=A+%26+B" == permanent(asked)


def test_a_fact_sheet_can_be_read_again(answer: Answer, assistant: Assistant) -> None:
    """Each row names a sentence, its verdict, and a place that holds its quote; silence has a row too."""
    silent = assistant.ask("Who won the 2023 election in Brazil?")
    rows = list(csv.DictReader(io.StringIO(to_fact_sheet([answer, silent]))))
    assert len(answer.citations) + 1 == len(rows)
    for row, place in zip(rows, answer.citations, strict=False):
        assert place.quote == row["quote"] == place.article.text[int(row["start"]) : int(row["end"])]
        assert ("quoted", place.article.id, "2023-01-13") == (row["verdict"], row["article_id"], row["date"])
    assert ("not in articles", silent.silence, "") == (
        rows[-1]["verdict"],
        rows[-1]["claim"],
        rows[-1]["quote"],
    )


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1 to 3", "@cmd", "\tx"])
def test_no_cell_is_a_formula(answer: Answer, text: str) -> None:
    """What a spreadsheet would run begins with an apostrophe."""
    asked = replace(answer, question=replace(answer.question, text=text))
    (first, *_) = csv.DictReader(io.StringIO(to_fact_sheet([asked])))
    assert f"'{text}" == first["question"]


def test_footnotes_go_with_an_answer(answer: Answer) -> None:
    """What is copied holds every sentence with its marks, and each source once with its quote."""
    copied = footnoted(answer)
    assert all(line(sentence.text) in copied for sentence in answer.sentences)
    assert all(1 == copied.count(f"[{c.n}] “{line(c.quote)}”") for c in answer.citations)


def test_a_conversation_is_one_document(answer: Answer) -> None:
    """Each answer stands in it as it does alone."""
    whole = conversation_markdown([answer, answer])
    assert 2 == whole.count(to_markdown(answer))
    assert whole.startswith("# Pressroom\n")
