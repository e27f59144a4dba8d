"""A trained reader -> the ONNX file that ships, built node by node; the same weights give the same bytes.

    python -m tools.reader.export WEIGHTS.pt OUT.onnx [--fp32]

Weights are 8-bit integers with a scale for each run of 128 in a row (MatMulNBits); onnxruntime rounds what
comes in row by row too. One scale a tensor, as dynamic quantization usually has it, is too coarse here: a few
channels of this network are a hundred times larger than the rest. And so nothing that stands beside a window
in a batch changes what is read in it.
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

from tools.reader.network import EPSILON, HEADS, LAYERS

_CONTRIB = "com.microsoft"
_BLOCK = 128
_TOP = 127

Array = npt.NDArray[Any]


class Graph:
    """Nodes and constants under construction; a value is its name."""

    def __init__(self, weights: Mapping[str, Array], exact: bool) -> None:
        self.weights, self.exact = weights, exact
        self.nodes: list[NodeProto] = []
        self.constants: list[TensorProto] = []

    def constant(self, value: Array) -> str:
        """A constant's name."""
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def weight(self, name: str) -> str:
        """A weight as it was trained, as a constant."""
        return self.constant(self.weights[name])

    def node(self, kind: str, *inputs: str, contrib: bool = False, **attributes: Any) -> str:
        """A node with one output, whose name it returns."""
        return self.split(kind, inputs, 1, contrib, **attributes)[0]

    def split(
        self, kind: str, inputs: Sequence[str], count: int, contrib: bool = False, **attributes: Any
    ) -> list[str]:
        """A node with `count` outputs."""
        outputs = [f"n{len(self.nodes)}_{i}" for i in range(count)]
        domain = _CONTRIB if contrib else ""
        self.nodes.append(helper.make_node(kind, inputs, outputs, domain=domain, **attributes))
        return outputs

    def linear(self, x: str, name: str) -> str:
        """A linear layer."""
        weight, bias = self.weights[f"{name}.weight"], self.weight(f"{name}.bias")
        if self.exact:
            return self.node("Add", self.node("MatMul", x, self.constant(weight.T)), bias)
        rounded, scales = _rounded(weight.reshape(len(weight), -1, _BLOCK))
        inputs = (x, self.constant(rounded), self.constant(scales.reshape(-1)), "", "", bias)
        sizes = {"N": weight.shape[0], "K": weight.shape[1], "bits": 8, "block_size": _BLOCK}
        return self.node("MatMulNBits", *inputs, contrib=True, accuracy_level=4, **sizes)

    def embedded(self, ids: str) -> str:
        """The word vectors, of which only the rows that are needed are unpacked."""
        table = self.weights["words.weight"]
        if self.exact:
            return self.node("Gather", self.constant(table), ids)
        scales = _scales(table)
        rows = self.node("Gather", self.constant(np.rint(table / scales).astype(np.int8)), ids)
        floats = self.node("Cast", rows, to=TensorProto.FLOAT)
        return self.node("Mul", floats, self.node("Gather", self.constant(scales), ids))

    def normed(self, x: str, other: str, name: str) -> str:
        """The layer norm of a sum."""
        scale, shift = self.weight(f"{name}.weight"), self.weight(f"{name}.bias")
        return self.node("SkipLayerNormalization", x, other, scale, shift, contrib=True, epsilon=EPSILON)


def _scales(rows: Array) -> Array:
    """What a step of each row is worth, so that its largest value is _TOP steps."""
    return np.asarray(np.maximum(np.abs(rows).max(axis=-1, keepdims=True) / _TOP, 1e-9), np.float32)


def _rounded(blocks: Array) -> tuple[Array, Array]:
    """Blocks in whole steps from 128 up, as MatMulNBits takes them, and their scales."""
    scales = _scales(blocks)
    steps = np.clip(np.rint(blocks / scales), -_TOP, _TOP)
    return np.asarray(steps + 128, np.uint8), scales


def build(weights: Mapping[str, Array], exact: bool = False) -> ModelProto:
    """The graph: `ids` and `types`, int64 (batch, length), id 0 being padding -> `logits` (batch, length, 3).

    `exact` keeps everything in float32.
    """
    graph = Graph(weights, exact)
    start, length = graph.constant(np.array([0])), graph.node("Shape", "ids", start=1, end=2)
    places = graph.node("Slice", graph.weight("places.weight"), start, length, start)
    beside = graph.node("Add", graph.node("Gather", graph.weight("types.weight"), "types"), places)
    x = graph.normed(graph.embedded("ids"), beside, "norm")
    mask = graph.node("Cast", graph.node("Cast", "ids", to=TensorProto.BOOL), to=TensorProto.INT32)
    for number in range(LAYERS):
        layer = f"layers.{number}"
        heads = graph.split("Split", [graph.linear(x, f"{layer}.qkv")], 3, axis=-1, num_outputs=3)
        seen = graph.node("MultiHeadAttention", *heads, "", mask, contrib=True, num_heads=HEADS)
        x = graph.normed(graph.linear(seen, f"{layer}.out"), x, f"{layer}.norm1")
        inner = graph.node("Gelu", graph.linear(x, f"{layer}.up"), contrib=True)
        x = graph.normed(graph.linear(inner, f"{layer}.down"), x, f"{layer}.norm2")
    head = graph.node("MatMul", x, graph.constant(weights["head.weight"].T))
    graph.nodes.append(helper.make_node("Add", [head, graph.weight("head.bias")], ["logits"]))
    return _model(graph)


def _model(graph: Graph) -> ModelProto:
    shape: list[Any] = ["batch", "length"]
    inputs = [helper.make_tensor_value_info(name, TensorProto.INT64, shape) for name in ("ids", "types")]
    output = helper.make_tensor_value_info("logits", TensorProto.FLOAT, [*shape, 3])
    made = helper.make_graph(graph.nodes, "reader", inputs, [output], graph.constants)
    domains = [helper.make_opsetid("", 18), helper.make_opsetid(_CONTRIB, 1)]
    return helper.make_model(made, opset_imports=domains, ir_version=8, producer_name="pressroom")


def main() -> None:
    """Read the weights, write the file, print its SHA-256."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("weights", type=Path, metavar="WEIGHTS.pt")
    parser.add_argument("out", type=Path, metavar="OUT.onnx")
    parser.add_argument("--fp32", action="store_true", help="everything in float32, to compare with")
    options = parser.parse_args()
    trained = {name: each.float().numpy() for name, each in torch.load(options.weights).items()}
    raw = build(trained, options.fp32).SerializeToString(deterministic=True)
    options.out.write_bytes(raw)
    print(hashlib.sha256(raw).hexdigest(), f"{len(raw):,} bytes")


if __name__ == "__main__":
    main()
