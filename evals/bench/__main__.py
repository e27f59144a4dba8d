"""`python -m evals.bench`: Pressroom's speed as ratios of two things measured in one run.

Machines differ and are shared, so no figure here is an absolute time: each line measures two things
in turn, several times, and gives the ratio of neighbours: median, lowest and highest. `retrieval`,
`ingest` and `scale` measure on a folder of articles and questions of your own.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from evals.bench import ingest, page, prompt, retrieval, scale, speed
from evals.bench.data import load
from rag.embed import MiniLM
from rag.errors import PressroomError
from rag.terminal import count, tell


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; the exit status is 0 whatever the figures say, 2 when nothing can be measured."""
    asked = _parser().parse_args(arguments)
    try:
        _measure(asked)
    except PressroomError as error:
        tell(str(error))
        return 2
    return 0


def _measure(asked: argparse.Namespace) -> None:
    if asked.what is None:
        speed.measure(asked.runs or 7)
        return
    if asked.what == "page":
        for line in page.measure(asked.runs or 3, tell, asked.users):
            print(line, flush=True)
        return
    if asked.what == "prompt":
        for line in prompt.measure(asked.data, asked.questions, tell, asked.cache):
            print(line, flush=True)
        return
    data = load(asked.data, asked.articles, asked.questions)
    if asked.what == "retrieval":
        print(retrieval.measure(data, MiniLM(), tell, asked.cache))
    elif asked.what == "scale":
        print(scale.measure(data, MiniLM(), scale.SIZES, tell, asked.cache))
    elif asked.one_more:
        for line in ingest.one_more(data.stories, tell):
            print(line, flush=True)
    else:
        for line in ingest.measure(data.stories, asked.runs or 3, not asked.alone, tell):
            print(line, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m evals.bench", description=__doc__)
    parser.add_argument("--runs", type=count, metavar="N", help="measurements of each (7, ingest and page 3)")
    parts = parser.add_subparsers(dest="what", metavar="WHAT")
    _part(parts.add_parser("retrieval", help=retrieval.__doc__), questions=None, cache=True)
    _part(parts.add_parser("scale", help=scale.__doc__), questions=100, cache=True)
    _part(
        parts.add_parser("prompt", help=prompt.__doc__), questions=prompt.QUESTIONS, cache=True, needed=False
    )
    third = parts.add_parser("ingest", help=ingest.__doc__)
    _part(third, questions=None, cache=False)
    third.add_argument("--runs", type=count, default=argparse.SUPPRESS, metavar="R", help="of each (3)")
    third.add_argument("--alone", action="store_true", help="without LlamaIndex")
    third.add_argument("--one-more", action="store_true", help="only what one more article costs")
    loaded = parts.add_parser("page", help=page.__doc__)
    loaded.add_argument("--runs", type=count, default=argparse.SUPPRESS, metavar="R", help="of each (3)")
    loaded.add_argument("--users", type=count, default=page.USERS, metavar="N", help="so many (20)")
    return parser


def _part(parser: argparse.ArgumentParser, questions: int | None, cache: bool, needed: bool = True) -> None:
    folder = "holds NAME_articles.jsonl(.gz) and NAME_questions.jsonl(.gz)"
    parser.add_argument("--data", type=Path, required=needed, metavar="DIR", help=folder)
    if needed:
        parser.add_argument("--articles", type=count, metavar="N", help="so many of the articles (all)")
    told = f"so many of the questions ({questions or 'all'})"
    parser.add_argument("--questions", type=count, default=questions, metavar="N", help=told)
    if cache:
        parser.add_argument("--cache", type=Path, metavar="DIR", help="keep vectors here between runs")


if __name__ == "__main__":
    sys.exit(main())
