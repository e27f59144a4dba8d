"""Between which values what comes into each linear layer lies, seen in windows of the training data."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn

from tools.reader.data import Mix, examples
from tools.reader.network import Reader
from tools.reader.train import encode, stack

# The lowest and the highest value of each channel, by layer.
Ranges = Mapping[str, tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]]

_MIX = Mix(77, squad=0.006, squad2=1, news=0, foreign=0.5)
_WINDOWS, _BATCH = 400, 8


def ranges(state: Mapping[str, Tensor], data: Path, base: Path) -> Ranges:
    """The lowest and highest value of each channel in front of each linear layer but the last."""
    reader = Reader()
    reader.load_state_dict(state)
    reader.eval()
    seen = {
        name: _Seen(layer)
        for name, layer in reader.named_modules()
        if isinstance(layer, nn.Linear) and name != "head"
    }
    tokenizer = Tokenizer.from_file(str(base / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    rows = [row for each in examples(data, _MIX)[:_WINDOWS] if (row := encode(each, tokenizer)) is not None]
    rows.sort(key=lambda row: len(row.ids))
    with torch.no_grad():
        for start in range(0, len(rows), _BATCH):
            ids, types, _, _ = stack(rows[start : start + _BATCH])
            reader(ids, types)
    return {name: (each.low.numpy(), each.high.numpy()) for name, each in seen.items()}


class _Seen:
    """Watches what comes into a layer."""

    def __init__(self, layer: nn.Linear) -> None:
        self.low = torch.zeros(layer.in_features)
        self.high = torch.zeros(layer.in_features)
        layer.register_forward_pre_hook(self._look)

    def _look(self, _: nn.Module, inputs: tuple[Any, ...]) -> None:
        rows = inputs[0].reshape(-1, len(self.low))
        self.low = torch.minimum(self.low, rows.amin(0))
        self.high = torch.maximum(self.high, rows.amax(0))
