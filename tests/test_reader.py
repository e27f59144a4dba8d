"""What the reader sees, how it weighs it, and that whatever it is given comes out as chances."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.errors import ReaderError
from rag.passages import split
from rag.reader import Candidate, Network, Reader
from rag.reader.features import ask, features
from rag.reader.kinds import kind_of, shows
from rag.reader.model import UNSEEN, Seen, Text
from rag.reader.weigh import choice, echo
from rag.types import Article, Question, Reading, Span
from tests.makers import MEMO, article, question

TALKS = "The talks began on Friday. They were held by video because of the omicron variant."


def candidates(*texts: str, **known: object) -> list[Candidate]:
    """The passages of these texts, each an article, all equally well found."""
    made = [article(text, f"{n}.txt", **known) for n, text in enumerate(texts, start=1)]
    found = [(passage, each) for each in made for passage in split(each, 220)]
    return [Candidate(passage, each, 1 / len(found)) for passage, each in found]


def read(asked: str | Question, *texts: str, reader: Reader | None = None) -> list[tuple[str, Reading]]:
    """Each sentence with its reading, the likeliest first."""
    asked = question(asked) if isinstance(asked, str) else asked
    given_ = candidates(*texts)
    found = (reader or Reader()).read(asked, given_)
    pairs = [(c.article, r) for c, each in zip(given_, found, strict=True) for r in each]
    return [(a.text[r.start : r.end], r) for a, r in sorted(pairs, key=lambda p: -p[1].chance)]


class Fixed:
    """A network that sees what it is told to, sentence by sentence."""

    def __init__(self, *seen: Seen) -> None:
        self.seen = list(seen)

    def see(self, _: str, texts: Sequence[Text]) -> list[list[Seen]]:
        """The given sights, in order."""
        left = iter(self.seen)
        return [[next(left) for _ in text.sentences] for text in texts]


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("what did Hamada sign?", "On Thursday"),
        ("how much does Tokyo pay?", "Tokyo pays"),
        ("what did Hamada say about yielding?", "“We will not"),
        ("by when will a regiment be in Japan?", "Austin lauded"),
        ("why were the talks held by video?", "They were held"),
        ("when did the talks begin?", "The talks began"),
    ],
)
def test_the_sentence_that_answers_comes_first(text: str, begins: str) -> None:
    """Among a few sentences, the one that answers is put first."""
    assert read(text, MEMO, TALKS)[0][0].startswith(begins)


@pytest.mark.parametrize(
    "text", ["who painted the Mona Lisa?", "what is the capital of Peru?", "how do I bake bread?"]
)
def test_what_nobody_says_is_unlikely(text: str) -> None:
    """Where no sentence answers, the chances add up to less than where one does."""
    silent = sum(r.chance for _, r in read(text, MEMO, TALKS))
    assert silent < 0.5 < sum(r.chance for _, r in read("how much does Tokyo pay?", MEMO, TALKS))


def test_the_words_that_answer_stand_in_the_sentence() -> None:
    """The focus is a range of the article inside its sentence, and holds the answer."""
    known = article("\n\n" + MEMO)
    passage = split(known, 220)[0]
    asked = question("how much does Tokyo pay over five years?")
    best = max(Reader().read(asked, [Candidate(passage, known, 1.0)])[0], key=lambda r: r.chance)
    assert best.focus is not None
    assert best.start <= best.focus.start < best.focus.end <= best.end
    assert "1.05 trillion yen" in known.text[slice(*best.focus)]


odd = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=60)


@settings(max_examples=25, deadline=None)
@given(odd, st.lists(odd, min_size=1, max_size=4))
def test_whatever_is_read_comes_out_as_chances(text: str, sentences: list[str]) -> None:
    """Whatever is asked of whatever text, chances lie in 0 to 1, add up to at most 1, and come again."""
    texts = [f"x {s}" for s in sentences]
    first = read(Question(text, standalone=text), *texts)
    assert all(0 <= r.chance <= 1 for _, r in first)
    assert sum(r.chance for _, r in first) <= 1 + 1e-6
    assert first == read(Question(text, standalone=text), *texts)


@pytest.mark.parametrize(
    "text",
    [
        "Hamada came " + "and went " * 5_000,
        "他在东京签署了该文件。" * 300,
        "وقع الوزير الاتفاق في طوكيو. " * 50,
        "🗞️ " * 400,
        "a" * 20_000,
    ],
    ids=["10,000 words", "Chinese", "Arabic", "pictures", "one long word"],
)
def test_odd_texts_are_read_like_any_other(text: str) -> None:
    """Very long sentences and other scripts are read, every sentence once, in their own order."""
    given_ = candidates(text, MEMO)
    found = Reader().read(question("Who came?"), given_)
    assert [[s.start for s in c.passage.sentences] for c in given_] == [[r.start for r in f] for f in found]


def test_a_text_longer_than_a_window_is_read_whole() -> None:
    """A fact behind more sentences than one window holds is found as well as one in front."""
    filler = "The weather was mild and the streets were quiet for most of the day. " * 40
    seen = Network().see(
        "Who opened the bridge?", [Text("", [*filler.split(". ")[:-1], "Mayor Ito opened the bridge."])]
    )
    assert 41 > len(seen[0]) - 1 >= 39
    assert seen[0][-1].answers == max(s.answers for s in seen[0])
    assert UNSEEN not in seen[0]


def test_nothing_to_read_gives_nothing() -> None:
    """No candidates, no readings; and a text without sentences none of its own."""
    assert [] == Reader().read(question("Who?"), [])
    assert [[], []] == Network().see("Who?", [Text("A heading", []), Text("", [])])


@pytest.mark.parametrize("content", [None, b"", b"not a model"], ids=["missing", "empty", "altered"])
def test_a_model_that_is_not_ours_is_refused(content: bytes | None, tmp_path) -> None:  # noqa: ANN001
    """A missing, truncated or altered model file ends in one line that names it."""
    path = tmp_path / "model.onnx"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ReaderError, match=r"model\.onnx") as raised:
        Network(path).see("Who?", [Text("", ["He came."])])
    assert "\n" not in str(raised.value)


# Weighing


def test_sentences_and_none_of_them_share_one_chance() -> None:
    """Scores far below that of "none of them" leave it nearly everything, equal ones the same share."""
    assert choice(np.array([-30.0, -40.0]), (0.0, 0.0)).sum() < 1e-9
    assert [1 / 3, 1 / 3] == pytest.approx(choice(np.array([0.0, 0.0]), (0.0, 0.0)))
    assert 0 == len(choice(np.array([]), (0.0, 0.0)))


def test_an_echo_counts_other_passages_alone() -> None:
    """The same answer in another passage is heard; in the same passage, or another answer, it is not."""
    chance = np.array([0.3, 0.2, 0.1, 0.05])
    assert [0.1, 0.1, 0.5, 0.0] == pytest.approx(echo(chance, ["a", "a", "a", "b"], [0, 0, 1, 1]))
    assert [0.0, 0.0] == list(echo(chance[:2], [None, None], [0, 1]))


def test_two_passages_that_agree_are_believed() -> None:
    """Of answers seen equally well, the one that another article gives too is likelier."""
    texts = ("Ito won.", "Kato won.", "The winner was Ito.")
    seen = [Seen(1.0, 1.0, Span(*where)) for where in ((0, 3), (0, 4), (15, 18))]
    found = dict(read("who won the race?", *texts, reader=Reader(Fixed(*seen))))  # type: ignore[arg-type]
    assert found["Ito won."].chance > found["Kato won."].chance


# By words alone


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("When was it signed?", "when"),
        ("On what date did they meet?", "when"),
        ("how much is Tokyo paying, in yen?", "money"),
        ("How many ministers came?", "count"),
        ("how far is Yonaguni from Taiwan?", "number"),
        ("Who signed it?", "who"),
        ("Which Japanese minister signed it?", "who"),
        ("Where did they meet?", "where"),
        ("Why was it moved?", "why"),
        ("What did Hayashi say of the accord?", "said"),
        ("what does the memorandum cover?", None),
    ],
)
def test_kinds_of_questions(text: str, kind: str | None) -> None:
    """The words of a question tell what kind of thing it asks for."""
    found = kind_of(text)
    assert kind == (found.name if found else None)


@pytest.mark.parametrize(
    ("text", "sentence", "right"),
    [
        ("How many ministers came?", "The four ministers met.", True),
        ("How many ministers came?", "The ministers met in 2022.", False),
        ("How many cases were there?", "New COVID-19 cases surged.", False),
        ("What did Hamada say?", "Austin said that it was cruel.", False),
        ("What did Hamada say?", "Hamada said so.", True),
        ("What did Hamada say?", "He stressed that it was so.", True),
        ("When was it?", "They met on Jan. 6.", True),
        ("When was it?", "They met at length.", False),
        ("Where was it?", "They met in Tokyo.", True),
        ("Who was it with Austin?", "Austin was there.", False),
        ("Who was it with Austin?", "Austin met Kishi.", True),
    ],
)
def test_what_shows_a_kind(text: str, sentence: str, right: bool) -> None:
    """A sentence shows a kind when it holds such a thing that the question does not name itself."""
    kind = kind_of(text)
    assert kind is not None
    assert right == shows(kind, sentence, {"austin", "ministers"})


def shown(asked: str, known: Article) -> list[float]:
    """Whether each sentence of an article is of a wrong year."""
    return [f.wrong_year for f in features(ask(question(asked)), split(known, 220)[0], known)]


def test_an_article_of_another_year_is_told() -> None:
    """A year in the question tells sentences whose article is of another year, unless they name it."""
    text = "Kishi met Blinken. It was in 2022."
    assert [0.0, 0.0] == shown("Who met Blinken in 2022?", article(text, published="2022-01-07"))
    assert [1.0, 0.0] == shown("Who met Blinken in 2022?", article(text, published="2023-01-07"))
    assert [0.0, 0.0] == shown("Who met Blinken?", article(text, published="2023-01-07"))
