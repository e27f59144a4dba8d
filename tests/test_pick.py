"""A model is shown the sentences that may answer, by reading and by words, and what they lean on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag import pick
from rag.answer import Read
from rag.pick import worth_showing
from rag.types import Reading
from tests.makers import offered

LEANING = (
    "Ito came to town.\n\nHe signed the pact. Rain fell. Kato left. The harbour of the town was shut to them."
)


@pytest.mark.parametrize(
    ("chances", "most", "shown"),
    [
        ({}, 1_000, [1, 2, 3, 4, 5]),
        ({}, 1, [1]),
        ({4: 0.9}, 1, [4]),
        ({2: 0.9}, 1, [1, 2]),
        ({3: 0.9}, 1, [3]),
        ({5: 0.9}, 1, [5]),
        ({4: 0.5, 5: 0.3}, 11, [4, 5]),
        ({5: 0.3, 4: 0.5}, 10, [4]),
        ({2: 0.5, 4: 0.3}, 30, [1, 2]),
        ({2: 0.5, 4: 0.3}, 45, [1, 2, 4]),
        ({5: 0.9}, 50, [1, 5]),
    ],
    ids=[
        *("all of few", "unread", "likeliest", "leaning", "leaning on nothing", "too late", "two", "full"),
        *("what is leant on counts", "both", "the rest in order"),
    ],
)
def test_a_model_is_shown_the_likeliest_and_what_they_lean_on(
    chances: dict[int, float], most: int, shown: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until so many characters are shown; a paragraph may lean on the one before, a late pronoun not."""
    monkeypatch.setattr(pick, "_BY_READING", 99)
    monkeypatch.setattr(pick, "_SHOWN", most)
    places = offered(LEANING)
    read = [Read(places[n], Reading(places[n].start, places[n].end, c)) for n, c in chances.items()]
    found = worth_showing("who?", tuple(places.values()), sorted(read, key=lambda each: -each.reading.chance))
    assert shown == [place.number for place in found]


def test_a_sentence_leans_on_none_of_another_article(monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands before it in the list may be of another text."""
    monkeypatch.setattr(pick, "_SHOWN", 1)
    places = offered("Ito came.", f"{' ' * 12}He signed.")
    found = worth_showing("who?", tuple(places.values()), [Read(places[2], Reading(0, 10, 0.9))])
    assert [2] == [place.number for place in found]


@pytest.mark.parametrize(
    ("asked", "most", "shown"),
    [
        ("when was the harbour shut?", 12, [3, 5]),
        ("who signed the pact?", 12, [1, 2, 3]),
        ("did Kato sign the pact of the harbour town?", 45, [1, 2, 3]),
        ("how did rain fall?", 12, [3, 4]),
        ("the town", 15, [1, 3]),
        ("chess", 15, [1, 3]),
    ],
    ids=["words", "leaning too", "most words first", "one already there", "in order", "no word"],
)
def test_every_third_is_one_that_holds_the_words(
    asked: str, most: int, shown: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What reading missed is told by the words of the question; here each second place is by words."""
    monkeypatch.setattr(pick, "_BY_READING", 1)
    monkeypatch.setattr(pick, "_SHOWN", most)
    places = offered(LEANING)
    read = [Read(places[n], Reading(places[n].start, places[n].end, 0.1)) for n in (3, 4)]
    found = worth_showing(asked, tuple(places.values()), read)
    assert shown == [place.number for place in found]


@given(st.text(), st.integers(1, 4), st.integers(0, 300), st.lists(st.sampled_from(range(1, 6)), unique=True))
def test_whatever_is_asked_some_are_shown(asked: str, turn: int, most: int, order: list[int]) -> None:
    """Offered sentences in their order, none twice; all of them where there is room for all."""
    places = offered(LEANING)
    read = [Read(places[n], Reading(places[n].start, places[n].end, 0.1)) for n in order]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(pick, "_BY_READING", turn)
        patched.setattr(pick, "_SHOWN", most)
        found = worth_showing(asked, tuple(places.values()), read)
    assert sorted({place.number for place in found}) == [place.number for place in found]
    assert set(found) <= set(places.values())
    assert len(found) == 5 or sum(len(place.quote) for place in found) >= most
