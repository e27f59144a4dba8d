"""A question that asks two things is looked for as two."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rag.parts import parts, together
from rag.passages import split
from rag.types import Evidence, Reading, Span
from tests.makers import article, question

TEXT = "Ito opened the bridge. Sato closed the port. Nobody came. The dam broke on Monday."


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("Who opened the bridge?", []),
        (
            "What did the prosecutors want for Reiner, and what did he get?",
            [
                ("What did the prosecutors want for Reiner", ()),
                ("what did he get?", ("prosecutors", "want", "reiner")),
            ],
        ),
        (
            "Who was minister in 2022, and who in 2023?",
            [("Who was minister in 2022", ()), ("who in 2023?", ("minister",))],
        ),
        (
            "What is the difference between the Rail Agency and the Rail Inspectorate?",
            [
                ("What is said of the Rail Agency?", ()),
                ("What is said of the Rail Inspectorate?", ()),
            ],
        ),
        (
            "Compare the cost of 2023 with that of 2025.",
            [("What is said of the cost of 2023?", ()), ("What is said of that of 2025?", ("cost",))],
        ),
        ("What did Austin and Hamada sign?", []),
        ("How and why did it fail?", []),
        ("Explain who pays and who gains", []),
    ],
)
def test_what_a_question_asks(asked: str, found: list[tuple[str, tuple[str, ...]]]) -> None:
    """Two questions in one sentence, and two sides that are compared, are two; two doers are not."""
    whole, *each = parts(question(asked))
    assert asked == whole.standalone
    assert found == [(part.standalone, part.topic) for part in each]


def test_of_very_many_the_first_few_are_looked_for() -> None:
    """A question of a thousand parts costs no more than one of a few, each a search of its own."""
    asked = "Who opened the bridge, " + "and who closed the port " * 1_000
    whole, *each = parts(question(asked))
    assert (asked, 5) == (whole.standalone, len(each))


def evidence(chances: dict[int, float], first: int = 0, last: int = 4) -> Evidence:
    """Evidence of some of the sentences of one article, with these chances."""
    told = article(TEXT)
    (whole,) = split(told, 220)
    spans = whole.sentences[first:last]
    passage = type(whole)(
        f"{first}-{last}", told.id, spans[0].start, spans[-1].end, TEXT[spans[0].start : spans[-1].end], spans
    )
    readings = tuple(Reading(*whole.sentences[i], chance) for i, chance in chances.items())
    return Evidence(passage, told, 0.5, 1, readings=readings)


def test_each_part_has_its_share() -> None:
    """A part that is read with less certainty is quoted all the same; together they are at most certain."""
    found = together([[evidence({0: 0.8, 1: 0.1}, 0, 2)], [evidence({3: 0.3}, 2, 4)]], 4)
    chances = {r.start: round(r.chance, 3) for e in found for r in e.readings}
    assert [0.267, 0.033, 0.3] == list(chances.values())


def test_a_part_that_nothing_answers_has_no_share() -> None:
    """Its chances are not blown up, and the part that is answered keeps its own."""
    found = together([[evidence({0: 0.8}, 0, 2)], [evidence({3: 0.02}, 2, 4)]], 4)
    assert [0.8, 0.01] == [round(r.chance, 3) for e in found for r in e.readings]


def test_what_overlaps_is_shown_once() -> None:
    """Passages of one article that overlap become one, with each sentence once and its chances added up."""
    (one,) = together([[evidence({0: 0.4, 1: 0.1}, 0, 3)], [evidence({1: 0.5}, 1, 4)]], 4)
    assert TEXT == one.passage.text
    assert 4 == len(one.passage.sentences)
    assert [0.2, 0.3] == [round(reading.chance, 3) for reading in one.readings]


@pytest.mark.parametrize("turned", [False, True])
def test_what_two_parts_read_is_told_by_who_is_surer(turned: bool) -> None:
    """Of a sentence that both have read the surer's focus counts; where each leg found it stays known."""
    sure, unsure = evidence({0: 0.4}, 0, 2), evidence({0: 0.2, 1: 0.2}, 0, 3)
    focused = [
        replace(each, readings=(replace(each.readings[0], focus=Span(0, end)), *each.readings[1:]))
        for each, end in ((sure, 3), (unsure, 10))
    ]
    found = [
        replace(each, origins={leg: 1.0}) for each, leg in zip(focused, ("dense", "lexical"), strict=True)
    ]
    (one,) = together([[each] for each in (reversed(found) if turned else found)], 4)
    assert Span(0, 3) == one.readings[0].focus
    assert {"dense": 1.0, "lexical": 1.0} == one.origins


def test_so_many_are_kept_the_best_of_each_part_first() -> None:
    """Parts take turns, ranks count from 1."""
    mine, other = evidence({0: 0.5}, 0, 1), evidence({3: 0.5}, 3, 4)
    found = together([[mine, evidence({1: 0.2}, 1, 2)], [other]], 2)
    assert [(1, mine.passage.text), (2, other.passage.text)] == [(e.rank, e.passage.text) for e in found]
