"""Which outlets and days a question names, and which articles fit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.named import Day, Named, fits, named, names, tails
from tests.makers import article

OUTLETS = (
    *("IRIA News", "Japan Times", "Nikkei Asia", "The Independent", "The New York Times", "The Sun"),
    *("The Times", "TIME", "VOA", "Xinhua"),
)


@pytest.mark.parametrize(
    ("text", "outlets"),
    [
        ("What did Xinhua say of the talks?", ("Xinhua",)),
        ("According to IRIA News, who signed?", ("IRIA News",)),
        ("who signed, according to IRIA?", ("IRIA News",)),
        ("What is VOA's account?", ("VOA",)),
        ("what did nikkei asia report?", ("Nikkei Asia",)),
        ("What does the Times say?", ("The Times",)),
        ("How many times did they meet?", ()),
        ("Times change: who signed?", ()),
        ("what times does the report name?", ()),
        ("what time did they meet?", ()),
        ("what did the times report?", ("The Times",)),
        ("what did the japan times report?", ("Japan Times",)),
        ("Japan Times reported what of the Times?", ("Japan Times",)),
        ("How far is the Sun from Tokyo?", ()),
        ("What did a study for The Sun find?", ("The Sun",)),
        ("Who is on the cover of TIME magazine?", ("TIME",)),
        ("what did the independent commission find?", ()),
        ("What did the Independent Commission say?", ()),
        ("What does the story in The New York Times say?", ("The New York Times",)),
        ("In the Nikkei piece, who signed?", ("Nikkei Asia",)),
        ("According to Nikkei, Xinhua erred: how?", ("Nikkei Asia", "Xinhua")),
        ("What did China's Xinhua report?", ("Xinhua",)),
        ("What did Xinhua News Agency report in January?", ("Xinhua",)),
        ("In January Xinhua said so?", ("Xinhua",)),
        ("WHAT DID VOA REPORT?", ("VOA",)),
        ("Who owns the VOA-Xinhua line?", ()),
        ("What did the Japan Times report?", ("Japan Times",)),
        ("Is Kosovo independent?", ()),
        ("Did Xinhua Zhang sign it?", ()),
        ("Did Old Xinhua burn?", ()),
        ("who signed?", ()),
    ],
)
def test_outlets_that_a_question_names(text: str, outlets: tuple[str, ...]) -> None:
    """An outlet is named by its whole name or a safe short form, not by an everyday word or a longer name."""
    assert outlets == named(text, OUTLETS).outlets


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("What was agreed in January 2022?", (Day(2022, 1),)),
        ("What happened on Jan. 7, 2022?", (Day(2022, 1, 7),)),
        ("What happened on 13 January 2023?", (Day(2023, 1, 13),)),
        ("the 2nd of Sept 2021", (Day(2021, 9, 2),)),
        ("the summit of 2022", (Day(2022),)),
        ("between May 2021 and 2023", (Day(2021, 5), Day(2023))),
        ("February 31, 2022", (Day(2022, 2),)),
        ("What happened on 2022-01-07?", (Day(2022, 1, 7),)),
        ("the talks of January 7-9, 2022", (Day(2022, 1, 7),)),
        ("What has happened since May 2021?", ()),
        ("What will be built in 2030?", ()),
        ("Is it to be built by 2030?", ()),
        ("How did 2000 soldiers lose $1950?", ()),
        ("the Marines of 2021", (Day(2021),)),
        ("Did Janet 2022 or ſep 2020 come?", (Day(2022), Day(2020))),
        ("May they come? Who led the March on Washington?", ()),
        ("What did May say to 1,050 people?", ()),
    ],
)
def test_days_that_a_question_names(text: str, days: tuple[Day, ...]) -> None:
    """A day is a year with its month; a month alone may be a name, and bounds, plans and sums are no days."""
    assert days == named(text, ()).days


@pytest.mark.parametrize(
    ("asked", "known", "fit"),
    [
        (Named(), {"outlet": "VOA", "published": "2022-01-07"}, 0),
        (Named(days=(Day(2022),)), {}, 0),
        (Named(days=(Day(2022),)), {"published": "2022-01-07"}, 0.5),
        (Named(days=(Day(2022),)), {"published": "2023-01-07"}, -1),
        (Named(days=(Day(2022, 1),)), {"published": "2022-01-07"}, 1),
        (Named(days=(Day(2022, 1),)), {"published": "2022-09-07"}, -0.5),
        (Named(days=(Day(2022, 1, 6),)), {"published": "2022-01-07"}, 1),
        (Named(days=(Day(2022, 1, 30),)), {"published": "2022-02-01"}, 1),
        (Named(days=(Day(2022, 1, 30),)), {"published": "2022-01-07"}, 0.5),
        (Named(outlets=("VOA",)), {"outlet": "VOA"}, 1),
        (Named(outlets=("VOA",)), {"outlet": "Xinhua"}, -1),
        (Named(("VOA",), (Day(2022),)), {"outlet": "VOA", "published": "2023-01-07"}, 0),
    ],
)
def test_how_well_an_article_fits(asked: Named, known: dict[str, str], fit: float) -> None:
    """Nearer days and the named outlet fit, others do not; what is not known tells nothing."""
    assert fit == fits(asked, article("Ito came.", **known))


@given(st.text(max_size=80), st.lists(st.text(max_size=12), max_size=4))
def test_any_text_names_something_or_nothing(text: str, outlets: list[str]) -> None:
    """Whatever is asked, the outlets are among those given and a fit lies in -1 to 1."""
    found = named(text, outlets)
    assert set(found.outlets) <= set(outlets)
    assert -1 <= fits(found, article("Ito came.", published="2022-01-07")) <= 1


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Who won the World Cup in Qatar?", ["World Cup", "Qatar"]),
        ("What did U.S. Senator Rahm Emanuel sign?", ["U.S. Senator Rahm Emanuel"]),
        ("did Japan's Prime Minister meet Musk, Bezos and Lloyd J. Austin?",
         ["Japan", "Prime Minister", "Musk", "Bezos", "Lloyd J. Austin"]),
        ("Where is the Bank of Japan, and the Lord of the Rings?", ["Bank of Japan", "Lord of the Rings"]),
        ("Who is CEO of Ito Heavy Industries?", ["CEO", "Ito Heavy Industries"]),
        ("Who asked MPs of Kent?", ["MPs", "Kent"]),
        ("What of Article 9, in 2022, and Apollo 11?", ["Article 9", "Apollo 11"]),
        ("Did Ito pay Kato 1.5 million?", ["Ito", "Kato"]),
        ("Xi Jinping's visit, and Xi Jinping’s return?", ["Xi Jinping"]),
        ("How did Will Smith do?", ["Will Smith"]),
        ("Did I see the AT&T deal?", ["AT&T"]),
        ("Ministers met where?", []),
        ("Name Japan's ministers", ["Japan"]),
        ("Is Tokyo far?", ["Tokyo"]),
        ("what did ito say", []),
        ("WHO IS ITO?", []),
        ("What Did Ito Say About TikTok?", []),
        ("", []),
    ],
)  # fmt: skip
def test_names_are_words_with_a_capital_that_stand_together(text: str, found: list[str]) -> None:
    """Owners end a name, as commas do; what begins a question has a capital in any case."""
    assert found == list(names(text))


def test_a_name_ends_in_shorter_ones() -> None:
    """Each end of a name that begins with a capital, longest first."""
    assert ("Bank of Japan", "Japan") == tails("Central Bank of Japan")
    assert () == tails("Article 9")


def test_a_name_has_a_dozen_words_at_most() -> None:
    """What is looked up of a name grows with the cube of its words, so that a long run of capitals is cut."""
    run = " ".join(f"Ab{chr(97 + i // 26)}{chr(97 + i % 26)}" for i in range(500))
    found = names(f"Is {run} there?")
    assert run == " ".join(found)
    assert 12 == max(len(name.split()) for name in found)


@given(st.text())
def test_names_of_any_text_stand_in_it(text: str) -> None:
    """Whatever is typed, each name is part of it."""
    assert all(name in text and name[0].isupper() for name in names(text))
