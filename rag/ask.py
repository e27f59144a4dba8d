"""`python -m rag.ask`: one question, or one a line, answered from the articles."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from rag.assistant import Assistant
from rag.errors import PressroomError, UsageError
from rag.show import to_json, to_text
from rag.terminal import add_shared_options, config_of, guarded, tell
from rag.types import Answer, Filters


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit status."""
    options = _options(arguments)
    return guarded(lambda: _ask(options), options.home)


def _ask(options: argparse.Namespace) -> int:
    with Assistant(config_of(options), articles=options.articles or (), tell=tell) as assistant:
        return _run(assistant, options)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The options; a QUESTION that `--articles PATH...` swallowed is given back."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.question is None and options.articles is not None and len(options.articles) > 1:
        options.question = options.articles.pop()
    if options.question is None:
        parser.error("a QUESTION is needed; - reads one a line from standard input")
    return options


def _run(assistant: Assistant, options: argparse.Namespace) -> int:
    filters = Filters(options.since, options.until, options.as_of, options.outlet)
    if options.question != "-":
        answer = assistant.ask(options.question, filters=filters)
        _tell_understood(answer)
        print(to_json(answer) if options.json else to_text(answer), flush=True)
        return 0
    failed = False
    for asked in _asked(sys.stdin):
        failed = not _answer_line(assistant, asked, filters, options.json) or failed
    return 1 if failed else 0


def _answer_line(assistant: Assistant, asked: dict[str, Any], filters: Filters, as_json: bool) -> bool:
    """Answer one line of standard input; a line that fails is reported and stops nothing."""
    try:
        if "error" in asked:
            raise UsageError(asked["error"])
        answer = assistant.ask(asked["question"], asked["history"], filters, asked["id"])
    except PressroomError as error:
        tell(f"error: {error}")
        failure = {
            "question": asked.get("question"),
            "id": asked.get("id"),
            "status": "failed",
            "error": str(error),
        }
        print(json.dumps(failure, ensure_ascii=True) if as_json else "", flush=True)
        return False
    print(to_json(answer) if as_json else to_text(answer) + "\n", flush=True)
    return True


def _tell_understood(answer: Answer) -> None:
    """Say so when a word of the question was taken for another."""
    taken = answer.question.standalone
    if taken != " ".join(answer.question.text.split()):
        tell(f"understood as: {taken}")


def _asked(lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    """Questions from lines: plain text, or an object with question, history and id."""
    for raw in lines:
        text = raw.strip()
        if not text:
            continue
        if not text.startswith("{"):
            yield {"question": text, "history": (), "id": None}
            continue
        try:
            yield _from_object(json.loads(text))
        except (ValueError, RecursionError) as error:
            yield {"error": f"a line is no JSON object: {error}"}


def _from_object(value: dict[str, Any]) -> dict[str, Any]:
    # NaN and Infinity are read as numbers, and are no JSON to give back.
    json.dumps(value, allow_nan=False)
    question, history, key = value.get("question"), value.get("history") or [], value.get("id")
    texts = isinstance(history, list) and all(isinstance(item, str) for item in history)
    if not isinstance(question, str) or not texts:
        why = "a line's object needs a question, and its history must be a list of questions"
        return {"question": question, "id": key, "error": why}
    return {"question": question, "history": history, "id": key}


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no date; write YYYY-MM-DD") from None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m rag.ask",
        description="Answer a question from news articles, every sentence with its source.",
        epilog="Without OPENAI_API_KEY or OPENAI_BASE_URL the answer is quoted and no network is used.",
    )
    parser.add_argument("question", metavar="QUESTION", nargs="?", help="the question; - reads one a line")
    parser.add_argument("--json", action="store_true", help="print one JSON object a question")
    add_shared_options(parser)
    parser.add_argument("--since", type=_date, metavar="DATE", help="only articles from this day on")
    parser.add_argument("--until", type=_date, metavar="DATE", help="only articles up to this day")
    parser.add_argument("--as-of", type=_date, metavar="DATE", help="as if asked on this day")
    parser.add_argument("--outlet", metavar="NAME", help="only articles of this outlet")
    return parser


if __name__ == "__main__":
    sys.exit(main())
