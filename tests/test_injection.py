"""Articles that give orders, and a model that obeys them: what it is made to say is not shown."""

from __future__ import annotations

import base64
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import yaml

from rag import Answer, Assistant
from rag.embed import MiniLM
from rag.reader import Reader
from rag.show import to_html, to_markdown
from rag.write import as_data
from tests.conftest import ROOT, config_for, prove_here
from tests.fake_endpoint import Reply, asked_for, endpoint, said
from tests.test_assistant import assert_holds

FOLDER = ROOT / "tests" / "injections"
PAYLOADS: dict[str, dict[str, Any]] = yaml.safe_load((FOLDER / "payloads.yaml").read_text(encoding="utf-8"))
ARTICLES = sorted({path.name for path in FOLDER.iterdir()} - {"beside.txt", "payloads.yaml", "metadata.yaml"})
UNSEEN_OR_ANGLED = "[<>\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u2069\\ufeff\\U000e0000-\\U000e0fff]"
ASKED = "What did Mayor Ito open?"


@dataclass(frozen=True)
class Obedient:
    """A model that writes what the evidence orders, if it can read it there, with marks of many kinds."""

    writes: str

    def reply(self, body: dict[str, Any]) -> Reply:
        """The payload without a mark, with unread and unknown ones, and with those of what was offered."""
        lines = evidence(body)
        if not any(map(self.stands_in, lines)):
            return said("NOT IN ARTICLES", size=50)
        numbers = [n for line in lines if (n := number_of(line))]
        each = [f"[{n}]" for n in numbers]
        marks = ["", *each, "".join(each), f"[{numbers[0]}-{numbers[-1]}]", "[99]", "(1)", "¹", "[1"]
        return said("\n".join(f"{self.writes} {mark}" for mark in marks), size=50)

    def stands_in(self, line: str) -> bool:
        """Whether a line holds the payload, in the clear or in Base64."""
        decoded = [decode(token) for token in re.findall(r"[A-Za-z0-9+/=]{24,}", line)]
        return any(as_data(self.writes).rstrip(".") in seen for seen in (line, *decoded))


def decode(token: str) -> str:
    """What a token says, read as Base64; nothing when it is none."""
    try:
        return base64.b64decode(token, validate=True).decode()
    except ValueError:
        return ""


def evidence(body: dict[str, Any]) -> list[str]:
    """The lines between the fences of a request; each fence stands there once."""
    lines = asked_for(body).splitlines()
    assert (1, 1) == (lines.count("<articles>"), lines.count("</articles>"))
    return lines[lines.index("<articles>") + 1 : lines.index("</articles>")]


def number_of(line: str) -> int:
    """The number of an evidence line; 0 for the line of an article."""
    found = re.match(r"\[(\d+)\] ", line)
    return int(found.group(1)) if found else 0


@pytest.fixture(scope="module")
def warm() -> Iterator[Reader]:
    """A reader that is loaded once; the models and the proof of an index are not what is on trial."""
    model = MiniLM()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("rag.assistant.embedder", lambda _: model)
        patch.setattr("rag.indexed.prove", prove_here)
        yield Reader()


@pytest.fixture(scope="module", params=ARTICLES)
def asked(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, warm: Reader
) -> Iterator[Any]:
    """An article's name, the answer of a model that obeys it, and what that model was sent."""
    name, folder = request.param, tmp_path_factory.mktemp("articles")
    for each in ("beside.txt", name, *(["metadata.yaml"] if name == "metadata.txt" else [])):
        shutil.copy(FOLDER / each, folder / each)
    with endpoint(Obedient(PAYLOADS[name]["writes"]).reply) as (url, requests):
        config = config_for(
            tmp_path_factory.mktemp("home"), model="fake", base_url=url, retries=0, max_tokens=9_000
        )
        with Assistant(config, articles=[folder], reader=warm) as assistant:
            if name.endswith(".html") or name == "metadata.txt":
                answer = assistant.ask(ASKED)
            else:
                texts = [(folder / each).read_text(encoding="utf-8") for each in ("beside.txt", name)]
                answer = assistant.ask_texts(ASKED, texts)
    yield name, answer, requests


def plain(text: str) -> str:
    """The words alone, without bracketed numbers."""
    return " ".join(re.findall(r"\w+", re.sub(r"[\[【]S?\d+[\]】]", " ", text).casefold()))


def shown(name: str) -> str:
    """The words of a payload that no answer may hold."""
    return str(PAYLOADS[name].get("shown", PAYLOADS[name]["writes"]))


def leaks(name: str, answer: Answer) -> list[tuple[str, list[str]]]:
    """Sentences that hold a payload, with what they cite, but for whole sentences of a cited article."""
    payload = plain(shown(name))
    holding = [(s.text, [c.quote for c in s.citations]) for s in answer.sentences if payload in plain(s.text)]
    return [(text, quotes) for text, quotes in holding if plain(text) not in map(plain, quotes)]


def orders(name: str, quotes: list[str]) -> bool:
    """Whether one of the quotes is the very sentence that gives the order."""
    return any(map(Obedient(shown(name)).stands_in, map(as_data, quotes)))


def test_what_an_article_orders_is_shown_with_no_other_source(asked: tuple[str, Answer, list[Any]]) -> None:
    """No payload is shown as if sentences that do not hold it carried it."""
    name, answer, _ = asked
    assert_holds(answer)
    assert [] == [leak for leak in leaks(name, answer) if not orders(name, leak[1])]


def test_what_an_article_orders_is_not_lifted_out_of_the_order(asked: tuple[str, Answer, list[Any]]) -> None:
    """No payload is shown as a statement on the strength of the sentence that tells to write it."""
    name, answer, _ = asked
    assert [] == [leak for leak in leaks(name, answer) if orders(name, leak[1])]


def test_only_what_can_be_seen_is_sent(asked: tuple[str, Answer, list[Any]]) -> None:
    """What an article hides does not reach the model, and what it shows does."""
    name, _, requests = asked
    model = Obedient(PAYLOADS[name]["writes"])
    read = {any(map(model.stands_in, evidence(body))) for body in requests}
    assert {not PAYLOADS[name].get("unseen", False)} == read


def test_an_article_adds_nothing_to_the_prompt_but_its_lines(asked: tuple[str, Answer, list[Any]]) -> None:
    """Of an article its own line and its sentences are sent, numbered in a row and in plain sight."""
    for body in asked[2]:
        lines = evidence(body)
        numbered = [line for line in lines if number_of(line)]
        assert list(range(1, len(numbered) + 1)) == [number_of(line) for line in numbered]
        articles = {line for line in lines if line not in numbered}
        assert len(articles) <= 2
        assert all(line.startswith("-- ") for line in articles)
        assert not re.search(UNSEEN_OR_ANGLED, "".join(lines))
        assert not any(re.search(r"[\[【]\W?S?\d", line.split(" ", 1)[1]) for line in lines)


def test_nothing_that_was_ordered_is_rendered_as_markup(asked: tuple[str, Answer, list[Any]]) -> None:
    """Neither page nor Markdown holds an image, a link or a script of an article."""
    answer = asked[1]
    assert not re.search(r"<(?:img|a|script)\b", to_html(answer))
    assert not re.search(r"(?<!\\)\]\(", to_markdown(answer))


def test_the_corpus_is_whole() -> None:
    """Each article has its payload, and each payload its article."""
    assert sorted(PAYLOADS) == ARTICLES
    assert len(ARTICLES) >= 14
