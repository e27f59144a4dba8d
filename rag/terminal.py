"""What the command lines share: plain lines, settings from options, and one wall for errors."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from io import TextIOWrapper
from pathlib import Path

from rag.config import Config
from rag.errors import PressroomError
from rag.show import line

_INGEST = "python -m rag.ingest"


def tell(message: str) -> None:
    """One line to stderr."""
    print(line(message), file=sys.stderr, flush=True)


@contextmanager
def bar(total: int) -> Iterator[Callable[[int], object]]:
    """A bar on stderr that hears how many more articles are done, with rate and time left.

    Nothing is drawn where stderr is no terminal.
    """
    from tqdm import tqdm

    with tqdm(total=total, unit=" articles", disable=None, dynamic_ncols=True, file=sys.stderr) as drawn:
        yield drawn.update


def tell_above_bar(message: str) -> None:
    """One line to stderr that leaves a bar whole."""
    from tqdm import tqdm

    tqdm.write(line(message), file=sys.stderr)


def guarded(command: Callable[[], int], home: str | None = None) -> int:
    """Run a command; whatever it raises becomes one line on stderr and an exit status.

    Advice to run a command names the `home` that was given. RAG_DEBUG lets what nobody foresaw through,
    with its traceback.
    """
    _speak_utf8()
    try:
        return command()
    except PressroomError as error:
        given = f"{_INGEST} --home {shlex.quote(home)}" if home is not None else _INGEST
        tell(f"error: {error}".replace(_INGEST, given))
        return error.exit_status
    except BrokenPipeError:
        # Whoever read the answers has gone; there is nobody left to tell.
        with suppress(OSError):
            sys.stdout.close()
        return 0
    except KeyboardInterrupt:
        tell("stopped")
        return 130
    except Exception as error:
        if os.environ.get("RAG_DEBUG"):
            raise
        tell(f"error: unforeseen {type(error).__name__}: {error} (RAG_DEBUG=1 shows where)")
        return 1


def add_shared_options(parser: argparse.ArgumentParser) -> None:
    """The options that asking and the page have in common."""
    parser.add_argument(
        "--articles",
        nargs="+",
        type=_path,
        metavar="PATH",
        help="ask these files or folders, not the library",
    )
    add_home_option(parser)
    parser.add_argument("--quote", action="store_true", help="answer by quoting; never call a model")
    parser.add_argument("--model", metavar="NAME", help="the model to write with (or RAG_MODEL)")


def add_home_option(parser: argparse.ArgumentParser) -> None:
    """Where the library lives."""
    parser.add_argument("--home", type=_path, metavar="DIR", help="where the library lives (or RAG_HOME)")


def _path(text: str) -> str:
    """A path as it was given; an empty one, of a variable that is not set, would be the working folder."""
    if not text:
        raise argparse.ArgumentTypeError("a path is empty")
    return text


def count(text: str) -> int:
    """An option's number, from 1 on."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 on")
    return int(text)


def config_of(options: argparse.Namespace) -> Config:
    """The environment's settings with the command line's on top. Raises ConfigError."""
    config = Config.from_env()
    if options.home is not None:
        home = Path(options.home).expanduser().absolute()
        config = replace(config, home=home, cache=home / "cache")
    if getattr(options, "quote", False):
        return replace(config, model=None)
    named = getattr(options, "model", None)
    if named and config.model is None:
        tell(f"quoting: {named} needs OPENAI_API_KEY or OPENAI_BASE_URL")
    return replace(config, model=named) if named and config.model else config


def _speak_utf8() -> None:
    """Newspapers are not ASCII, whatever the terminal's locale says."""
    for stream, errors in (
        (sys.stdin, "surrogateescape"),
        (sys.stdout, "replace"),
        (sys.stderr, "replace"),
    ):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors=errors)
