"""A trained reader -> the ONNX file that ships, built node by node; the same weights give the same bytes.

    python -m tools.reader.export WEIGHTS.pt OUT.onnx --data DATA_FOLDER --base MODEL_FOLDER
    python -m tools.reader.export WEIGHTS.pt OUT.onnx --fp32

Weights are 7-bit integers with a scale a column, and what comes in is rounded to 8 bits by one scale
(`tools.reader.rounding`), fixed beforehand by what is seen in windows of DATA_FOLDER (`tools.reader.ranges`):
so nothing that stands beside a window in a batch changes what is read in it.
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

from tools.reader.network import EPSILON, HEADS, HIDDEN, LAYERS
from tools.reader.ranges import Ranges, ranges
from tools.reader.rounding import Array, rounded, row_scales

_CONTRIB = "com.microsoft"
_TOP_WORD = 127
# So many of the inner channels, those that weigh most, are not rounded.
_APART = 8


class Graph:
    """Nodes and constants under construction; a value is its name."""

    def __init__(self, weights: Mapping[str, Array], ranges: Ranges | None) -> None:
        self.weights, self.ranges = weights, ranges
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

    def linear(self, x: str, name: str, apart: int = 0) -> str:
        """A linear layer, of whose channels the `apart` largest are not rounded."""
        weight, bias = self.weights[f"{name}.weight"], self.weight(f"{name}.bias")
        if self.ranges is None:
            return self.node("Add", self.node("MatMul", x, self.constant(weight.T)), bias)
        small = rounded(weight, self.ranges[name], apart)
        one, zero = self.constant(np.array(1, np.float32)), self.constant(small.zero)
        smooth = self.node("Mul", x, self.constant(small.factor))
        whole = self.node("QuantizeLinear", smooth, one, zero)
        inputs = (whole, self.constant(small.steps), one, self.constant(small.worth), zero, "", bias)
        product = self.node("MatMulIntegerToFloat", *inputs, contrib=True)
        if not apart:
            return product
        few = self.node("Gather", x, self.constant(small.apart), axis=-1)
        return self.node("Add", product, self.node("MatMul", few, self.constant(weight[:, small.apart].T)))

    def embedded(self, ids: str) -> str:
        """The word vectors, of which only the rows that are needed are unpacked."""
        table = self.weights["words.weight"]
        if self.ranges is None:
            return self.node("Gather", self.constant(table), ids)
        scales = row_scales(table, _TOP_WORD)
        rows = self.node("Gather", self.constant(np.rint(table / scales).astype(np.int8)), ids)
        floats = self.node("Cast", rows, to=TensorProto.FLOAT)
        return self.node("Mul", floats, self.node("Gather", self.constant(scales), ids))

    def normed(self, x: str, other: str, name: str) -> str:
        """The layer norm of a sum: each token its own channel of an instance norm, which runs far quicker."""
        total = self.node("Add", x, other)
        tokens = self.node("Reshape", total, self.constant(np.array([1, -1, HIDDEN])))
        count = self.node("Shape", tokens, start=1, end=2)
        one, none = (self.node("ConstantOfShape", count, value=_filled(value)) for value in (1.0, 0.0))
        even = self.node("InstanceNormalization", tokens, one, none, epsilon=EPSILON)
        scaled = self.node("Mul", even, self.weight(f"{name}.weight"))
        shifted = self.node("Add", scaled, self.weight(f"{name}.bias"))
        return self.node("Reshape", shifted, self.node("Shape", total))


def _filled(value: float) -> TensorProto:
    return helper.make_tensor("value", TensorProto.FLOAT, [1], [value])


def build(weights: Mapping[str, Array], ranges: Ranges | None = None) -> ModelProto:
    """The graph: `ids` and `types`, int64 (batch, length), id 0 being padding -> `logits` (batch, length, 3).

    Without `ranges` everything stays in float32.
    """
    graph = Graph(weights, ranges)
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
        x = graph.normed(graph.linear(inner, f"{layer}.down", _APART), x, f"{layer}.norm2")
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
    parser.add_argument("--data", type=Path, metavar="DATA_FOLDER", help="what ranges are seen in")
    parser.add_argument("--base", type=Path, metavar="MODEL_FOLDER", help="where tokenizer.json lies")
    options = parser.parse_args()
    if not options.fp32 and not (options.data and options.base):
        parser.error("--data and --base are needed, or --fp32")
    state = torch.load(options.weights)
    found = None if options.fp32 else ranges(state, options.data, options.base)
    trained = {name: each.float().numpy() for name, each in state.items()}
    raw = build(trained, found).SerializeToString(deterministic=True)
    options.out.write_bytes(raw)
    print(hashlib.sha256(raw).hexdigest(), f"{len(raw):,} bytes")


if __name__ == "__main__":
    main()
