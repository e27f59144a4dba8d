"""What an honest silence says is true, grammatical, and names what is missing."""

from __future__ import annotations

from contextlib import closing
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.collection import shelve_texts
from rag.passages import split
from rag.retrieve import holders
from rag.silence import nearest, silence, unheard_names
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
        ("who likes chess?", {"likes": "abc", "chess": ""}, 5, "none of the 5 articles mentions chess"),
        ("who likes chess?", {"chess": ""}, 1, "the one article does not mention chess"),
        ("where did Ito meet Kato?", {"ito": "ab", "meet": "abc", "kato": "c"}, 4,
         "1 of the 4 articles mentions Kato and 2 of the 4 articles mention Ito, but none mentions both"),
        ("where did Ito meet Kato?", {"ito": "abc", "meet": "abc", "kato": "abc"}, 3,
         "all 3 articles mention Ito and Kato, but nothing there answers this question"),
        ("where did Ito go?", {"ito": "a"}, 1, "the one article mentions Ito, but not the answer"),
        ("who?", {}, 2, "nothing in the 2 articles answers this question"),
        ("who?", {}, 0, "none fits these filters"),
    ],
)  # fmt: skip
def test_what_silence_says(asked: str, held: dict[str, str], total: int, says: str) -> None:
    """Names come first, then rare words; counts are of articles, and verbs agree with them."""
    assert f"The articles do not say: {says}." == silence(question(f"so {asked}"), held, total)


@given(
    st.lists(st.sampled_from("Ito Kato Abe rain snow wind".split()), unique=True, min_size=1),
    st.lists(st.sets(st.sampled_from("abcd")), min_size=6, max_size=6),
)
def test_silence_counts_truly(names: list[str], held: list[set[str]]) -> None:
    """What is said to be mentioned by none is held by none; what is counted is held by some."""
    known = {name.lower(): each for name, each in zip(names, held, strict=False)}
    said = silence(question("so " + " ".join(names)), known, 4)
    for name in names:
        if f"none mentions {name}" in said or (f"articles mentions {name}." in said and "none of" in said):
            assert not known[name.lower()]


def test_articles_are_counted_in_any_spelling_and_in_scope(tmp_path) -> None:  # noqa: ANN001
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
    found = nearest(question("did Ito meet Kato?"), evidence)
    assert [a.id for a in made[:3]] == [each.article.id for each in found]
    assert "mentions Ito; nothing of meet, Kato" == found[0].why


def test_unheard_names_are_those_that_no_article_holds() -> None:
    """A name is a word with a capital inside the question; a question in capitals has none."""
    counts = {"musk": 0, "hamada": 3, "chess": 0}
    assert ["musk"] == unheard_names(question("did Musk and Hamada play chess?"), counts)
    assert [] == unheard_names(question("DID MUSK PLAY CHESS?"), counts)
