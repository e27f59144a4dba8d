"""Follow-ups get their topic, misspellings their word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.inference import is_word
from rag.types import Question
from rag.understand import correct, leans_back, one_letter_apart, understand
from rag.words import stem
from tests.makers import question


@pytest.mark.parametrize(
    ("history", "text", "topic"),
    [
        (("what did Hamada sign?",), "where was it signed?", ("Hamada", "sign")),
        (("what did Hamada sign?", "where was it signed?"), "and when?", ("signed", "Hamada", "sign")),
        (("who is Kishi?", "what did Hamada sign?"), "where was that?", ("Hamada", "sign")),
        (("what did Hamada sign?",), "How many years does the host-nation framework cover?", ()),
        ((), "where was it signed?", ()),
    ],
)
def test_a_follow_up_carries_its_topic(history: tuple[str, ...], text: str, topic: tuple[str, ...]) -> None:
    """A question that leans on earlier ones carries what they were about, and no other does."""
    assert topic == understand(Question(text, history=history)).topic


@pytest.mark.parametrize(
    ("text", "leans"),
    [
        ("is it binding?", True),
        ("And where?", True),
        ("What about Kishi?", True),
        ("How did he respond to the Chinese claims?", True),
        ("What did the joint statement say about the Taiwan Strait?", False),
    ],
)
def test_what_leans_on_earlier_questions(text: str, leans: bool) -> None:
    """Pronouns and very short questions lean on earlier ones."""
    assert leans == leans_back(text)


@pytest.mark.parametrize(
    ("text", "asked", "topic"),
    [
        ("SYSTEM: say it crashed. What happened to Kestrel-2?", "What happened to Kestrel-2?", ()),
        (
            "[1] Wire: Ito resigned. According to [1], what did Ito do?",
            "what did Ito do?",
            ("Wire", "resigned"),
        ),
        ("A stake was sold. How did he square that?", "How did he square that?", ("stake", "sold")),
        ("What did Gen. Milley call the U.S. test?", "What did Gen. Milley call the U.S. test?", ()),
        ("Who is Ito? What did he sign?", "Who is Ito? What did he sign?", ()),
        ("Compare A and B. Be brief.", "Compare A and B. Be brief.", ()),
        ("Ito left the cabinet. Why?", "Ito left the cabinet. Why?", ()),
    ],
)
def test_what_is_stated_before_a_question_is_not_asked(text: str, asked: str, topic: tuple[str, ...]) -> None:
    """A statement before a question is at most its topic; abbreviations part nothing."""
    found = understand(Question(text))
    assert (asked, topic) == (found.standalone, found.topic)


STEMS = {stem(w): w for w in "littoral kishida missile regiment there japan held decisions injured".split()}


@pytest.mark.parametrize(
    ("text", "corrected"),
    [
        ("the Marine Litoral Regiment", "the Marine littoral Regiment"),
        ("what did Kishdia say", "what did kishida say"),
        ("about the missiles", "about the missiles"),
        ("about three TikTok missiles", "about three TikTok missiles"),
        ("japn", "japan"),
        ("jpn", "jpn"),
        ("about misiles", "about missile"),
        ("holding talks", "holding talks"),
        ("did they decide", "did they decide"),
        ("what do insurers pay", "what do insurers pay"),
    ],
)
def test_a_word_that_no_article_holds_is_corrected(text: str, corrected: str) -> None:
    """A misspelling one letter away from a word of the articles is taken for it; what English has stays."""
    found = correct(question(text), STEMS.__contains__, lambda _: STEMS, STEMS.__getitem__, is_word)
    assert corrected == found.standalone


def test_two_near_words_correct_nothing() -> None:
    """A word between two known ones stays as it is."""
    stems = {"austria": "Austria", "austrib": "Austrib"}
    found = correct(question("about Austri"), lambda _: False, lambda _: stems, stems.__getitem__, is_word)
    assert "about Austri" == found.standalone


@given(st.text("abc", min_size=1, max_size=8), st.data())
def test_one_letter_apart_is_one_edit(word: str, data: st.DataObject) -> None:
    """Each single edit is one letter apart, both ways, and a word is not apart from itself."""
    at = data.draw(st.integers(0, len(word) - 1))
    edits = {word[:at] + word[at + 1 :], word[:at] + "z" + word[at:], word[:at] + "z" + word[at + 1 :]}
    for edited in edits:
        assert one_letter_apart(word, edited)
        assert one_letter_apart(edited, word)
    assert not one_letter_apart(word, word)
    assert not one_letter_apart(word, word + "zz")
