"""`python -m rag.ask`: one question, or one a line, answered from the articles."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from io import TextIOWrapper
from pathlib import Path
from typing import Any

from rag.assistant import Assistant
from rag.config import Config
from rag.errors import PressroomError, UsageError
from rag.show import line, to_json, to_text
from rag.types import Filters


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit status."""
    options = _parser().parse_args(arguments)
    speak_utf8()
    try:
        with Assistant(config_of(options), articles=options.articles or (), tell=tell) as assistant:
            return _run(assistant, options)
    except PressroomError as error:
        tell(f"error: {error}")
        return error.exit_status
    except BrokenPipeError:
        # Whoever read the answers has gone; there is nobody left to tell.
        with suppress(OSError):
            sys.stdout.close()
        return 0
    except KeyboardInterrupt:
        tell("stopped")
        return 130


def speak_utf8() -> None:
    """Newspapers are not ASCII, whatever the terminal's locale says."""
    for stream, errors in (
        (sys.stdin, "surrogateescape"),
        (sys.stdout, "replace"),
        (sys.stderr, "replace"),
    ):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors=errors)


def config_of(options: argparse.Namespace) -> Config:
    """The environment's settings with the command line's on top."""
    config = Config.from_env()
    if options.home is not None:
        home = Path(options.home).expanduser().absolute()
        config = replace(config, home=home, cache=home / "cache")
    if options.quote:
        return replace(config, model=None)
    return replace(config, model=options.model) if options.model else config


def tell(message: str) -> None:
    """One line to stderr."""
    print(line(message), file=sys.stderr, flush=True)


def _run(assistant: Assistant, options: argparse.Namespace) -> int:
    filters = Filters(options.since, options.until, options.as_of, options.outlet)
    if options.question != "-":
        answer = assistant.ask(options.question, filters=filters)
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
    question, history, key = value.get("question"), value.get("history") or [], value.get("id")
    texts = isinstance(history, list) and all(isinstance(item, str) for item in history)
    if not isinstance(question, str) or not texts:
        return {"error": "a line's object needs a question, and its history must be a list of questions"}
    return {"question": question, "history": history, "id": None if key is None else str(key)}


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
    parser.add_argument("question", metavar="QUESTION", help="the question; - reads one a line")
    parser.add_argument("--json", action="store_true", help="print one JSON object a question")
    parser.add_argument("--quote", action="store_true", help="answer by quoting; never call a model")
    parser.add_argument("--model", metavar="NAME", help="the model to write with (or RAG_MODEL)")
    parser.add_argument("--articles", nargs="+", metavar="PATH", help="ask these files or folders instead")
    parser.add_argument("--home", metavar="DIR", help="where the library lives (or RAG_HOME)")
    parser.add_argument("--since", type=_date, metavar="DATE", help="only articles from this day on")
    parser.add_argument("--until", type=_date, metavar="DATE", help="only articles up to this day")
    parser.add_argument("--as-of", type=_date, metavar="DATE", help="as if asked on this day")
    parser.add_argument("--outlet", metavar="NAME", help="only articles of this outlet")
    return parser


if __name__ == "__main__":
    sys.exit(main())
