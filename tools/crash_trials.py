"""`python tools/crash_trials.py`: kill what writes to a library 200 times, overwrite its pages, and look.

Everything is real: processes, SQLite, Chroma, the proof in a child; only the embedder is small, unless
`--embedder minilm`. Work on one library goes on from kill to kill until its articles are all in. Prints
a table, and ends with exit status 1 when anything that was acknowledged is lost, anything is half
there, a reader crashes, or what is left cannot be mended by the next ingest. Then each page of a small
library is overwritten in several ways; a reader must be right, or say in one line what is wrong.
"""

from __future__ import annotations

import argparse
import random
import signal
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from rag.embed import MiniLM  # noqa: E402
from tests.crash_child import STAGES, Seen, Trial, ended, write_articles  # noqa: E402
from tests.damage_child import CLEAR, RIGHT, SPOILS, WRONG, Spoilt, closed, pages_of, tried  # noqa: E402

_ARTICLES, _ADDED, _CHANGED = 60, 12, 6
# How often each piece of work is chosen.
_WORK = {"ingest": 6, "remove": 1, "rebuild": 1, "embed again": 1}

# Seconds that a stage lasts, about; it is chosen first, then the moment in it.
_LASTS = {"ingest": 1.0, "index build": 0.3, "proof": 3.0, "swap": 0.05}


@dataclass
class Tally:
    """What was counted over all kills."""

    kills: int = 0
    hit: Counter[str] = field(default_factory=Counter)
    action: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)

    def add(self, seen: Seen | None) -> None:
        """Count what a reader found."""
        if seen is None:
            self.found["crashes in a reader"] += 1
            return
        self.found["articles looked at"] += seen.articles
        self.found["lost articles"] += len(seen.lost)
        for lost in seen.lost:
            print(f"lost: {lost}", file=sys.stderr)
        self.found["half articles"] += len(seen.half)
        self.found["index needing a rebuild"] += any("index" in line for line in seen.damage)
        self.found["other damage"] += any("index" not in line for line in seen.damage)

    @property
    def broken(self) -> bool:
        """Whether what is promised did not hold."""
        return any(
            self.found[name]
            for name in (
                "crashes in a reader",
                "lost articles",
                "half articles",
                "other damage",
                "not mended",
            )
        )

    def table(self) -> str:
        """The counts as Markdown."""
        rows = [("kills", self.kills)]
        rows += [(f"... during: {stage}", self.hit[stage]) for stage in STAGES]
        rows += [(f"... of: {action}", self.action[action]) for action in _WORK]
        names = "articles looked at,lost articles,half articles,crashes in a reader,other damage"
        rows += [(name, self.found[name]) for name in names.split(",")]
        rows += [(name, self.found[name]) for name in ("index needing a rebuild", "not mended")]
        return "\n".join(["| | |", "|---|--:|", *(f"| {name} | {count:,} |" for name, count in rows)])


def main() -> int:
    """Run the trials; 1 when the promise was broken."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=200, metavar="N")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--embedder", choices=["words", "minilm"], default="words")
    parser.add_argument("--times", type=int, default=2, metavar="N", help="how often each page, each way")
    options = parser.parse_args()
    chance, tally = random.Random(options.seed), Tally()
    while tally.kills < options.kills:
        with tempfile.TemporaryDirectory(prefix="pressroom-crash-") as folder:
            _one_library(Path(folder), options, chance, tally)
    print(tally.table())
    with tempfile.TemporaryDirectory(prefix="pressroom-damage-") as folder:
        wrong = _pages(Path(folder), options.times)
    return 1 if tally.broken or wrong else 0


def _one_library(folder: Path, options: argparse.Namespace, chance: random.Random, tally: Tally) -> None:
    """A library from its first article until all are in; killed on the way, and looked at each time."""
    write_articles(folder / "news", range(_ARTICLES))
    trial = Trial(folder, folder / "news", real=True)
    trial.embedder = MiniLM.id if options.embedder == "minilm" else None
    for round_ in range(1, 13):
        if tally.kills >= options.kills:
            break
        if round_ % 3 == 0:
            first = _ARTICLES + _ADDED * round_
            write_articles(trial.news, range(first, first + _ADDED))
            write_articles(trial.news, range(_CHANGED), edition=round_)
        if _killed(trial, chance, tally):
            tally.add(trial.look())
            print(f"{tally.kills}/{options.kills}", file=sys.stderr, flush=True)
    seen = trial.look(again=True)
    tally.add(seen)
    tally.found["not mended"] += seen is None or bool(seen.damage)


def _killed(trial: Trial, chance: random.Random, tally: Tally) -> bool:
    """Begin a piece of work and kill it at a random moment; whether it was still at it."""
    action = chance.choices(list(_WORK), list(_WORK.values()))[0]
    given = ""
    if action == "remove":
        file = chance.choice(sorted(trial.news.iterdir())[_CHANGED:])
        file.unlink()
        given = str(file)
    if action == "embed again" and trial.embedder:
        action = "rebuild"
    process = trial.begin(action, given=given)
    stage = chance.choice(STAGES)
    while trial.stage != stage and process.is_alive():
        process.join(0.002)
    process.join(chance.uniform(0, _LASTS[stage]))
    process.kill()
    if ended(process) != -signal.SIGKILL:
        return False
    tally.kills += 1
    tally.hit[trial.stage] += 1
    tally.action[action] += 1
    return True


def _pages(folder: Path, times: int) -> int:
    """Overwrite every page in every way, print how readers fared; how many were wrong."""
    write_articles(folder / "news", range(4))
    trial = Trial(folder, folder / "news")
    trial.work()
    write_articles(folder / "news", range(1), edition=1)
    trial.work()
    closed(trial.home)
    spoilt = [
        Spoilt(page, how, seed)
        for page in range(pages_of(trial.home))
        for how in SPOILS
        for seed in range(times)
    ]
    fared = list(tried(trial, spoilt, within_s=1_200))
    print(f"\n| {len(spoilt)} pages overwritten | right | one clear line | wrong | told by --check |")
    print("|---|--:|--:|--:|--:|")
    for how in SPOILS:
        these = [one for one in fared if one.spoilt.how == how]
        counts = [sum(one.outcome == outcome for one in these) for outcome in (RIGHT, CLEAR, WRONG)]
        print(f"| {how} | {' | '.join(map(str, counts))} | {sum(one.named for one in these)} |")
    wrong = [one for one in fared if one.outcome == WRONG]
    for one in wrong:
        print(one, file=sys.stderr)
    return len(wrong)


if __name__ == "__main__":
    sys.exit(main())
