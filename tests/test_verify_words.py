"""One word for another: its opposite, another measure or rank, what is yet to be; and what says the same."""

from __future__ import annotations

from datetime import date

import pytest

from rag.types import DraftSentence
from rag.verify import check
from tests.makers import offered

DAY = date(2024, 5, 2)


def _reason(text: str, source: str) -> str | None:
    """Why a text that cites this one sentence fails; None when it passes."""
    checked = check(DraftSentence(text, (1,)), offered(source, published=DAY))
    return None if checked.passed else checked.reason


@pytest.mark.parametrize(
    ("source", "text", "passes"),
    [
        ("The ports signed a non-binding arrangement.", "The ports signed a binding arrangement.", False),
        ("The ports signed a non-binding arrangement.", "The ports signed an arrangement.", True),
        ("The ports signed a non-binding arrangement.", "What the ports signed is not binding.", True),
        ("The ports signed a nonbinding arrangement.", "The ports signed a non-binding arrangement.", True),
        ("The ports signed a nonbinding arrangement.", "The ports signed a binding arrangement.", False),
        ("The ports signed a binding arrangement.", "The ports signed a non-binding arrangement.", False),
        ("Reyes won by the unofficial count.", "By the official count Reyes won.", False),
        ("Reyes won by the unofficial count.", "Reyes won by the count.", True),
        ("Reyes won by the official count.", "Reyes won by the unofficial count.", False),
        ("The guards were armed when they left.", "When they left, the guards were unarmed.", False),
        ("The court found the raid legal.", "The court found the raid illegal.", False),
        ("The court found the raid illegal.", "The court found the raid legal.", False),
        ("The court found the raid illegal.", "The court found that the raid was not legal.", True),
        ("It is not uncommon to wait for a day.", "To wait for a day is common.", True),
        ("The dye is harmless to fish.", "The dye is harmful to fish.", False),
        ("The pro-war party won in Selby.", "The anti-war party won in Selby.", False),
        ("They overestimated the cost of the bridge.", "The cost of the bridge was underestimated.", False),
        (
            "The two firms made a deal before the unrest.",
            "Before the unrest the two firms made a deal.",
            True,
        ),
    ],
)
def test_what_is_denied_by_its_beginning_is_not_asserted(source: str, text: str, passes: bool) -> None:
    """A word is no other with "un-", "non-", "il-" or "-less"; leaving it out is no lie."""
    assert passes == (_reason(text, source) is None), _reason(text, source)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("The ferry carries at least 300 people a day.", None),
        ("The ferry carries up to 300 people a day.", "another bound"),
        ("The ferry carries at least 300 people a week.", "another rate"),
        ("Every day the ferry takes at least 300 people.", None),
        ("The ferry carries people in 40 hours.", "another unit"),
        ("The ferry carries people in 40 minutes.", None),
        ("The fare went up from 5 to 6 euros, by one euro.", None),
        ("The fare went up by 6 euros.", "another step"),
        ("The fare went up from 6 to 5 euros.", "turns round"),
        ("The ferry carries exactly 300 people a day.", "more exact"),
        ("Its two boats have 90 seats each.", "gives to each"),
    ],
)
def test_figures_keep_their_bounds_and_measures(text: str, reason: str | None) -> None:
    """A lower bound is no upper one, minutes are no hours, and a rise by an amount is none to it."""
    source = (
        "The ferry carries at least 300 people a day in 40 minutes, its two boats have 90 seats,"
        " and the fare went up from 5 to 6 euros."
    )
    assert (reason or "") in (_reason(text, source) or "")
    assert reason or not _reason(text, source)


ARTICLE = (
    "Captain Ana Ruiz praised the army for saving the old ferry in the morning, and the crew blamed the firm."
)


@pytest.mark.parametrize(
    ("text", "passes"),
    [
        (ARTICLE.replace("praised", "lauded"), True),
        (ARTICLE.replace("army", "police"), False),
        (ARTICLE.replace("saving", "sinking"), False),
        (ARTICLE.replace("morning", "evening"), False),
        (ARTICLE.replace("Captain", "Sergeant"), False),
        (ARTICLE.replace("the crew blamed the firm", "the firm blamed the crew"), False),
        ("The army was praised by Captain Ana Ruiz for having saved a ferry.", True),
    ],
)
def test_a_word_in_anothers_place_says_the_same_or_fails(text: str, passes: bool) -> None:
    """Who keeps a sentence and changes one word of it changes it to one that means as much."""
    assert passes == (_reason(text, ARTICLE) is None), _reason(text, ARTICLE)


@pytest.mark.parametrize(
    ("source", "text", "passes"),
    [
        ("The city will open the bridge in June.", "The city opened the bridge in June.", False),
        ("The city will open the bridge in June.", "The bridge is to be opened in June.", True),
        ("Lang vowed to challenge the ban.", "Lang has challenged the ban.", False),
        ("Lang managed to reach the border.", "Lang reached the border.", True),
        ("Lang is charged with fraud.", "Lang was convicted of fraud.", False),
        ("Lang was charged with fraud and convicted.", "Lang was convicted of fraud.", True),
        ("It is too early to say whether the fish will spawn.", "The fish will spawn.", False),
        (
            "It is too early to say whether the fish will spawn.",
            "Whether the fish will spawn is not yet known.",
            True,
        ),
    ],
)
def test_what_is_to_be_is_not_done(source: str, text: str, passes: bool) -> None:
    """What is planned, charged or asked is not told as done, judged or settled."""
    assert passes == (_reason(text, source) is None), _reason(text, source)


@pytest.mark.parametrize(
    ("source", "text", "passes"),
    [
        ("Denmark will send two ships to Mali.", "Two Danish ships will be sent to Mali.", True),
        ("Denmark will send two ships to Mali.", "Two Polish ships will be sent to Mali.", False),
        (
            "Ships will be sent to Mali and Togo.",
            "Ships will be sent to two African countries, Mali and Togo.",
            True,
        ),
        (
            "Ships will be sent to Mali and Togo.",
            "Ships will be sent to two Asian countries, Mali and Togo.",
            False,
        ),
        ("Japan will send two ships.", "Asia will send two ships.", False),
    ],
)
def test_what_comes_from_a_land_is_its_own(source: str, text: str, passes: bool) -> None:
    """Danish is of Denmark and Mali is African; what a land does its continent does not."""
    assert passes == (_reason(text, source) is None), _reason(text, source)


@pytest.mark.parametrize(
    ("text", "passes"),
    [
        ("Inflation eased by two percentage points.", True),
        ("Inflation eased by two percent.", False),
        ("Inflation eased to 3 percent.", True),
        ("Inflation eased to 3 percentage points.", False),
    ],
)
def test_points_are_not_percent(text: str, passes: bool) -> None:
    """Shares differ by points; a percent of a percent is another figure."""
    source = "Inflation eased from 5 percent to 3 percent."
    assert passes == (_reason(text, source) is None), _reason(text, source)


@pytest.mark.parametrize(
    ("source", "text", "passes"),
    [
        (
            "The mayor praised the plan of the ferry line.",
            "The mayor lauded the plan of the ferry line.",
            True,
        ),
        (
            "The board sent three investigators to the harbour.",
            "The board dispatched three investigators to the harbour.",
            True,
        ),
        ("The town felled three oaks on Monday.", "The town felled three trees on Monday.", True),
        ("The town felled three trees on Monday.", "The town felled three oaks on Monday.", False),
        (
            "The plant failed its last safety test in May.",
            "The plant passed its last safety test in May.",
            False,
        ),
        (
            "Lang knew that the old bridge was closed.",
            "Lang knows that the old bridge was closed.",
            True,
        ),
    ],
)
def test_what_is_of_one_sense_may_stand_for_a_word(source: str, text: str, passes: bool) -> None:
    """WordNet's synonyms and wider words pass where a near copy has them, its opposites do not."""
    assert passes == (_reason(text, source) is None), _reason(text, source)


@pytest.mark.parametrize(
    ("source", "text", "passes"),
    [
        (
            "The director of the dam said it was safe.",
            "The former director of the dam said it was safe.",
            False,
        ),
        ("It is the second largest lake in the land.", "It is the largest lake in the land.", False),
        ("A deputy head of the bank sold the shares.", "A head of the bank sold the shares.", False),
        (
            "The figures could not simply be added up, Lang said.",
            "The figures could be added up, Lang said.",
            False,
        ),
        ("Norrail opened the line to Selby in May.", "Tranco opened the line to Selby in May.", False),
        ("Two of the four men were taken to Selby.", "All of the four men were taken to Selby.", False),
        (
            "The ship left for Selby by 7 a.m. on Monday.",
            "The ship left for Selby after 7 a.m. on Monday.",
            False,
        ),
        (
            "Growth will be 1 percent at best, Lang said.",
            "Growth will be 1 percent at least, Lang said.",
            False,
        ),
        (
            "The state pays 40 million marks over five years.",
            "The state pays 40 million marks a year.",
            False,
        ),
        ("He did not rule out closing the school.", "He ruled out closing the school.", False),
        ("The engine has been replaced, Lang said.", "The engine will be replaced, Lang said.", False),
        ("The bridge opens if it passes a safety test.", "The bridge has passed a safety test.", False),
        ("Lang is recovering from an operation.", "Lang has recovered from an operation.", False),
    ],
)
def test_a_word_more_or_less_tells_another_thing(source: str, text: str, passes: bool) -> None:
    """Who keeps a sentence and adds, leaves out or moves on one such word says something else."""
    assert passes == (_reason(text, source) is None), _reason(text, source)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("Lang set up a firm under a new law.", "Under a new law Lang set up a firm."),
        (
            "Teachers may not search bags, a court ruled.",
            "Teachers are not allowed to search bags, a court ruled.",
        ),
        ("The shop sold out after the strike ended.", "The strike ended before the shop sold out."),
        ("It was the most goals that any player had scored.", "No player had scored more goals."),
        ("The duty falls from 12 to 5 percent.", "The duty falls from 12 percent to 5."),
        ("The rate was held for the fifth time in a row.", "The rate was held for a fifth consecutive time."),
        ("The storm cut power to Selby.", "The storm left Selby without power."),
        (
            "The clinics are in Selby, in Tarn and at the port.",
            "The three clinics are in Selby, Tarn and at the port.",
        ),
    ],
)
def test_what_says_the_same_otherwise_passes(source: str, text: str) -> None:
    """Neither "under" a law nor "no more than" nor "a fifth time" makes a sentence another one."""
    assert _reason(text, source) is None


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("Lang arrived at 4:20 a.m., she said.", "Lang arrived at 4:20 p.m., she said."),
        ("Seven of the nine members voted to hold.", "All nine members voted to hold."),
        ("The council voted by 17 to 10 for a tram.", "The council voted unanimously for a tram."),
        (
            "The line will cut its fares and raise its fees.",
            "The line will raise its fares and cut its fees.",
        ),
        ("It was not only cheap but quick, Lang said.", "It was only cheap, Lang said."),
    ],
)
def test_all_is_no_part_and_morning_no_evening(source: str, text: str) -> None:
    """Halves of the day, parts of a number and verbs before their objects do not change places."""
    assert _reason(text, source) is not None


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("The ministers met online on Friday.", "The ministers met in person on Friday."),
        ("The ministers met face to face in Oslo.", "The ministers held virtual talks in Oslo."),
        ("North Valdoria fired a missile over the South Sea.", "South Valdoria fired a missile."),
        ("Orsia and Valdoria signed a trade agreement.", "Orsia refused to sign a trade agreement."),
        ("The pact was last renewed in Oslo in March.", "The pact will be renewed in Oslo in March."),
        ("She succeeds Joris Feld in May.", "Joris Feld succeeds her in May."),
        ("Some 1,200 people left their homes.", "Some 1,200 people returned to their homes."),
        ("Mayor Lang opened the bridge.", "日本 Mayor Lang opened the bridge."),
        ("Mayor Lang opened the bridge.", "Mayor Lang не opened the bridge."),
    ],
)
def test_what_is_told_otherwise_is_doubted(source: str, text: str) -> None:
    """Meeting on a screen, North or South, a refusal, what was and will be, who did it, other scripts."""
    assert _reason(text, source) is not None


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("The ministers met in person and online.", "The ministers met online."),
        ("South Valdoria and its army fired a missile.", "The army of South Valdoria fired a missile."),
        ("What started the fire is not known.", "The cause of the fire is still unknown."),
        ("Anna Lang succeeds Joris Feld in May.", "Anna Lang succeeds him in May."),
        ("She succeeds Joris Feld in May.", "Joris Feld is succeeded by her in May."),
        ("The talks will be held in Oslo in March.", "In March talks will be held in Oslo."),
        ("Λήμνος is the Greek name of Lemnos.", "In Greek Lemnos is Λήμνος."),
        ("The café is at 5 Rue de l’Été, Nº 3.", "The café at Rue de l’Été is Nº 3."),
        ("林外相は協定に署名した。", "林外相は協定に署名した。"),
    ],
)
def test_what_is_told_so_passes(source: str, text: str) -> None:
    """The same words, the same part of the world, the same script."""
    assert _reason(text, source) is None
