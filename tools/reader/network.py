"""The reader's network: a BERT encoder with three numbers a token (Devlin et al. 2019).

A sequence is [CLS] question [SEP] heading [SEP] sentence [SEP] sentence [SEP] ...; the [SEP] behind a
sentence speaks for it, and [CLS] for "none of them". Channels: whether the sentence answers, whether the
answer's words begin here, whether they end here.
"""

from __future__ import annotations

from pathlib import Path

import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import Tensor, nn

HIDDEN, HEADS, LAYERS, INNER = 384, 12, 6, 1536
EPSILON = 1e-12


class Layer(nn.Module):
    """One encoder layer."""

    def __init__(self, dropout: float) -> None:
        super().__init__()
        self.qkv = nn.Linear(HIDDEN, 3 * HIDDEN)
        self.out = nn.Linear(HIDDEN, HIDDEN)
        self.norm1 = nn.LayerNorm(HIDDEN, EPSILON)
        self.up = nn.Linear(HIDDEN, INNER)
        self.down = nn.Linear(INNER, HIDDEN)
        self.norm2 = nn.LayerNorm(HIDDEN, EPSILON)
        self.dropout = dropout

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Hidden states (batch, length, 384) -> the same; `mask` is added to attention's logits."""
        rows, length, _ = x.shape
        heads = self.qkv(x).view(rows, length, 3, HEADS, HIDDEN // HEADS).permute(2, 0, 3, 1, 4)
        seen = F.scaled_dot_product_attention(heads[0], heads[1], heads[2], attn_mask=mask)
        seen = self.out(seen.transpose(1, 2).reshape(rows, length, HIDDEN))
        x = self.norm1(x + F.dropout(seen, self.dropout, self.training))
        inner = self.down(F.gelu(self.up(x)))
        return self.norm2(x + F.dropout(inner, self.dropout, self.training))


class Reader(nn.Module):
    """Token ids and types, both (batch, length), id 0 being padding -> (batch, length, 3)."""

    def __init__(self, dropout: float = 0.05) -> None:
        super().__init__()
        self.words = nn.Embedding(30522, HIDDEN)
        self.places = nn.Embedding(512, HIDDEN)
        self.types = nn.Embedding(2, HIDDEN)
        self.norm = nn.LayerNorm(HIDDEN, EPSILON)
        self.layers = nn.ModuleList(Layer(dropout) for _ in range(LAYERS))
        self.head = nn.Linear(HIDDEN, 3)
        self.dropout = dropout

    def forward(self, ids: Tensor, types: Tensor) -> Tensor:
        """Three numbers a token."""
        places = torch.arange(ids.shape[1])
        x = self.norm(self.words(ids) + self.places(places) + self.types(types))
        x = F.dropout(x, self.dropout, self.training)
        mask = torch.zeros(ids.shape[0], 1, 1, ids.shape[1], dtype=torch.bfloat16)
        mask.masked_fill_((ids == 0)[:, None, None, :], -1e4)
        if not torch.is_autocast_enabled("cpu"):
            mask = mask.float()
        for layer in self.layers:
            x = layer(x, mask)
        return self.head(x.float())


def from_minilm(path: Path) -> Reader:
    """A reader that begins as all-MiniLM-L6-v2, read from its safetensors file."""
    from safetensors.torch import load_file

    given, reader = load_file(str(path)), Reader()
    names = {
        "words.weight": "embeddings.word_embeddings.weight",
        "places.weight": "embeddings.position_embeddings.weight",
        "types.weight": "embeddings.token_type_embeddings.weight",
        "norm.weight": "embeddings.LayerNorm.weight",
        "norm.bias": "embeddings.LayerNorm.bias",
    }
    inner = {
        "out": "attention.output.dense",
        "norm1": "attention.output.LayerNorm",
        "up": "intermediate.dense",
        "down": "output.dense",
        "norm2": "output.LayerNorm",
    }
    state = {ours: given[theirs] for ours, theirs in names.items()}
    for number in range(LAYERS):
        for kind in ("weight", "bias"):
            theirs = f"encoder.layer.{number}."
            parts = [given[f"{theirs}attention.self.{p}.{kind}"] for p in ("query", "key", "value")]
            state[f"layers.{number}.qkv.{kind}"] = torch.cat(parts)
            for ours, name in inner.items():
                state[f"layers.{number}.{ours}.{kind}"] = given[f"{theirs}{name}.{kind}"]
    state["head.weight"], state["head.bias"] = torch.randn(3, HIDDEN) * 0.02, torch.zeros(3)
    reader.load_state_dict(state)
    return reader
