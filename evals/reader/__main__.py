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
from dataclasses import asdict, replace
from itertools import chain, islice
from pathlib import Path

from evals.reader import news, report, speed
from evals.reader.ask import Record, records
from evals.reader.data import Asked, rgb, seeds, squad
from rag import Assistant, Config
from rag.errors import PressroomError
from rag.reader import Network, Reader
from rag.terminal import tell

_USUAL = ("squad", "rgb", "seeds", "speed")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; the exit status."""
    options = _parser().parse_args(arguments)
    wanted = options.only or _USUAL
    try:
        every = list(_asked(options.data, wanted, options.limit))
        if every:
            found = _measure(every, None)
            print("\n".join((*report.reading(found), "", *report.shown(found))), flush=True)
            if options.out:
                options.out.write_text(
                    "".join(json.dumps(_told(r), ensure_ascii=False) + "\n" for r in found), encoding="utf-8"
                )
            if options.fp32:
                print("\n".join(("", *report.beside(found, _measure(every, options.fp32)))), flush=True)
        if "news" in wanted:
            for line in news.measure(options.data, options.cache, tell):
                print(line, flush=True)
        if "speed" in wanted:
            print("\n".join(("", *map(str, speed.measure(options.runs)))))
    except (PressroomError, OSError) as error:
        tell(f"error: {error}")
        return 2
    return 0


def _asked(folder: Path, wanted: Sequence[str], limit: int | None) -> Iterator[Asked]:
    ways: dict[str, Iterable[Asked]] = {"squad": squad(folder), "rgb": rgb(folder), "seeds": seeds()}
    return chain.from_iterable(islice(ways[name], limit) for name in ways if name in wanted)


def _measure(every: Sequence[Asked], network: Path | None) -> list[Record]:
    """Ask all, in a library of its own made from the seeds; with another network where one is given."""
    with tempfile.TemporaryDirectory(prefix="pressroom-reader-") as home:
        config = replace(Config.from_env(), home=Path(home), cache=Path(home), model=None)
        reader = Reader(Network(network, None)) if network else Reader()
        with Assistant(config, tell=lambda _: None, reader=reader) as assistant:
            return list(records(assistant, every, tell))


def _told(record: Record) -> dict[str, object]:
    return {**asdict(record), "asked": asdict(record.asked), "correct": record.correct}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m evals.reader", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="where the public sets lie")
    parser.add_argument(
        "--only", action="append", choices=(*_USUAL, "news"), help="only this part; may be repeated"
    )
    parser.add_argument("--cache", type=Path, metavar="DIR", help="keep the vectors of news here")
    parser.add_argument("--limit", type=int, metavar="N", help="the first so many questions of each part")
    parser.add_argument("--fp32", type=Path, metavar="FILE", help="the same network in float32, to compare")
    parser.add_argument("--runs", type=int, default=15, metavar="N", help="how often speed is measured (15)")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write a JSON record a question here")
    return parser


if __name__ == "__main__":
    sys.exit(main())
