"""Passages are exact ranges of their article, whole sentences where they fit, and lose nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag import passages as passages_module
from rag.articles import from_text, read_file
from rag.errors import ArticleError
from rag.passages import split
from rag.types import Article, Passage, Span
from tests.conftest import SEEDS, texts


def _check(article: Article, passages: tuple[Passage, ...]) -> None:
    """The invariants of DESIGN.md that every citation stands on."""
    end = 0
    for passage in passages:
        assert article.text[passage.start : passage.end] == passage.text
        assert end <= passage.start < passage.end
        assert any(body.start <= passage.start and passage.end <= body.end for body in article.body)
        assert article.id == passage.article_id
        at = passage.start
        for sentence in passage.sentences:
            assert at <= sentence.start < sentence.end <= passage.end
            at = sentence.end
        assert "".join(passage.text.split()) == "".join(
            "".join(article.text[a:b] for a, b in passage.sentences).split()
        )
        end = passage.end
    body = "".join(article.text[a:b] for a, b in article.body)
    assert "".join(body.split()) == "".join("".join(passage.text for passage in passages).split())
    assert len({passage.id for passage in passages}) == len(passages)


@given(text=texts, pieces=st.sampled_from([8, 32, 128]))
def test_passages_are_exact_and_complete(text: str, pieces: int) -> None:
    """Every character of the article is in one passage, whose range gives its very text."""
    article = from_text(text, "here")
    _check(article, split(article, pieces))


@given(text=texts, data=st.data())
def test_passages_stay_inside_any_body(text: str, data: st.DataObject) -> None:
    """However debris lies in a text, no passage reaches into it."""
    edges = sorted(data.draw(st.sets(st.integers(0, len(text)), min_size=2, max_size=6)))
    body = tuple(Span(a, b) for a, b in zip(edges[::2], edges[1::2], strict=False))
    article = Article(id="a", source="here", text=text, body=body, title="T")
    _check(article, split(article, 16))


def test_the_seeds_are_split_exactly() -> None:
    """The five articles give passages that hold all of their articles and none of their debris."""
    for article in map(read_file, sorted(SEEDS.glob("*.txt"))):
        passages = split(article, 128)
        _check(article, passages)
        assert not any("Leave a comment" in p.text or "Sponsored Content" in p.text for p in passages)


def test_sentences_that_fit_are_kept_whole() -> None:
    """Passages end where sentences end, and hold as many as fit."""
    sentences = [f"Minister number {n} signed the agreement on Friday." for n in range(40)]
    article = from_text("\n\n".join(sentences), "here")
    passages = split(article, 64)
    assert [s for p in passages for s in p.text.split("\n\n")] == sentences
    assert 5 <= len(passages) <= 10


def test_a_sentence_longer_than_a_passage_is_cut() -> None:
    """A text without sentence ends and a word without end still give passages of bounded length."""
    for text in ("word " * 2000, "x" * 6000, "漢字" * 1500):
        article = from_text(text, "here")
        passages = split(article, 64)
        _check(article, passages)
        assert max(len(passage.text) for passage in passages) <= 6 * 64 * 2


def test_a_splitter_that_changes_the_text_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """A chunk that the article does not hold raises; it never becomes a citation."""

    class Liar:
        """A splitter that tidies quotation marks."""

        def split_text(self, text: str) -> list[str]:
            return [text.replace("“", '"')]

    monkeypatch.setattr(passages_module, "_splitter", lambda _: Liar())
    with pytest.raises(ArticleError, match="here: could not be split into passages exactly"):
        split(from_text("“We will go,” he said.", "here"), 64)
