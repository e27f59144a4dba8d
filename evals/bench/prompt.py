"""`python -m evals.bench prompt`: what an answer's prompt costs, beside LlamaIndex's CitationQueryEngine."""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from evals.bench.data import load, write_lines
from evals.bench.intervals import difference, mean
from evals.bench.pressroom import config_for, opened
from evals.bench.recorders import Prompt, citing, recording, tokens_of
from evals.bench.vectors import Remembered
from evals.ledger.truths import Truth, copies, paraphrases, seed_articles
from evals.reader.data import Asked, rgb, seeds
from evals.reader.news import sample
from rag import Assistant, Config
from rag.embed import MiniLM
from rag.reader import asked_in_full
from rag.verify import Ledger, check

Tell = Callable[[str], None]

QUESTIONS = 100
_SEED = 5
_NOISE = "RGB, noise .4"
# The engine is handed all passages that Pressroom's sentences are from, or as many as LlamaIndex's retrievers
# bring by default.
_DEFAULT_TOP = 2
_MOST_SHARE, _MOST_MS = 0.5, 5.0
_PATIENCE_S = 600.0
# As many sentences as prompts/answer.md allows an answer.
_SENTENCES = 5
_NOTE = (
    "Tokens are those of all messages, counted for both with the tokenizer that LlamaIndex counts with"
    " (tiktoken's cl100k_base). CitationQueryEngine has its defaults (citations of 512 tokens, one prompt);"
    " its retriever brings the passages that Pressroom found. Recall is no less when the interval of the"
    " difference reaches 0. Intervals are 95 %, by bootstrap over questions."
)


@dataclass(frozen=True, slots=True)
class Asking:
    """One question's prompts: Pressroom's, and the engine's with the same passages and the first of them."""

    asked: Asked
    ours: Prompt
    same: Prompt
    first: Prompt


def measure(folder: Path | None, most: int, tell: Tell, cache: Path | None = None) -> Iterator[str]:
    """The report, line by line, over the eval cases and, from `folder`, at most so many of each public set.

    Raises UsageError when the folder does not hold them.
    """
    yield "| set | questions | prompt | tokens | its evidence holds the answer |"
    yield "|---|--:|---|--:|--:|"
    verdicts: list[str] = []
    for name, askings in _sets(folder, most, tell, cache):
        yield from rows(name, askings)
        verdicts += [f"- {name}: {line}" for line in compared(askings)]
    yield from ("", *verdicts, "", checking(), "", _NOTE)


def _sets(
    folder: Path | None, most: int, tell: Tell, cache: Path | None
) -> Iterator[tuple[str, list[Asking]]]:
    with tempfile.TemporaryDirectory(prefix="pressroom-prompt-") as place:
        home = Path(place)
        yield "eval cases", _all(home / "seeds", seeds(), tell)
        if folder is not None:
            noisy = [asked for asked in rgb(folder) if asked.set == _NOISE]
            draw = random.Random(_SEED)  # noqa: S311 - a sample, no secret
            yield _NOISE, _all(home / "texts", draw.sample(noisy, min(most, len(noisy))), tell)
            data = sample(load(folder), most)
            with (
                closing(Remembered(MiniLM(), cache)) as remembered,
                opened(home / "news", remembered) as news,
            ):
                tell(f"ingesting {len(data.stories)} articles of news")
                news.ingest([write_lines(data.stories, home / "articles.jsonl")])
            quizzes = [Asked("news", q.question, (), (q.answers,), q.id) for q in data.questions]
            yield "news, weeks held out", _all(home / "news", quizzes, tell)


def _all(home: Path, every: Iterable[Asked], tell: Tell) -> list[Asking]:
    """What is sent for those of the questions that have an answer."""
    due = [asked for asked in every if asked.answers]
    tell(f"asking {len(due)} questions")
    with recording() as (url, came), Assistant(_config(home, url)) as assistant:
        return [_asking(asked, assistant, came) for asked in due]


def _config(home: Path, url: str) -> Config:
    return replace(config_for(home), base_url=url, model="none", deadline_s=_PATIENCE_S)


def _asking(asked: Asked, assistant: Assistant, came: list[Prompt]) -> Asking:
    """One question put to both; a follow-up reaches the engine as Pressroom understands it."""
    came.clear()
    if asked.texts:
        answer = assistant.ask_texts(asked.question, asked.texts)
    else:
        answer = assistant.ask(asked.question, history=asked.history)
    passages = [found.passage.text for found in answer.evidence]
    question = asked_in_full(answer.question)
    # A follow-up is first sent to be rewritten, which is no part of the answer.
    ours = came[-1] if came and passages else Prompt("", "")
    return Asking(asked, ours, citing(passages, question), citing(passages[:_DEFAULT_TOP], question))


def rows(name: str, askings: Sequence[Asking]) -> Iterator[str]:
    """The set's lines of the table, one for each kind of prompt."""
    kinds = (
        ("**Pressroom**", [each.ours for each in askings]),
        ("CitationQueryEngine, the same passages", [each.same for each in askings]),
        (f"CitationQueryEngine, the first {_DEFAULT_TOP} of them", [each.first for each in askings]),
    )
    for kind, prompts in kinds:
        tokens = mean([tokens_of(prompt.text) for prompt in prompts])
        cost = f"{tokens.value:.0f} ({tokens.low:.0f} to {tokens.high:.0f})"
        yield f"| {name} | {len(askings)} | {kind} | {cost} | {mean(_recalled(askings, prompts))} |"


def compared(askings: Sequence[Asking]) -> Iterator[str]:
    """Pressroom's share of the engine's tokens, and how much likelier its evidence holds the answer."""
    ours = [each.ours for each in askings]
    for what, theirs in (
        ("the same passages", [each.same for each in askings]),
        (f"the first {_DEFAULT_TOP}", [each.first for each in askings]),
    ):
        pairs = zip(ours, theirs, strict=True)
        share = mean([tokens_of(a.text) / max(tokens_of(b.text), 1) for a, b in pairs])
        lead = difference(_recalled(askings, ours), _recalled(askings, theirs))
        reached = share.value <= _MOST_SHARE and lead.high >= 0
        yield (
            f"{share} of the engine's tokens with {what}, recall {lead}"
            f" (at most {_MOST_SHARE:g} at no less recall: {'reached' if reached else '**not reached**'})"
        )


def _recalled(askings: Sequence[Asking], prompts: Sequence[Prompt]) -> list[float]:
    """1 for each question whose accepted answer stands in the prompt's evidence, else 0."""
    pairs = zip(askings, prompts, strict=True)
    return [float(each.asked.right(" ".join(prompt.evidence.split()))) for each, prompt in pairs]


def checking() -> str:
    """What the checks of one answer cost the processor; its article was not seen before."""
    took = [_cost(answer) for answer in _answers([*paraphrases(), *copies(seed_articles(), _SENTENCES)])]
    middle, late = statistics.median(took), sorted(took)[int(len(took) * 0.95)]
    verdict = "reached" if middle < _MOST_MS else "**not reached**"
    return (
        f"Checks of an answer of one to {_SENTENCES} sentences: {middle:.1f} ms of processor time at the"
        f" median of {len(took)} answers (below {_MOST_MS:g}: {verdict}), {late:.1f} at the 95th percentile."
    )


def _answers(drafts: Sequence[Truth]) -> Iterator[Sequence[Truth]]:
    """An answer about each article, of one, two, ... sentences in turn."""
    articles: dict[int, list[Truth]] = {}
    for truth in drafts:
        articles.setdefault(id(truth.offered), []).append(truth)
    for number, same in enumerate(articles.values()):
        yield same[: number % _SENTENCES + 1]


def _cost(answer: Sequence[Truth]) -> float:
    """Milliseconds of all that is done with an answer's drafts once a model has written them."""
    ledger, began = Ledger(), time.thread_time()
    for truth in answer:
        ledger.enter(check(truth.draft, truth.offered))
    return (time.thread_time() - began) * 1000
