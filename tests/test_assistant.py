"""One question's whole way, on the seeds and on strings, quoting and with models good and bad."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag import Answer, Assistant, Filters, Sentence
from rag.assistant import MAX_QUESTION
from rag.errors import ArticleError, UsageError
from tests.conftest import ROOT, config_for
from tests.fake_endpoint import Reply, asked_for, chunk, endpoint, said

SIGNED = "what did Hamada sign?"


def without_times(answer: Answer) -> dict[str, Any]:
    """The answer's JSON but for its milliseconds."""
    shown = answer.to_dict()
    shown["trace"]["ms"] = {}
    return shown


def assert_holds(answer: Answer) -> None:
    """Every invariant of an answer that can be seen from outside."""
    shown = json.loads(json.dumps(answer.to_dict()))
    assert list(range(1, len(shown["citations"]) + 1)) == [c["n"] for c in shown["citations"]]
    used = [n for s in shown["sentences"] for n in s["citations"]]
    assert list(dict.fromkeys(used)) == [c["n"] for c in shown["citations"]]
    assert all(s["citations"] and s["verdict"] in ("quoted", "supported") for s in shown["sentences"])
    assert ("answered" if shown["sentences"] else "not_in_articles") == shown["status"]
    assert 0 <= shown["confidence"] <= 1
    for citation in answer.citations:
        body = citation.article.body
        assert citation.quote == citation.article.text[citation.start : citation.end]
        assert any(span.start <= citation.start and citation.end <= span.end for span in body)


def test_both_documents_are_quoted_with_their_place(assistant: Assistant) -> None:
    """The first question of the README gets both documents, in a file where they stand."""
    answer = assistant.ask(SIGNED)
    assert_holds(answer)
    assert "Memorandum of Understanding" in answer.text
    assert "Security of Supply Arrangement" in answer.text
    cited = answer.to_dict()["citations"][0]
    assert "seeds/003_2991e9f07b9ef834.txt" == cited["source"]
    assert ("IRIA News", "2023-01-13") == (cited["outlet"], cited["published"])
    with (ROOT / cited["source"]).open(encoding="utf-8") as file:
        assert cited["quote"] == file.read()[cited["start"] : cited["end"]]


def test_the_json_has_every_field_that_callers_rely_on(assistant: Assistant) -> None:
    """The fields that scripts read are there, with their types."""
    shown = assistant.ask(SIGNED, id="q1").to_dict()
    assert "q1" == shown["id"]
    fields = "question id status answer sentences dropped citations nearest model confidence trace"
    assert set(fields.split()) <= shown.keys()
    assert {"prompts", "config", "ms"} <= shown["trace"].keys()
    assert {"retrieve", "answer", "verify"} <= shown["trace"]["ms"].keys()
    cited = "n article_id source title outlet published url quote start end"
    assert set(cited.split()) <= shown["citations"][0].keys()
    assert {"text", "citations", "verdict", "reason"} == shown["sentences"][0].keys()


def test_silence_names_what_is_missing(assistant: Assistant) -> None:
    """A question that no article answers gets silence, with what is missing and the nearest article."""
    answer = assistant.ask("What did Hamada say about TikTok?")
    assert_holds(answer)
    assert "not_in_articles" == answer.status
    assert "TikTok" in answer.text
    assert any("mentions Hamada" in near.why for near in answer.nearest)


def test_follow_ups_take_their_topic_from_the_question_before(assistant: Assistant) -> None:
    """The question "is it binding?" is answered about the arrangement that was asked about before."""
    answer = assistant.ask("is it binding?", history=["What is the Security of Supply Arrangement?"])
    assert "non-binding" in answer.text


def test_the_same_question_gives_the_same_answer(assistant: Assistant, seeded_home: Path) -> None:
    """Answers are the same from one run and one process's library to the next."""
    with Assistant(config_for(seeded_home)) as other:
        assert without_times(assistant.ask(SIGNED)) == without_times(other.ask(SIGNED))


def test_a_stream_gives_the_sentences_and_then_their_answer(assistant: Assistant) -> None:
    """What was streamed is what the answer holds."""
    *sentences, answer = list(assistant.stream(SIGNED))
    assert isinstance(answer, Answer)
    assert answer.sentences == tuple(sentences)
    assert all(isinstance(sentence, Sentence) for sentence in sentences)


@pytest.mark.parametrize(
    ("filters", "years"),
    [
        (Filters(since=date(2023, 1, 1)), {2023}),
        (Filters(until=date(2022, 12, 31)), {2022}),
        (Filters(as_of=date(2022, 6, 1)), {2022}),
        (Filters(outlet="nikkei"), {2022}),
    ],
)
def test_filters_choose_the_articles(assistant: Assistant, filters: Filters, years: set[int]) -> None:
    """Only articles within the filters are evidence."""
    answer = assistant.ask("Who was the Japanese defense minister?", filters=filters)
    found = [e.article.published for e in answer.evidence]
    assert years == {day.year for day in found if day is not None}
    assert None not in found


def test_filters_that_nothing_fits_are_silence(assistant: Assistant) -> None:
    """No article in range is an honest silence; an outlet that is none is a usage error."""
    answer = assistant.ask(SIGNED, filters=Filters(since=date(2030, 1, 1)))
    assert ("not_in_articles", ()) == (answer.status, answer.evidence)
    with pytest.raises(UsageError, match="Nikkei Asia"):
        assistant.ask(SIGNED, filters=Filters(outlet="Daily Planet"))


def test_texts_alone_are_asked_and_nothing_is_stored(tmp_path: Path) -> None:
    """Strings are answered from with exact offsets, whatever their line ends, and leave no file."""
    text = "Tokyo (Kyodo) — Talks began.\r\n\r\nMinister Tanaka signed the “Harbour Pact” on May 3.\r\n"
    with Assistant(config_for(tmp_path / "home")) as assistant:
        answer = assistant.ask_texts("What did Tanaka sign?", [text, "Nothing of note here."])
    assert_holds(answer)
    assert "Minister Tanaka signed the “Harbour Pact” on May 3." == answer.sentences[0].text
    cited = answer.citations[0]
    assert cited.quote == text[cited.start : cited.end]
    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize("text", ["", " \n", "a\ud800b"])
def test_texts_that_are_none_are_refused(tmp_path: Path, text: str) -> None:
    """An empty string or half a character is refused in one line."""
    with Assistant(config_for(tmp_path)) as assistant, pytest.raises(ArticleError, match="text-1"):
        assistant.ask_texts(SIGNED, [text])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        (" ?! ", "empty"),
        ("x" * (MAX_QUESTION + 1), "too long"),
        ("what\0", "no text"),
        ("a\ud800", "no text"),
    ],
)
def test_a_question_that_is_none_is_refused(assistant: Assistant, text: str, words: str) -> None:
    """What cannot be a question is a usage error in one line, also as history."""
    with pytest.raises(UsageError, match=words):
        assistant.ask(text)
    if text.strip(" ?!"):
        with pytest.raises(UsageError, match=words):
            assistant.ask(SIGNED, history=[text])


@settings(
    # An answer takes a fifth of a second.
    max_examples=settings().max_examples // 6,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60))
def test_odd_questions_get_answers_or_one_line(assistant: Assistant, text: str) -> None:
    """Whatever is typed, the answer holds its invariants or the question is refused in one line."""
    try:
        assert_holds(assistant.ask(text))
    except UsageError as error:
        assert "\n" not in str(error)


def test_many_threads_ask_one_assistant(assistant: Assistant) -> None:
    """Questions asked at the same time get the answers that they get alone."""
    questions = [SIGNED, "Who is Raymond Greene?", "How far is Yonaguni from Taiwan?"] * 4
    with ThreadPoolExecutor(6) as pool:
        together = [without_times(a) for a in pool.map(assistant.ask, questions)]
    assert [without_times(assistant.ask(q)) for q in questions] == together


# With a model, behind a real server on loopback


@pytest.fixture
def voiced(seeded_home: Path) -> Iterator[Any]:
    """Ask the seeds with a model that replies as a script says; the answer and what was told."""

    def ask(script: Any, text: str = SIGNED, **more: Any) -> tuple[Answer, list[str]]:
        told: list[str] = []
        with endpoint(script) as (url, _):
            config = replace(config_for(seeded_home), model="fake", base_url=url, retries=0, deadline_s=5.0)
            with Assistant(config, tell=told.append) as assistant:
                return assistant.ask(text, **more), told

    return ask


def number_of(body: dict[str, Any], words: str) -> int:
    """The number under which a sentence with these words was offered."""
    lines = asked_for(body).splitlines()
    return next(int(line[1 : line.index("]")]) for line in lines if line.startswith("[") and words in line)


def test_a_faithful_model_writes_the_answer(voiced: Any) -> None:
    """A model's checked sentence is shown, cited to the place that the number stood for."""

    def script(body: dict[str, Any]) -> Reply:
        n = number_of(body, "signed a bilateral Research")
        return said(f"Austin and Hamada signed a memorandum and a supply arrangement. [{n}]")

    answer, told = voiced(script)
    assert_holds(answer)
    assert ("fake", "supported", []) == (answer.model, answer.sentences[0].verdict, told)
    assert "signed a bilateral Research" in answer.citations[0].quote
    assert {"answer", "repair", "standalone"} == answer.trace.prompts.keys()


@pytest.mark.parametrize(
    "reply",
    [
        "Hamada signed a trade deal with France. [1]",
        "Hamada signed it. [999]",
        "Hamada signed it.",
        "[1] [2] [3]",
        "I cannot help with that.",
        "{'answer': 'Hamada signed a treaty', 'sources': [1]}",
        "<script>alert(1)</script> [1]",
        "[1] " * 3_000,
        "Hamada " * 3_000,
    ],
)
def test_a_model_that_talks_nonsense_is_quoted_over(voiced: Any, reply: str) -> None:
    """When nothing that a model wrote holds, the quoted answer stands in, and a line says so."""
    answer, told = voiced(lambda _: said(reply, size=500))
    assert_holds(answer)
    assert ("quote", "answered") == (answer.model, answer.status)
    assert "Memorandum of Understanding" in answer.text
    assert "script" not in answer.text
    assert len(told) == 1 if answer.dropped else True


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Reply([b"{}"], 401), "refused the key"),
        (Reply([b"{}"], 500), "status 500"),
        (Reply([b"<html>"], 200, {"Content-Type": "text/html"}), "broke off"),
        (Reply([chunk("Hamada signed a tr")], cut=True), "broke off"),
    ],
)
def test_a_model_that_fails_is_one_line_and_a_quote(voiced: Any, reply: Reply, words: str) -> None:
    """When the endpoint fails, one line says why and the quoted answer is given."""
    answer, told = voiced(lambda _: reply)
    assert_holds(answer)
    assert "quote" == answer.model
    assert 1 == len(told)
    assert words in told[0]
    assert told == list(answer.trace.notes)


def test_a_cut_reply_ends_with_what_was_checked(voiced: Any) -> None:
    """What passed before the connection was cut stays, the rest is not shown, and a line says so."""

    def script(body: dict[str, Any]) -> Reply:
        n = number_of(body, "signed a bilateral Research")
        text = f"Austin and Hamada signed a memorandum. [{n}]\nThey also signed a treaty on"
        return Reply([chunk(text)], cut=True)

    answer, told = voiced(script)
    assert ["Austin and Hamada signed a memorandum."] == [s.text for s in answer.sentences]
    assert "fake" == answer.model
    assert "broke off" in told[0]


def test_a_silent_model_is_believed(voiced: Any) -> None:
    """A model that says the articles do not answer makes the answer silent, where the reader is not sure."""
    answer, told = voiced(lambda _: said("NOT IN ARTICLES"), "What did Hamada say about TikTok?")
    assert ("not_in_articles", "fake", []) == (answer.status, answer.model, told)


def test_a_model_rewrites_a_follow_up(voiced: Any) -> None:
    """With history the model is asked for a question that stands alone, and that one is searched."""

    def script(body: dict[str, Any]) -> Reply:
        if "Earlier questions" in asked_for(body):
            return said("Where was the Space Cooperation Agreement signed?")
        n = number_of(body, "NASA headquarters")
        return said(f"It was signed at NASA headquarters on January 13. [{n}]")

    answer, _ = voiced(script, "where was it signed?", history=["What is the Space Cooperation Agreement?"])
    assert "Where was the Space Cooperation Agreement signed?" == answer.question.standalone
    assert "NASA headquarters" in answer.text


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ("What did Mary O'Brien say?", "Mary O'Brien said that the harbour is open."),
        ("What did Herr Strauß open?", "Herr Strauß opened the harbour in May."),
        ("Who won the 5G licence in Łódź?", "In Łódź, Orange won the 5G licence."),
        ("How many of the 5,000 seats were sold?", "All 5,000 seats were sold on Monday."),
    ],
)
def test_silence_never_denies_a_word_that_stands_there(assistant: Assistant, asked: str, text: str) -> None:
    """Names with apostrophes, odd letters and figures are found where they stand."""
    answer = assistant.ask_texts(asked, [text, "Nothing of note happened in Paris."])
    assert ("answered", text) == (answer.status, answer.sentences[0].text)


def test_a_first_line_is_an_article_too(assistant: Assistant) -> None:
    """A first line that may be a headline, or begins like a list or a menu, can be quoted."""
    for first in (
        "Mayor Ito opened the bridge",
        "- Mayor Ito opened the bridge",
        "Home: Mayor Ito opened it",
    ):
        answer = assistant.ask_texts("What did Mayor Ito open?", [f"{first}\nThe work took ten years."])
        assert first in {s.text for s in answer.sentences} | {"- " + s.text for s in answer.sentences}


@pytest.mark.parametrize(
    "call",
    [
        lambda a: a.ask_texts(SIGNED, "one string"),
        lambda a: a.ask_texts(SIGNED, []),
        lambda a: a.ask_texts(SIGNED, [None]),
        lambda a: a.ask(None),
        lambda a: a.ask(b"what"),
        lambda a: a.ask(SIGNED, history="what"),
        lambda a: a.ask(SIGNED, history=[3]),
    ],
)
def test_a_wrong_type_is_a_usage_error(assistant: Assistant, call: Any) -> None:
    """A string where a list is due, nothing, or bytes are one clear error."""
    with pytest.raises(UsageError):
        call(assistant)


def test_one_deadline_holds_for_the_whole_turn(voiced: Any) -> None:
    """A follow-up's rewriting and writing share one deadline."""

    def script(_: dict[str, Any]) -> Reply:
        def slowly() -> Iterator[bytes]:
            for _ in range(80):
                time.sleep(0.1)
                yield chunk(" ")

        return Reply(slowly())

    began = time.monotonic()
    answer, told = voiced(script, "where was it signed?", history=[SIGNED])
    assert 7.5 > time.monotonic() - began
    assert "quote" == answer.model
    assert told


def test_what_a_model_makes_of_a_question_adds_nothing(voiced: Any) -> None:
    """A rewritten question that brings in other words is not used and not shown."""

    def script(body: dict[str, Any]) -> Reply:
        rewriting = "Earlier questions" in asked_for(body)
        return said("Hamada was jailed for fraud, where?" if rewriting else "NOT IN ARTICLES")

    answer, told = voiced(script, "where was it signed?", history=[SIGNED])
    assert "fraud" not in json.dumps(answer.to_dict())
    assert "rule" in told[0]


def test_half_characters_of_a_model_break_nothing(voiced: Any) -> None:
    """A lone surrogate in a reply neither passes nor breaks the answer."""
    answer, _ = voiced(lambda _: said("Hamada \ud800 signed. [1]"))
    assert_holds(answer)
    assert json.dumps(answer.to_dict(), ensure_ascii=False).encode()
