"""Which sentences are quoted, when nothing is, and how sure that is."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answer import CALIBRATION, Read, calibrated, chance_of, likelihood, ordered, pair, quote
from rag.passages import split
from rag.types import Citation, Evidence, Reading, Sentence, Span, number_sentences
from tests.makers import article

TEXT = "Ito signed the pact. Kato signed it on Friday. The harbour was closed. Ito signed the pact again."
KNOWN = article(TEXT)


def read(*chances: float) -> tuple[Read, ...]:
    """The sentences of TEXT with these chances, likeliest first."""
    passage = split(KNOWN, 220)[0]
    readings = tuple(Reading(a, b, c) for (a, b), c in zip(passage.sentences, chances, strict=False))
    evidence = (Evidence(passage, KNOWN, 1.0, 1, readings=readings),)
    return pair(number_sentences(evidence), evidence)


def numbers(*chances: float, most: int = 3, silence_below: float = 0.2) -> list[int]:
    """The numbers of the sentences that are quoted."""
    return [n for s in quote(read(*chances), most, silence_below).sentences for n in s.numbers]


@pytest.mark.parametrize(
    ("chances", "quoted"),
    [
        ((0.9, 0.05, 0.0, 0.0), [1]),
        ((0.05, 0.9, 0.0, 0.0), [2]),
        ((0.4, 0.4, 0.0, 0.0), [1, 2]),
        ((0.2, 0.3, 0.25, 0.0), [2, 3, 1]),
        ((0.5, 0.0, 0.0, 0.45), [1]),
        ((0.6, 0.05, 0.04, 0.0), [1]),
        ((0.05, 0.05, 0.05, 0.0), []),
        ((), []),
    ],
    ids=["sure", "by chance", "two", "three", "the same twice", "too unlikely beside", "silent", "unread"],
)
def test_sentences_are_quoted_until_the_answer_is_likely_among_them(
    chances: tuple[float, ...], quoted: list[int]
) -> None:
    """The likeliest comes first; others join while they are likely, new, and the answer may be elsewhere."""
    assert quoted == numbers(*chances)


def test_no_more_than_asked_for_are_quoted() -> None:
    """`most` bounds the sentences."""
    assert [1, 2] == numbers(0.25, 0.25, 0.25, most=2)


@given(st.lists(st.floats(0, 0.25), min_size=4, max_size=4), st.integers(1, 4), st.floats(0, 1))
def test_quoting_keeps_its_bounds(chances: list[float], most: int, silence_below: float) -> None:
    """At most `most` sentences, none twice, none when it is unlikely that any answers; the first is best."""
    draft = quote(read(*chances), most, silence_below)
    found = [n for s in draft.sentences for n in s.numbers]
    assert len(set(found)) == len(found) <= most
    assert draft.confidence == pytest.approx(sum(chances))
    assert bool(found) == (draft.confidence >= silence_below)
    if found:
        assert max(chances) == chances[found[0] - 1]


def test_what_was_not_read_is_not_quoted() -> None:
    """Sentences of the evidence without a reading are never paired, so never quoted."""
    assert 2 == len(read(0.4, 0.4))


def test_the_words_that_answer_go_with_the_sentence() -> None:
    """The focus of a reading is that of the drafted sentence."""
    each = read(0.9)[0]
    with_words = each._replace(reading=Reading(each.offered.start, each.offered.end, 0.9, Span(0, 3)))
    assert Span(0, 3) == quote([with_words], 3, 0.2).sentences[0].focus


def test_likelihood_is_that_of_the_places_which_are_cited() -> None:
    """Shown sentences come of the chance of what they cite; where none is shown, of all that was read."""
    known = read(0.5, 0.2, 0.1)
    place = known[1].offered
    cited = Citation(1, KNOWN, place.start, place.end, place.quote)
    assert 0.2 == chance_of(known, [Sentence(place.quote, (cited,), "quoted", "")])
    assert 0.8 == pytest.approx(chance_of(known, []))
    assert 0.8 < likelihood(known, []) == calibrated(chance_of(known, []), CALIBRATION)
    assert 0.0 == likelihood((), [])


@given(st.floats(0, 1), st.floats(0, 1))
def test_what_is_likelier_stays_likelier_when_it_is_calibrated(one: float, other: float) -> None:
    """Chances keep their order and bounds, and those of nothing and of certainty stay."""
    low, high = (calibrated(chance, CALIBRATION) for chance in sorted((one, other)))
    assert 0 <= low <= high <= 1
    assert (0.0, 1.0) == (calibrated(0.0, CALIBRATION), calibrated(1.0, CALIBRATION))


def focused(*chances: float) -> tuple[Read, ...]:
    """The sentences with these chances and the words that answer: Ito, Kato, the harbour, and Ito again."""
    first, second, third = ((TEXT.index(w), TEXT.index(w) + len(w)) for w in ("Ito", "Kato", "The harbour"))
    again = (TEXT.rindex("Ito"), TEXT.rindex("Ito") + 3)
    focuses = (Span(*each) for each in (first, second, third, again))
    in_text = sorted(read(*chances), key=lambda r: r.reading.start)
    known = [r._replace(reading=replace(r.reading, focus=f)) for r, f in zip(in_text, focuses, strict=True)]
    return tuple(sorted(known, key=lambda r: -r.reading.chance))


def test_what_gives_the_same_answer_comes_after_what_gives_another() -> None:
    """Each answer once, likeliest first, then the rest; a sentence that gives none is no repeat."""
    assert [4, 2, 3, 1] == [each.offered.number for each in ordered(focused(0.3, 0.2, 0.1, 0.35))]
    assert [1, 4, 2, 3] == [each.offered.number for each in ordered(read(0.3, 0.2, 0.1, 0.25))]
    assert () == ordered(())


def test_a_less_likely_answer_is_quoted_before_a_repeated_one() -> None:
    """Of two places beside the first, the one that says something else is taken."""
    draft = quote(focused(0.35, 0.1, 0.05, 0.3), 2, 0.2)
    assert [(1,), (2,)] == [sentence.numbers for sentence in draft.sentences]


def refocused(known: tuple[Read, ...], focuses: dict[int, Span | None]) -> tuple[Read, ...]:
    """The same, where the sentences of these numbers give other words, or none."""
    return tuple(
        each._replace(reading=replace(each.reading, focus=focuses[each.offered.number]))
        if each.offered.number in focuses
        else each
        for each in known
    )


def test_sentences_that_give_no_answer_do_not_repeat_each_other() -> None:
    """They keep their place before a less likely one that gives a new answer."""
    known = refocused(focused(0.2, 0.4, 0.3, 0.1), {2: None, 3: None})
    assert [2, 3, 1, 4] == [each.offered.number for each in ordered(known)]


def test_an_unlikely_sentence_ends_nothing() -> None:
    """Behind another answer, too unlikely to be quoted, a repeated one is quoted all the same."""
    known = refocused(focused(0.5, 0.3, 0.05, 0.0), {2: Span(0, 3)})
    assert [1, 3, 2, 4] == [each.offered.number for each in ordered(known)]
    assert [(1,), (2,)] == [sentence.numbers for sentence in quote(known, 3, 0.2).sentences]


def test_who_gives_the_same_as_the_answer_makes_it_likelier() -> None:
    """Another sentence's chance counts when it gives the words that the shown one gives, and no other's."""
    known = focused(0.4, 0.3, 0.1, 0.05)
    place = known[0].offered
    cited = Citation(1, KNOWN, place.start, place.end, place.quote)
    assert 0.45 == pytest.approx(chance_of(known, [Sentence(place.quote, (cited,), "quoted", "")]))
