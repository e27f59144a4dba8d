"""Articles that disagree on an answer are shown with both sides; those that only seem to are left alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from evals.conflicts.items import Item, Pair, load
from evals.conflicts.seen import RIGHT, verdict
from rag import Assistant
from rag.answer import Read
from rag.conflict import differences
from rag.conflict.differ import clash
from rag.conflict.told import undated
from rag.types import Citation, Offered, Reading, Sentence, Span
from rag.verify.when import When, mentions
from tests.conftest import config_for
from tests.fake_endpoint import Reply, asked_for, endpoint, said
from tests.makers import article

FIRE = "How many people died in the Lisvik fire?"
DEAD = "The fire in Lisvik killed {} people, police said."


class Told:
    """A question of articles of a sentence each, read as given: the text, and the words that answer."""

    def __init__(self, *rows: tuple[str, str, str | None, date | None]) -> None:
        self.read = []
        for number, (text, focus, outlet, day) in enumerate(rows, start=1):
            made = article(text, f"{number}.txt", title=None, outlet=outlet, published=day)
            at = text.index(focus)
            place = Offered(number, made, 0, len(text), number)
            self.read.append(Read(place, Reading(0, len(text), 0.4, Span(at, at + len(focus)))))
        self.offered = {each.offered.number: each.offered for each in self.read}

    def shown(self, asked: str, *sentences: Sentence) -> list[str]:
        """What an answer that quotes the first, or of these sentences, is told to add."""
        answer = sentences or (self.quoted(1),)
        return [c.draft.text for c in differences(asked, self.read, answer, self.offered) if c.passed]

    def quoted(self, number: int, text: str | None = None) -> Sentence:
        """A sentence of the answer that rests on an article, quoting it unless it has words of its own."""
        place = self.offered[number]
        cited = Citation(number, place.article, place.start, place.end, place.quote)
        return Sentence(text or place.quote, (cited,), "supported" if text else "quoted", "")


def fire(*values: str, outlets: str = "ABCD", days: tuple[int | None, ...] = (12, 13, 14, 15)) -> Told:
    """Reports of one fire, each with its number of dead, from outlets A Post, B Post, ... of January 2023."""
    return Told(
        *(
            (DEAD.format(value), value, f"{outlet} Post", date(2023, 1, day) if day else None)
            for value, outlet, day in zip(values, outlets, days, strict=False)
        )
    )


def test_both_sides_are_shown_and_the_newer_is_labelled() -> None:
    """The other side is quoted, and a sentence names both values, outlets and days."""
    assert [
        DEAD.format("15"),
        "The articles differ: A Post says 12 (12 January 2023); B Post says 15 (13 January 2023, the newer).",
    ] == fire("12", "15").shown(FIRE)


@pytest.mark.parametrize(
    ("told", "says"),
    [
        (
            fire("12", "15", days=(13, 13)),
            "A Post says 12 (13 January 2023); B Post says 15 (13 January 2023).",
        ),
        (fire("12", "15", days=(13, None)), "B Post says 15 (undated); A Post says 12 (13 January 2023)."),
        (
            fire("12", "15", days=(14, 13)),
            "B Post says 15 (13 January 2023); A Post says 12 (14 January 2023, the newer).",
        ),
        (
            fire("12", "15", "12"),
            "B Post says 15 (13 January 2023);"
            " A Post says 12 (12 January 2023), C Post says the same (14 January 2023, the newest).",
        ),
        (
            fire("12", "15", "18"),
            "A Post says 12 (12 January 2023); B Post says 15 (13 January 2023);"
            " C Post says 18 (14 January 2023, the newest).",
        ),
    ],
    ids=["one day", "undated", "the quoted one is newer", "two agree", "three values"],
)
def test_days_decide_the_order_and_the_label(told: Told, says: str) -> None:
    """The oldest comes first; nothing is newer where a day is missing or shared."""
    assert f"The articles differ: {says}" == told.shown(FIRE)[-1]


def test_days_that_the_sentences_name_do_not_stand_in_the_way() -> None:
    """Sentences may name days of their own beside those of the articles; the difference is still said."""
    told = like("On 4 March 2021 {} people died in the Lisvik fire.", "12", "15")
    assert told.shown(FIRE)[-1].endswith("B Post says 15 (13 January 2023, the newer).")
    assert 2 == len(told.shown(FIRE))


@pytest.mark.parametrize("day", ["undated", "7 January 2022", "7 January 2022, the newer"])
def test_what_is_checked_leaves_out_the_days_of_the_articles(day: str) -> None:
    """No cited sentence needs to name the day of its article; every other word stays."""
    assert "A Post (Lisvik) says 12." == undated(f"A Post (Lisvik) says 12 ({day}).")


def test_outlets_that_are_not_known_are_not_made_up() -> None:
    """Without outlet or title the articles are one and another."""
    told = Told((DEAD.format("12"), "12", None, None), (DEAD.format("15"), "15", None, None))
    assert (
        "The articles differ: one article says 12 (undated); another article says 15 (undated)."
        == (told.shown(FIRE)[-1])
    )


def two(one: str, first: str, other: str, second: str) -> Told:
    """Two articles that answer with these words."""
    return Told((one, first, "A Post", date(2023, 1, 12)), (other, second, "B Post", date(2023, 1, 13)))


def like(words: str, first: str, second: str) -> Told:
    """Two articles that answer with the same words but for the values."""
    return two(words.format(first), first, words.format(second), second)


LEADS, SIGNED = "Who leads the Lisvik club?", "The Lisvik pact was signed {}."


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (FIRE, fire("12", "12")),
        (FIRE, fire("about 400", "397")),
        (FIRE, fire("more than 300", "340")),
        (FIRE, fire("1.2 million", "1.18 million")),
        ("What did Lisvik pay?", like("Lisvik paid {}.", "$68.7\u00a0billion", "$68.7bn")),
        (FIRE, fire("between 80 and 100", "92")),
        (FIRE, two(DEAD.format("12"), "12", "The fire in Tarva killed 15 people.", "15")),
        (FIRE, two(DEAD.format("12"), "12", "The fire in Lisvik injured 15 people.", "15")),
        (FIRE, two(DEAD.format("12"), "12", "Three boys were among those killed in Lisvik.", "Three")),
        (FIRE, two(DEAD.format("12"), "12", "Of the people in the Lisvik fire, 3 died.", "3")),
        (FIRE, two(DEAD.format("12"), "12", "The Lisvik fire was expected to kill 20.", "20")),
        ("How long is Lisvik's tunnel?", like("Lisvik's tunnel is {} long.", "16 kilometres", "10 miles")),
        (
            "What did the Lisvik club earn in the first quarter?",
            two("The Lisvik club earned $4 million in the first quarter.", "$4 million",
                "The Lisvik club earned $6 million in the second quarter.", "$6 million"),
        ),
        (
            "How many tests did Lisvik make on Monday?",
            two("Lisvik made 12 tests on Monday.", "12", "Lisvik made 15 tests on Tuesday.", "15"),
        ),
        (
            "How many tests did Lisvik make in 2020?",
            two("Lisvik made 120 tests.", "120", "Lisvik made 150 tests in 2021.", "150"),
        ),
        (LEADS, like("{} leads the Lisvik club.", "Anna Holt", "Ms Holt")),
        (
            "Who was the captain of the ferry that burned?",
            two("Anna Holt was the captain of the ferry that burned.", "Anna Holt",
                "The captain of the ferry Maren Skou, which burned, was hurt.", "Maren Skou"),
        ),
        (
            "Who led the ferry that burned?",
            two("Anna Holt led the ferry that burned.", "Anna Holt",
                "The ferry Maren Skou, which burned, was led into port.", "Maren Skou"),
        ),
        ("Who criticised the Lisvik club?", like("{} criticised the Lisvik club.", "Anna Holt", "Sven Aas")),
        ("Where was the Lisvik pact signed?", like(SIGNED, "in Geneva", "in Switzerland")),
        ("When was the Lisvik pact signed?", like(SIGNED, "on Monday", "on January 9")),
        ("What did Holt say of Lisvik?", like("Holt said that Lisvik has {} flaws.", "12", "9")),
    ],
)  # fmt: skip
def test_what_can_both_be_true_is_left_alone(asked: str, told: Told) -> None:
    """Rounding, units, other days, places and people, parts, forecasts, free statements: no conflict."""
    assert [] == told.shown(asked)


@pytest.mark.parametrize(
    ("asked", "told", "values"),
    [
        ("When was the Lisvik pact signed?", like(SIGNED, "on 3 May", "on 13 June"), ("3 May", "13 June")),
        (LEADS, like("{} leads the Lisvik club.", "Anna Holt", "Sven Aas"), ("Anna Holt", "Sven Aas")),
        (
            "Who was the captain of the ferry that burned?",
            like("The ferry that burned was led by captain {}.", "Anna Holt", "Sven Aas"),
            ("Anna Holt", "Sven Aas"),
        ),
        ("Where was the Lisvik pact signed?", like(SIGNED, "in Lyon", "in Turin"), ("Lyon", "Turin")),
        ("How much did Lisvik pay?", like("Lisvik paid {}.", "$4 million", "$6.5 million"), ("$4", "$6.5")),
        (
            "How many jobs will Arcola cut?",
            two("Arcola will cut 1,500 jobs.", "1,500", "Correction: Arcola will cut 150 jobs.", "150"),
            ("1,500", "150"),
        ),
    ],
)  # fmt: skip
def test_dates_names_places_and_money_may_differ(asked: str, told: Told, values: tuple[str, ...]) -> None:
    """Every kind of value has its conflicts."""
    assert all(value in told.shown(asked)[-1] for value in values)


def test_an_article_that_corrects_itself_is_said_to() -> None:
    """Two sentences of one article differ only where the later takes the earlier back."""
    text = "The Lisvik fire killed 12 people. Correction: The Lisvik fire killed 15 people."
    made = article(text, outlet="A Post", published=date(2023, 1, 12))
    cut = text.index("Correction")
    places = (Offered(1, made, 0, cut - 1, 1), Offered(2, made, cut, len(text), 1))
    focus = (Span(text.index("12"), text.index("12") + 2), Span(text.index("15"), text.index("15") + 2))
    told = fire("12")
    told.offered = {place.number: place for place in places}
    told.read = [Read(p, Reading(p.start, p.end, 0.4, f)) for p, f in zip(places, focus, strict=True)]
    assert "A Post says 12 and then corrects this to 15 (12 January 2023)." == told.shown(FIRE)[-1]
    plain = replace(made, text=text.replace("Correction: The", "And so the old"))
    told.read = [Read(replace(r.offered, article=plain), r.reading) for r in told.read]
    assert [] == told.shown(FIRE)


def test_an_unlikely_sentence_is_no_other_side() -> None:
    """What the reader hardly takes for an answer does not contradict one."""
    told = fire("12", "15")
    first, second = told.read
    told.read[1] = second._replace(reading=replace(second.reading, chance=0.005))
    assert [] == told.shown(FIRE)
    told.read = [first, second]
    assert told.shown(FIRE)


def test_a_sentence_of_a_model_gets_the_other_side() -> None:
    """What a model wrote of one side is followed by the other; what it wrote of both is not repeated."""
    told = fire("12", "15")
    one = told.quoted(1, "Twelve people died in Lisvik.")
    assert [DEAD.format("15")] == told.shown(FIRE, one)[:-1]
    both = Sentence(
        "A Post says 12, B Post says 15.", (*one.citations, *told.quoted(2).citations), "supported", ""
    )
    assert 1 == len(told.shown(FIRE, both))
    assert [] == told.shown(FIRE, told.quoted(1, "The fire broke out in Lisvik."))


def when(text: str) -> When:
    """The one date in a text."""
    ((found, _, _),) = mentions(text)
    return found


@pytest.mark.parametrize(
    ("one", "other", "clashes"),
    [
        ("3 May", "May 3, 2023", False),
        ("3 May", "May 2023", False),
        ("3 May", "4 May", True),
        ("2022", "3 May 2023", True),
        ("Monday", "Tuesday", True),
        ("Monday", "9 January", False),
        ("Monday", "10 January", True),
        ("Monday", "2023", False),
    ],
)
def test_dates_clash_only_where_both_say_so(one: str, other: str, clashes: bool) -> None:
    """A weekday is one of the week round publication; what one leaves open clashes with nothing."""
    day = date(2023, 1, 12)
    assert clashes == clash(when(one), day, when(other), day) == clash(when(other), day, when(one), day)


# The whole way


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """An assistant that quotes."""
    with Assistant(config_for(tmp_path_factory.mktemp("plain"))) as assistant:
        yield assistant


TOLLS = Pair(
    FIRE,
    "toll",
    (
        Item("Kanto News", date(2023, 1, 12), "LISVIK", "The fire in Lisvik killed 12 people on Tuesday."),
        Item("Rhein Agency", date(2023, 1, 14), "LISVIK", "In Lisvik a fire killed 15 people, police said."),
    ),
    ("12", "15"),
)


def test_a_quoted_answer_shows_both(plain: Assistant) -> None:
    """Both sides are quoted and cited, and the JSON counts the sentence that says so like any other."""
    answer = plain.ask_texts(TOLLS.ask, [item.text for item in TOLLS.items])
    assert RIGHT == verdict(TOLLS, answer)
    shown = json.loads(json.dumps(answer.to_dict()))["sentences"][-1]
    assert ("supported", 2) == (shown["verdict"], len(shown["citations"]))
    assert shown["reason"]


def test_a_model_that_tells_one_side_is_completed(tmp_path: Path) -> None:
    """The other side is quoted after a model's sentence, and the difference is said."""

    def script(body: dict[str, Any]) -> Reply:
        line = next(line for line in asked_for(body).splitlines() if "killed 12" in line)
        return said(f"The fire in Lisvik killed 12 people. {line[: line.index(']') + 1]}")

    with endpoint(script) as (url, _):
        config = replace(config_for(tmp_path), model="fake", base_url=url, retries=0, deadline_s=30.0)
        with Assistant(config) as assistant:
            answer = assistant.ask_texts(TOLLS.ask, [item.text for item in TOLLS.items])
    assert ("fake", ()) == (answer.model, answer.trace.notes)
    assert ["supported", "quoted", "supported"] == [sentence.verdict for sentence in answer.sentences]
    assert "15 (14 January 2023, the newer)" in answer.sentences[-1].text


def test_the_pairs_of_the_measure_are_enough_and_whole() -> None:
    """Sixty that differ, eighty that do not, some of each kept aside; what differs stands in its articles."""
    pairs = load()
    assert 60 <= sum(p.differs for p in pairs)
    assert 80 <= sum(not p.differs for p in pairs)
    assert {(d, a) for d in (True, False) for a in (True, False)} == {(p.differs, p.aside) for p in pairs}
    for pair in pairs:
        words = " ".join(item.words for item in pair.items).casefold()
        assert all(value.casefold() in words for value in pair.says)


def test_a_reprint_with_another_figure_is_read(plain: Assistant) -> None:
    """A long report that differs from another in one figure alone is not taken for the same."""
    report = (
        "Police evacuated {} people from the Altenried valley on Tuesday after the dam above it began "
        "to leak. Buses took them to a school in Sonnfeld. Engineers expect repairs to last a week. "
        "The dam was built in 1962 and supplies three towns with water and electricity. The mayor of "
        "Altenried, Greta Moser, said that nobody was in danger and thanked the fire brigade for its "
        "quick help. Farmers had to leave their cows behind and hope that they can go back soon to "
        "milk them."
    )
    others = [f"The Altenried valley has a dam, and {name} is a village there." for name in "ABCDEFGH"]
    answer = plain.ask_texts(
        "How many people were evacuated from the Altenried valley?",
        [report.format("340"), report.format("412"), *others],
    )
    assert "340" in answer.text
    assert "412" in answer.text
