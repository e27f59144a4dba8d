"""`python -m evals.reader --data DIR`: how well the reader reads, with 95 % intervals, and what it costs.

DIR holds squad2_dev_half.jsonl.gz and rgb_noise_dev.jsonl.gz, and for `--only news` a pair of files as
`evals.bench retrieval` reads them. Every question goes the product's own way, quoting; the seed questions are
those of evals/cases. Exit 0 whatever the figures say, 2 when nothing can be measured.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, replace
from itertools import chain, islice
from pathlib import Path

from evals.bench.vectors import Remembered
from evals.cases import CaseError
from evals.reader import news, report, speed
from evals.reader.ask import Record, records
from evals.reader.data import Asked, rgb, seeds, squad
from rag import Assistant, Config
from rag.embed import embedder
from rag.errors import PressroomError, UsageError
from rag.reader import Network, Reader, Text
from rag.terminal import count, tell

_SETS = ("squad", "rgb", "seeds")
_USUAL = (*_SETS, "speed")
_PARTS = (*_USUAL, "shown", "news")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; the exit status."""
    options = _parser().parse_args(arguments)
    wanted = options.only or _USUAL
    try:
        _check(options, wanted)
        if sets := _sets(wanted):
            _reading(list(_asked(options.data, sets, options.limit)), options, wanted)
        if "news" in wanted:
            for line in news.measure(options.data, options.cache, options.whole, tell):
                print(line, flush=True)
        if "speed" in wanted:
            print("\n".join(("", *map(str, speed.measure(options.runs)))))
    except (PressroomError, CaseError, OSError) as error:
        tell(f"error: {error}")
        return 2
    return 0


def _check(options: argparse.Namespace, wanted: Sequence[str]) -> None:
    """Refuse before minutes are spent what could not be kept or compared afterwards."""
    if options.out and not options.out.parent.is_dir():
        raise UsageError(f"cannot write {options.out}: there is no such folder")
    if options.whole and not ("news" in wanted and options.cache):
        raise UsageError("--whole goes with --only news and --cache DIR: embedding all takes half an hour")
    if options.fp32:
        Network(options.fp32, None).see("Who came?", [Text("", ["Ito came."])])


def _sets(wanted: Sequence[str]) -> Sequence[str]:
    """The sets that are asked; what is shown alone is of the public ones."""
    named = [name for name in _SETS if name in wanted]
    return ("squad", "rgb") if "shown" in wanted and not named else named


def _asked(folder: Path, sets: Sequence[str], limit: int | None) -> Iterator[Asked]:
    ways: dict[str, Iterable[Asked]] = {"squad": squad(folder), "rgb": rgb(folder), "seeds": seeds()}
    return chain.from_iterable(islice(ways[name], limit) for name in sets)


def _reading(every: Sequence[Asked], options: argparse.Namespace, wanted: Sequence[str]) -> None:
    if not every:
        raise UsageError(f"{options.data}: none of its questions is held out")
    found = _measure(every, None)
    if options.out:
        lines = (json.dumps(_told(record), ensure_ascii=False) + "\n" for record in found)
        options.out.write_text("".join(lines), encoding="utf-8")
    if "shown" not in wanted:
        print("\n".join((*report.reading(found), "")), flush=True)
    print("\n".join((*report.shown(found), "", *report.notes(found))), flush=True)
    if options.fp32:
        print("\n".join(("", *report.beside(found, _measure(every, options.fp32)))), flush=True)


def _measure(every: Sequence[Asked], network: Path | None) -> list[Record]:
    """Ask all, in a library of its own made from the seeds; with another network where one is given."""
    with tempfile.TemporaryDirectory(prefix="pressroom-reader-") as home:
        config = replace(Config.from_env(), home=Path(home), cache=Path(home), model=None)
        reader = Reader(Network(network, None)) if network else Reader()
        with (
            closing(Remembered(embedder(config))) as remembered,
            Assistant(config, tell=lambda _: None, reader=reader) as assistant,
        ):
            # The same texts come with many questions: embedding them each time would take half of all time.
            assistant._embedder = remembered
            return list(records(assistant, every, tell))


def _told(record: Record) -> dict[str, object]:
    return {**asdict(record), "asked": asdict(record.asked), "correct": record.correct}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m evals.reader", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="where the public sets lie")
    parser.add_argument("--only", action="append", choices=_PARTS, help="only this part; may be repeated")
    parser.add_argument("--cache", type=Path, metavar="DIR", help="keep the vectors of news here")
    parser.add_argument("--whole", action="store_true", help="all articles of news, no sample; needs --cache")
    parser.add_argument("--limit", type=count, metavar="N", help="the first so many questions of each part")
    parser.add_argument("--fp32", type=Path, metavar="FILE", help="the same network in float32, to compare")
    parser.add_argument("--runs", type=count, default=15, metavar="N", help="measurements of speed (15)")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write a JSON record a question here")
    return parser


if __name__ == "__main__":
    sys.exit(main())
