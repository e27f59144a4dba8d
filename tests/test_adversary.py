"""Models that lie, babble and break off, behind a real server: nothing false is shown, whatever comes.

An ordinary run draws some hundred replies; ten thousand are drawn by

    python -m pytest tests/test_adversary.py --hypothesis-profile=thorough -s

which prints what became of them. The judge is tests/adversary/world.py, which knows none of our checks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag import Answer, Assistant
from rag.retrieve import retrieve
from rag.types import Evidence, Question
from rag.write import as_data
from tests.adversary import world
from tests.adversary.lies import Part, Said, apart, messy, whole
from tests.adversary.wires import Wire, broken, ending, proper
from tests.conftest import config_for, prove_here
from tests.fake_endpoint import Reply, Script, asked_for, endpoint, said
from tests.test_assistant import assert_holds

THOROUGH = settings.get_current_profile_name() == "thorough"
QUESTIONS = (
    "What did Mayor Ito open?",
    "How much did the bridge cost?",
    "By how much did the central bank of Norland raise its rate?",
    "How many homes lost power in the storm?",
    "Who buys Tidewater Yards?",
    "Why was Samuel Okoro freed?",
    "What did readers write about the bridge?",
    "Who won the football match?",
)
ASKED = st.sampled_from(QUESTIONS)
EARLIER = st.sampled_from([(), (), ("Who is the mayor of Kobe?",)])


def numbers(body: dict[str, Any]) -> dict[str, int]:
    """The number of each sentence in the evidence of a prompt."""
    by_line = {as_data(says): says for says in world.SAYS}
    found = {}
    for line in asked_for(body).splitlines():
        number, _, rest = line.removeprefix("[").partition("] ")
        if line.startswith("[") and rest in by_line:
            found[by_line[rest]] = int(number)
    return found


class Stage:
    """One warm server and one warm assistant; what the model says next, and what has become of all that."""

    def __init__(self, assistant: Assistant, requests: list[dict[str, Any]]) -> None:
        self._assistant = assistant
        self._requests = requests
        self.script: Script = lambda _: said("NOT IN ARTICLES")
        self.counted: Counter[str] = Counter()

    def ask(self, question: str, script: Script, history: Sequence[str] = ()) -> Answer:
        """The answer of a model that replies by the script, judged."""
        self.script = script
        answer = self._assistant.ask(question, history)
        self.counted["asked"] += 1
        self.counted["requests"] += len(self._requests)
        self.counted["dropped"] += len(answer.dropped)
        self.counted["fell back to quoting"] += answer.model == "quote"
        self.counted.update(sentence.verdict for sentence in answer.sentences)
        self._requests.clear()
        assert_holds(answer)
        assert [] == world.faults(answer)
        return answer


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The stage, its articles indexed; retrieval, which is not on trial, is done once a question."""
    folder = tmp_path_factory.mktemp("articles")
    world.write(folder)
    found: dict[str, tuple[Evidence, ...]] = {}

    def once(question: Question, *rest: Any) -> tuple[Evidence, ...]:
        if question.standalone not in found:
            found[question.standalone] = retrieve(question, *rest)
        return found[question.standalone]

    stages: list[Stage] = []

    def now(body: dict[str, Any]) -> Reply:
        return stages[0].script(body)

    with (
        pytest.MonkeyPatch.context() as patch,
        endpoint(now) as (url, requests),
    ):
        patch.setattr("rag.assistant.retrieve", once)
        patch.setattr("rag.indexed.prove", prove_here)
        home = tmp_path_factory.mktemp("home")
        config = config_for(
            home, model="fake", base_url=url, retries=0, max_tokens=400, deadline_s=60.0, evidence=6
        )
        with Assistant(config, articles=[folder]) as assistant:
            stages.append(Stage(assistant, requests))
            yield stages[0]
            print("\n" + ", ".join(f"{count:,} {what}" for what, count in stages[0].counted.items()))


def runs(thorough: int) -> Callable[[Any], Any]:
    """So many examples, and a twentieth of them in an ordinary run."""
    return settings(
        max_examples=thorough if THOROUGH else max(20, thorough // 20),
        suppress_health_check=[
            HealthCheck.function_scoped_fixture,
            HealthCheck.too_slow,
            HealthCheck.data_too_large,
        ],
    )


def script(answer: Said, repair: Said, wire: Wire) -> Script:
    """A model that answers and repairs with these words, sent in this way."""

    def replying(body: dict[str, Any]) -> Reply:
        said = repair if "Failed sentences" in asked_for(body) else answer
        return wire.send(said.text(numbers(body)))

    return replying


@pytest.mark.parametrize("asked", QUESTIONS[:6])
def test_the_truth_is_shown(stage: Stage, asked: str) -> None:
    """Of what may be said of the article that answers some is shown: the tests below hold not by silence."""
    quoted = stage.ask(asked, lambda _: Reply([b"{}"], 500))
    title = quoted.evidence[0].article.title
    parts = tuple(Part(t.text, (t.home,)) for t in world.TRUTHS if t.title == title)
    answer = stage.ask(asked, script(Said(parts, "\n"), Said((), ""), Wire()))
    assert len([s for s in answer.sentences if s.verdict == "supported"]) >= 3


def test_the_judge_sees_what_is_wrong(stage: Stage) -> None:
    """A changed word, another source, a moved range and a word of a lie are faults, each by itself."""
    truth = world.TRUTHS[1]
    answer = stage.ask(
        QUESTIONS[0], script(Said((Part(truth.text, (truth.home,)),), ""), Said((), ""), Wire())
    )
    (sentence,) = answer.sentences
    (cited,) = sentence.citations
    other = next(c for e in answer.evidence if (c := e.article).id != cited.article.id)
    for bad in (
        replace(sentence, text=truth.text.replace("Saturday", "Sunday")),
        replace(sentence, citations=()),
        replace(sentence, citations=(replace(cited, start=cited.start + 1),)),
        replace(sentence, citations=(replace(cited, article=other),)),
        replace(sentence, text="Zorblatt Quimbel"),
    ):
        assert world.faults(replace(answer, sentences=(bad,)))


@runs(4_000)
@given(ASKED, whole | apart, whole | apart, proper())
def test_truths_and_lies_in_one_reply(
    stage: Stage, asked: str, answer: Said, repair: Said, wire: Wire
) -> None:
    """Of truths, lies, inventions and wrong citations in any order and style only truths are shown."""
    stage.ask(asked, script(answer, repair, wire))


@runs(3_000)
@given(ASKED, EARLIER, messy, st.tuples(messy, ending()))
def test_replies_that_end_anywhere(
    stage: Stage, asked: str, earlier: tuple[str, ...], answer: Said, then: tuple[Said, Wire]
) -> None:
    """Thoughts never closed, stray marks, and a reply that is cut anywhere show nothing false."""
    stage.ask(asked, script(answer, *then), earlier)


@runs(3_000)
@given(ASKED, messy, messy, broken())
def test_wires_that_are_broken(stage: Stage, asked: str, answer: Said, repair: Said, wire: Wire) -> None:
    """Wrong statuses, types, encodings, events and endless replies show nothing false, and raise nothing."""
    stage.ask(asked, script(answer, repair, wire))
