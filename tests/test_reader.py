"""Which sentence the reader puts first, and what kind of thing a question asks for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.reader import Reading, ask, rarities, read
from rag.reader.kinds import kind_of, shows
from rag.types import Question
from rag.words import content_words
from tests.makers import MEMO, offered, question

KNOWN = offered(MEMO, "The talks began on Friday. They were held by video because of the omicron variant.")


def reading(asked: Question, known: object = None) -> list[Reading]:
    """The sentences as read, all words equally rare, the likeliest first."""
    texts = list((known or KNOWN).values())  # type: ignore[attr-defined]
    rarity = rarities(dict.fromkeys(content_words(asked.standalone), 1), 10)
    return sorted(read(ask(asked, rarity), texts, {}), key=lambda r: -r.score)


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("what did Hamada sign?", "On Thursday"),
        ("how much does Tokyo pay?", "Tokyo pays"),
        ("what did Hamada say about yielding?", "“We will not"),
        ("by when will a regiment be in Japan?", "Austin lauded"),
        ("why were the talks held by video?", "They were held"),
        ("when did the talks begin?", "The talks began"),
    ],
)
def test_the_sentence_that_answers_comes_first(text: str, begins: str) -> None:
    """Among a few sentences, the one that answers is put first."""
    assert reading(question(text))[0].offered.quote.startswith(begins)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("When was it signed?", "when"),
        ("On what date did they meet?", "when"),
        ("how much is Tokyo paying, in yen?", "money"),
        ("How many ministers came?", "count"),
        ("how far is Yonaguni from Taiwan?", "number"),
        ("Who signed it?", "who"),
        ("Which Japanese minister signed it?", "who"),
        ("Where did they meet?", "where"),
        ("Why was it moved?", "why"),
        ("What did Hayashi say of the accord?", "said"),
        ("what does the memorandum cover?", None),
    ],
)
def test_kinds_of_questions(text: str, kind: str | None) -> None:
    """The words of a question tell what kind of thing it asks for."""
    found = kind_of(text)
    assert kind == (found.name if found else None)


@pytest.mark.parametrize(
    ("text", "sentence", "right"),
    [
        ("How many ministers came?", "The four ministers met.", True),
        ("How many ministers came?", "The ministers met in 2022.", False),
        ("How many cases were there?", "New COVID-19 cases surged.", False),
        ("What did Hamada say?", "Austin said that it was cruel.", False),
        ("What did Hamada say?", "Hamada said so.", True),
        ("What did Hamada say?", "He stressed that it was so.", True),
        ("When was it?", "They met on Jan. 6.", True),
        ("When was it?", "They met at length.", False),
        ("Where was it?", "They met in Tokyo.", True),
        ("Who was it with Austin?", "Austin was there.", False),
        ("Who was it with Austin?", "Austin met Kishi.", True),
    ],
)
def test_what_shows_a_kind(text: str, sentence: str, right: bool) -> None:
    """A sentence shows a kind when it holds such a thing that the question does not name itself."""
    kind = kind_of(text)
    assert kind is not None
    assert right == shows(kind, sentence, {"austin", "ministers"})


def test_an_article_of_another_year_is_less_likely() -> None:
    """A year in the question makes articles of other years less likely."""
    one, other = (offered("Kishi met Blinken.", published=f"{y}-01-07")[1] for y in (2022, 2023))
    asked = ask(question("Who met Blinken in 2022?"), {})
    right, wrong = (read(asked, [place], {})[0].probability for place in (one, other))
    assert right > wrong


def test_a_month_puts_its_articles_first() -> None:
    """Where a question names a month, an article of that month goes before another of that year."""
    one, other = (offered("Kishi met Blinken in 2022.", published=f"2022-{m}-07")[1] for m in ("01", "09"))
    asked = ask(question("Who met Blinken in Jan. 2022?"), {})
    right, wrong = (read(asked, [place], {})[0] for place in (one, other))
    assert right.score > wrong.score
    assert right.probability == wrong.probability


@given(st.text(max_size=60), st.lists(st.text(min_size=1, max_size=80), min_size=1, max_size=4))
def test_every_reading_is_a_probability(text: str, sentences: list[str]) -> None:
    """Whatever is asked of whatever text, each sentence gets a probability, the same each time."""
    known = offered(*(f"x {s}" for s in sentences))
    first = reading(Question(text, standalone=text), known)
    assert all(0 < r.probability < 1 for r in first)
    assert first == reading(Question(text, standalone=text), known)


def test_a_sentence_of_ten_thousand_words_is_read() -> None:
    """A very long sentence is read like any other."""
    assert 1 == len(reading(question("Who came?"), offered("Hamada came " + "and went " * 5_000)))
