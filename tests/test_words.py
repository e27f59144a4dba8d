"""Words as they are compared: folded, stemmed as the full-text search stems them, grouped by meaning."""

from __future__ import annotations

import pytest
from hypothesis import given

from rag.collection import Collection
from rag.words import content_words, fold, forms, key, keys, stem, words
from tests.conftest import SEEDS, messy


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The U.S. paid $1.05 trillion.", ["the", "us", "paid", "1.05", "trillion"]),
        ("Japan’s Self-Defense Forces'", ["japan", "self", "defense", "forces"]),
        ("charge d’affaires", ["charge", "d'affaires"]),
        ("Café NAÏVE Straße", ["cafe", "naive", "strasse"]),
        ("1,000 troops in 2022", ["1,000", "troops", "in", "2022"]),
        ("“two-plus-two” 2+2", ["two", "plus", "two", "2", "2"]),
        ("... !!! —", []),
        ("日本と米国", ["日本と米国"]),
    ],
)
def test_words_are_folded(text: str, expected: list[str]) -> None:
    """Words come without case, accents, possessive endings, or the points of an abbreviation."""
    assert expected == words(text)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What did Hamada sign?", ["hamada", "sign"]),
        ("Who is he?", ["who", "is", "he"]),
        ("Give me a quote: has Ito already signed?", ["ito", "signed"]),
        ("Blinken and Blinken's Blinken", ["blinken"]),
        ("", []),
    ],
)
def test_content_words_carry_the_question(question: str, expected: list[str]) -> None:
    """Stopwords go, unless nothing else is there; each word stands once."""
    assert expected == content_words(question)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("US", "American", True),
        ("U.S.", "us", True),
        ("Japanese", "Japan", True),
        ("defence", "defense", True),
        ("signed", "signing", True),
        ("cost", "paid", True),
        ("ministers", "minister", True),
        ("Japan", "China", False),
        ("north", "south", False),
    ],
)
def test_keys_group_what_counts_as_the_same(one: str, other: str, same: bool) -> None:
    """Spelling, nationality and inflection do not part words; meaning does."""
    assert same is (key(fold(one)) == key(fold(other)))


def test_forms_begin_with_the_word_itself() -> None:
    """A word is searched for as it stands and as others write it."""
    assert ("us", "u s") == forms("us")[:2]
    assert {"usa", "american", "u.s"} <= set(forms("us"))
    assert ("hamada",) == forms("hamada")


def test_stems_are_those_of_the_full_text_search(seeded: Collection) -> None:
    """Every English word of the articles is found by its stem in SQLite's own vocabulary."""
    text = (SEEDS / "003_2991e9f07b9ef834.txt").read_text(encoding="utf-8").split("Related Articles")[0]
    plain = sorted({word for word in words(text) if word.isalpha() and word.isascii() and len(word) > 2})
    assert [] == [word for word in plain if not seeded.library.holds(stem(word))]
    assert len(plain) > 150


@pytest.mark.parametrize("word", ["technology", "possibly"])
def test_stems_follow_the_revised_porter(word: str) -> None:
    """Words in -logy and -bly have the stems that SQLite's porter tokenizer gives them."""
    assert {"technology": "technolog", "possibly": "possibl"}[word] == stem(word)


@given(text=messy)
def test_no_text_breaks_the_words(text: str) -> None:
    """Any text gives non-empty words; a word folded again is itself; each has a key."""
    found = words(text)
    assert all(found)
    assert found == [fold(word) for word in found]
    assert len(found) == len(keys(text))
