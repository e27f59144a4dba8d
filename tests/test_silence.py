"""What an honest silence says is true, grammatical, and names what is missing."""

from __future__ import annotations

import re
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag import Assistant
from rag.collection import shelve_texts
from rag.passages import split
from rag.retrieve import holders
from rag.silence import nearest, silence, unheard
from rag.types import Evidence, Filters
from tests.conftest import WordEmbedder, config_for
from tests.makers import article, question


@pytest.mark.parametrize(
    ("asked", "held", "total", "says"),
    [
        ("what did Hamada say of TikTok?", {"hamada": "abc", "tiktok": ""}, 5,
         "3 of the 5 articles mention Hamada; none mentions TikTok"),
        ("what did Hamada say of TikTok?", {"hamada": "a", "tiktok": ""}, 5,
         "1 of the 5 articles mentions Hamada; none mentions TikTok"),
        ("what did Hamada say of TikTok?", {"hamada": "ab", "tiktok": ""}, 2,
         "both articles mention Hamada; none mentions TikTok"),
        ("what did Hamada say of TikTok?", {"hamada": "a", "tiktok": ""}, 1,
         "the one article mentions Hamada, but not TikTok"),
        ("who likes TikTok, Musk or Bezos?", {"tiktok": "", "musk": "", "bezos": ""}, 5,
         "none of the 5 articles mentions TikTok, Musk or Bezos"),
        ("Ito's rival, who is it?", {"ito": "ab", "rival": ""}, 5,
         "2 of the 5 articles mention Ito; none mentions “rival”"),
        ("who likes chess?", {"likes": "abc", "chess": ""}, 5, "none of the 5 articles mentions “chess”"),
        ("who likes chess?", {"chess": ""}, 1, "the one article does not mention “chess”"),
        ("who beat Ito at chess?", {"beat": "", "ito": "", "chess": ""}, 5,
         "none of the 5 articles mentions Ito"),
        ("who won the World Cup?", {"won": "", "world": "ab", "cup": ""}, 5,
         "none of the 5 articles mentions World Cup"),
        ("who won the World Cup?", {"won": "", "world": "abc", "cup": "bcd", "world cup": "b"}, 5,
         "1 of the 5 articles mentions World Cup; none mentions “won”"),
        ("who won Fifa's World Cup?", {"fifa": "", "world": "abc", "cup": "bcd", "world cup": "b"}, 5,
         "1 of the 5 articles mentions World Cup; none mentions Fifa"),
        ("who won the Fifa World Cup?", {"fifa": "", "world": "abc", "cup": "bcd", "world cup": "b"}, 5,
         "1 of the 5 articles mentions World Cup; none mentions Fifa World Cup"),
        ("where was Jane Ito?", {"jane": "a", "ito": "bc"}, 3,
         "2 of the 3 articles mention Ito; none mentions Jane Ito"),
        ("where was Jane Ito?", {"jane": "ab", "ito": "bc"}, 3,
         "1 of the 3 articles mentions Jane Ito, but nothing there answers this question"),
        ("who leads Ito Heavy Industries?", {"ito": "", "heavy": "a", "industries": "b"}, 3,
         "none of the 3 articles mentions Ito Heavy Industries"),
        ("what did Ito's aide do?", {"ito": "", "aide": "a"}, 3, "none of the 3 articles mentions Ito"),
        ("where did Ito meet Kato?", {"ito": "ab", "meet": "abc", "kato": "c"}, 4,
         "1 of the 4 articles mentions Kato and 2 mention Ito, but none mentions both"),
        ("where did Ito meet Kato?", {"ito": "abc", "meet": "abc", "kato": "abc"}, 3,
         "all 3 articles mention Ito and Kato, but nothing there answers this question"),
        ("where did Ito go?", {"ito": "a"}, 1, "the one article mentions Ito, but not the answer"),
        ("who?", {}, 2, "nothing in the 2 articles answers this question"),
        ("what is it?", {"what": "ab", "it": "ab"}, 2, "nothing in the 2 articles answers this question"),
        ("who?", {}, 0, "there are no articles"),
    ],
)  # fmt: skip
def test_what_silence_says(asked: str, held: dict[str, str], total: int, says: str) -> None:
    """Names come first, then rare words; counts are of articles, and verbs agree with them."""
    assert f"The articles do not say: {says}." == silence(question(f"so {asked}"), held, total)


@pytest.mark.parametrize(
    ("filters", "total", "says"),
    [
        (Filters(), 3, "2 of the 3 articles mention Ito; none mentions Kato"),
        (Filters(since=date(2023, 1, 1)), 3,
         "2 of the 3 articles since 1 January 2023 mention Ito; none mentions Kato"),
        (Filters(until=date(2023, 1, 9), as_of=date(2023, 1, 8)), 2,
         "both articles up to 8 January 2023 mention Ito; none mentions Kato"),
        (Filters(date(2022, 5, 1), date(2023, 1, 9)), 2,
         "both articles between 1 May 2022 and 9 January 2023 mention Ito; none mentions Kato"),
        (Filters(date(2022, 5, 1), date(2022, 5, 1), outlet="Nikkei "), 2,
         "both articles from Nikkei of 1 May 2022 mention Ito; none mentions Kato"),
        (Filters(outlet="VOA"), 0, "none fits these filters"),
    ],
)  # fmt: skip
def test_silence_says_which_articles_it_counts(filters: Filters, total: int, says: str) -> None:
    """Where filters narrow the library, the articles that are left are the ones spoken of."""
    asked = question("did Ito meet Kato?", filters=filters)
    assert f"The articles do not say: {says}." == silence(asked, {"ito": "ab", "kato": ""}, total)


def test_a_name_of_an_earlier_question_is_a_name() -> None:
    """What a follow-up is about comes before its common words."""
    asked = question("what did he eat?", topic=("signed", "Ito"))
    held = {"eat": "", "signed": "abc", "ito": "ab"}
    assert "The articles do not say: 2 of the 3 articles mention Ito; none mentions “eat”." == silence(
        asked, held, 3
    )


@given(
    st.lists(st.sampled_from("Ito Kato Abe rain snow wind".split()), unique=True, min_size=1),
    st.lists(st.sets(st.sampled_from("abcd")), min_size=6, max_size=6),
)
def test_silence_counts_truly(names: list[str], held: list[set[str]]) -> None:
    """Of any words in any articles: every count and every "none" is what a count of the articles gives."""
    known = dict(zip(names, held, strict=False))
    asked = question("so " + ", ".join(names))
    said = silence(asked, {name.lower(): ids for name, ids in known.items()}, 4)
    told: list[set[str]] = []
    for clause in re.split(r": |; |, but | and (?=\d)", said.rstrip("."))[1:]:
        count, _, words = re.sub("mentions", "mention", clause).partition(" mention ")
        if words:
            parts = (part.strip("“”") for part in re.split(", | and | or ", words))
            together = [known[part] for part in parts if part != "both"] or told
            told.append(set.union(*together) if " or " in words else set.intersection(*together))
            counted = {"none": 0, "all": 4}.get(count.split()[0])
            assert len(told[-1]) == (int(count.split()[0]) if counted is None else counted)


def test_articles_are_counted_in_any_spelling_and_in_scope(tmp_path: Path) -> None:
    """The holders of a word are the articles that hold any form of it, of those that may answer."""
    texts = ["Ito signed the accord.", "Kato was signing on Friday.", "It rained."]
    shelf = shelve_texts(texts, config_for(tmp_path), WordEmbedder())
    with closing(shelf.library):
        found = holders(question("who signs it with Ito?"), shelf.library)
        assert {"signs": 2, "ito": 1} == {word: len(ids) for word, ids in found.items()}
        since = Filters(since=date(2020, 1, 1))
        assert {0} == {
            len(ids) for ids in holders(question("who is Ito?", filters=since), shelf.library).values()
        }


def test_the_nearest_articles_tell_what_they_have_and_lack() -> None:
    """Each article of the evidence once, with the question's words that it has and lacks, three at most."""
    made = [article(f"Ito came to town {n}.", f"{n}.txt") for n in range(5)]
    evidence = [Evidence(split(a, 220)[0], a, 0.1, n, {}) for n, a in enumerate([made[0], *made], start=1)]
    every = [each.id for each in made]
    found = nearest(question("did Ito meet Kato?"), evidence, {"ito": every, "meet": [], "kato": []})
    assert [a.id for a in made[:3]] == [each.article.id for each in found]
    assert "mentions Ito; nothing of Kato" == found[0].why
    unnamed = nearest(question("did Ito meet them?"), evidence, {"ito": every, "meet": []})
    assert "mentions Ito; nothing of “meet”" == unnamed[0].why


def test_little_is_told_of_a_near_article() -> None:
    """Of a long question four words are told, names and rare ones, in the order in which they were asked."""
    made = article("Ito came.")
    held = {
        "common": [made.id, "b"],
        "ito": [made.id],
        "rare": [],
        "kato": [made.id],
        "rarer": [],
        "so": ["b"],
    }
    asked = question("common Ito rare Kato rarer so")
    (found,) = nearest(asked, [Evidence(split(made, 220)[0], made, 0.1, 1, {})], held)
    assert "mentions Ito, Kato; nothing of “rare”, “rarer”" == found.why


def test_what_is_said_of_near_articles_is_true_of_all_of_their_text(assistant: Assistant) -> None:
    """A word that stands far from the passage that was found is not said to be missing."""
    text = f"Ito came to town. {'Nothing else was said of it there. ' * 60}Kato left the harbour."
    answer = assistant.ask_texts("Did Ito and Kato discuss TikTok?", [text, "It rained."])
    assert {"mentions Ito, Kato; nothing of TikTok"} == {each.why for each in answer.nearest}
    assert "The articles do not say: 1 of the 2 articles mentions Ito and Kato; none mentions TikTok." == (
        answer.silence
    )


def test_a_name_of_several_words_is_held_where_they_stand_together(tmp_path: Path) -> None:
    """A world and a cup are no World Cup, and a name is found in any spelling of its words."""
    texts = ["The world drank a cup of tea.", "The U.S. senators left.", "Ito won the World Cup."]
    shelf = shelve_texts(texts, config_for(tmp_path), WordEmbedder())
    with closing(shelf.library):
        found = holders(question("who won the Fifa World Cup, the US Senator?"), shelf.library)
        counts = {word: len(ids) for word, ids in found.items() if " " in word}
        assert {"fifa world cup": 0, "world cup": 1, "us senator": 1} == counts


def test_unheard_are_those_that_no_article_holds() -> None:
    """A name is a word with a capital inside the question; a question in capitals has none."""
    counts = {"musk": 0, "hamada": 3, "chess": 0}
    assert ["musk"] == unheard(question("did Musk and Hamada play chess?"), counts)
    assert [] == unheard(question("DID MUSK PLAY CHESS?"), counts)
    assert [] == unheard(question("Did Hamada And Hayashi Play Chess?"), counts)
    assert [] == unheard(question("Musk Enterprises?"), counts)
    assert ["musk"] == unheard(question("did Elon Musk's son play?"), counts)


def test_a_question_of_which_no_word_is_held_is_unheard() -> None:
    """Whatever its language; one known word is enough to look for an answer."""
    assert ["chi", "ha", "firmato"] == unheard(question("chi ha firmato?"), {"chi": 0, "ha": 0, "firmato": 0})
    assert [] == unheard(question("chi ha firmato?"), {"chi": 0, "ha": 0, "firmato": 1})
    assert [] == unheard(question("?"), {})


def test_a_question_in_another_language_is_met_with_silence(assistant: Assistant) -> None:
    """It is not answered with whatever comes nearest."""
    assert "not_in_articles" == assistant.ask("浜田は何に署名しましたか").status
