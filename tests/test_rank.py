"""The ranker: articles chosen by both legs, features worked out by hand, probabilities, and runs."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag import rank
from rag.articles import from_text
from rag.library import Shelved
from rag.passages import split
from rag.types import Hit
from rag.words import content_words, key

logits = st.lists(st.floats(-20, 20), min_size=1, max_size=30).map(np.array)


def hits(*scored: tuple[str, float]) -> list[Hit]:
    """What a leg found: passages named article:place."""
    return [Hit(*each) for each in scored]


def shelved(*texts: str, title: str = "", pieces: int = 12) -> list[Shelved]:
    """Articles with all of their passages; the vectors do not matter."""
    articles = [
        from_text(text, f"text-{i}", {"title": title} if title else None) for i, text in enumerate(texts)
    ]
    cut = [split(article, pieces) for article in articles]
    return [Shelved(a, p, np.zeros((len(p), 2), np.float32)) for a, p in zip(articles, cut, strict=True)]


def looked(question: str, weights: dict[str, float], articles: Sequence[Shelved]) -> rank.Features:
    """The features of all passages, each as similar to the question as the next."""
    count = sum(len(each.passages) for each in articles)
    return rank.features(rank.ask(question, weights), articles, np.linspace(0, 1, count))


# Articles


def test_an_article_that_both_legs_find_comes_first() -> None:
    """Best in one leg and unknown to the other is less than good in both."""
    lexical = hits(("a:0-9", 9.0), ("b:0-9", 8.0), ("c:0-9", 2.0))
    dense = hits(("d:0-9", 0.9), ("b:5-9", 0.8), ("c:0-9", 0.1))
    assert ["b"] == rank.best_articles(lexical, dense, 1)
    assert {"a", "b", "c", "d"} == set(rank.best_articles(lexical, dense, 9))


def test_several_good_passages_tell_more_than_one() -> None:
    """Of two articles whose best passages are as good, that with more of them is better."""
    lexical = hits(("a:0-9", 9.0), ("b:0-9", 9.0), ("b:9-20", 8.0), ("c:0-9", 1.0))
    assert ["b", "a", "c"] == rank.best_articles(lexical, [], 3)


@given(
    st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(1, 50)), min_size=1, max_size=20),
    st.sampled_from([0.25, 2.0, 64.0]),
)
def test_articles_do_not_depend_on_a_legs_unit(found: list[tuple[str, int]], unit: float) -> None:
    """A leg whose scores are all multiplied by the same chooses the same articles, in the same order."""
    own = [Hit(f"{article}:{i}-{i + 1}", float(score)) for i, (article, score) in enumerate(found)]
    scaled = [hit._replace(score=hit.score * unit) for hit in own]
    other = hits(("b:90-91", 0.5), ("z:0-1", 0.2))
    assert rank.best_articles(own, other, 4) == rank.best_articles(scaled, other, 4)


def test_nothing_found_is_no_article() -> None:
    """Two empty legs choose nothing."""
    assert [] == rank.best_articles([], [], 5)


# Features


def test_shares_of_the_question_are_by_weight() -> None:
    """A passage with the words of three quarters of the weight covers .75; the heading counts for all."""
    weights = {key("harbour"): 3.0, key("costs"): 1.0}
    found = looked("harbour costs?", weights, shelved("The harbour is old.", "The cost fell."))
    assert [0.75, 0.25] == found.covered.tolist()
    titled = shelved("The harbour is old.", "Rain fell.", title="Costs of the city")
    found = looked("harbour costs?", weights, titled)
    assert ([1.0, 0.25], [0.25, 0.25]) == (found.covered.tolist(), found.titled.tolist())


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("When did Anna Berg leave?", 2),  # Friday, 2021
        ("How many boats did Anna Berg sell?", 3),  # seven, 2021, 40
        ("Who met Anna Berg?", 3),  # Carl, Dahl, Friday: a name is what looks like one
        ("Why did Anna Berg leave?", 0),
    ],
)
def test_things_are_of_the_kind_that_is_sought(question: str, expected: int) -> None:
    """Different dates, figures or names are counted, once each, without those of the question."""
    text = "Anna Berg and Carl Dahl left on Friday with seven boats in 2021; Anna Berg and Carl Dahl had 40."
    found = looked(question, {key("Berg"): 1.0}, shelved(text, pieces=99))
    assert [pytest.approx(math.log1p(expected))] == found.things.tolist()
    assert [float(expected > 0)] == found.shows.tolist()


def test_the_words_of_a_passage_are_weighed_as_bm25_does() -> None:
    """By Okapi's formula with k1 1.2 and b .75, standardised; above says how far over the article's mean."""
    texts = ("Ships ships ships here.", "A ship and nothing more that is of any use to us.")
    found = looked("ships?", {key("ships"): 2.0}, shelved(*texts, pieces=99))
    lengths, counts = np.array([4, 12]), np.array([3, 1])
    norm = 1.2 * (0.25 + 0.75 * lengths / lengths.mean())
    expected = 2.0 * counts * 2.2 / (counts + norm)
    assert expected[0] > expected[1]
    standard = (expected - expected.mean()) / expected.std()
    assert standard == pytest.approx(found.lexical, abs=1e-6)
    # Each is its article's only passage, so neither is above its mean.
    assert [0.0, 0.0] == found.above.tolist()


def test_an_articles_own_figures_are_the_same_for_all_its_passages() -> None:
    """Similarity, words, title and length of the article go with each passage; places rise with the text."""
    articles = shelved("Ships came in. " * 9, "Rain fell on the town. " * 9)
    found = looked("ships?", {key("ships"): 2.0}, articles)
    first = len(articles[0].passages)
    assert first > 1
    for shared in (found.article_lexical, found.article_similar, found.titled, found.length):
        assert (1, 1) == (len(set(shared[:first])), len(set(shared[first:])))
    assert found.article_lexical[0] > found.article_lexical[first]
    assert 0.0 == found.place[0] == found.place[first]
    assert (np.diff(found.place[:first]) > 0).all()


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("O'Brien", "O’Brien’s ships were late."),
        ("D.C.", "They met in D.C. on Friday."),
        ("1.05", "Tokyo pays 1.05 trillion yen."),
        ("U.S.", "The US and Japan met."),
    ],
)
def test_a_word_with_a_joint_is_one_word(word: str, text: str) -> None:
    """Apostrophes and points inside a word part neither the question's words nor the text's."""
    (folded,) = content_words(word)
    assert [1.0, 0.0] == looked(f"{word}?", {key(folded): 2.0}, shelved(text, "Rain fell.")).covered.tolist()


def test_a_question_without_a_known_word_has_features_still() -> None:
    """No word of the question stands anywhere: only what does not look at words tells."""
    found = looked("?", {}, shelved("Ships came in.", "Rain fell."))
    assert all(np.isfinite(values).all() for values in found)
    assert [0.0, 0.0] == found.covered.tolist()


# Probabilities and runs


@given(logits)
def test_probabilities_are_in_the_order_of_the_scores_and_sum_to_one(scores: rank.Floats) -> None:
    """Softmax: shares of one, higher for higher scores."""
    chances = rank.probabilities(scores)
    assert pytest.approx(1, abs=1e-6) == chances.sum()
    by_score = chances[np.argsort(scores, kind="stable")]
    assert (np.diff(by_score) >= 0).all()


@given(logits, st.integers(1, 5), st.randoms())
def test_runs_are_neighbours_and_share_no_passage(scores: rank.Floats, longest: int, random: object) -> None:
    """Every passage is in one run; runs fall in probability, join only what follows on, and sum right."""
    chances = rank.probabilities(scores)
    joined = [i > 0 and random.random() < 0.7 for i in range(len(chances))]  # type: ignore[attr-defined]
    found = list(rank.runs(chances, joined, longest))
    assert sorted(i for run in found for i in range(run.first, run.last)) == list(range(len(chances)))
    for run in found:
        assert 1 <= run.last - run.first <= longest
        assert all(joined[i] for i in range(run.first + 1, run.last))
        assert pytest.approx(chances[run.first : run.last].sum(), abs=1e-6) == run.probability
    assert [run.probability for run in found] == sorted((run.probability for run in found), reverse=True)


def test_the_best_run_is_the_likeliest_window() -> None:
    """Two fair neighbours beat one good passage that stands alone; alone it wins when runs are of one."""
    chances = np.array([0.4, 0.0, 0.25, 0.3, 0.05])
    joined = [False, False, True, True, True]
    assert rank.Run(2, 4, pytest.approx(0.55)) == next(rank.runs(chances, joined, 2))
    assert rank.Run(0, 1, pytest.approx(0.4)) == next(rank.runs(chances, joined, 1))


def test_of_equal_scores_the_first_comes_first() -> None:
    """What differs by the order of arithmetic alone does not change the order."""
    assert [1, 0, 2] == rank.order(np.array([0.5, 0.9, 0.5 + 1e-12]))
