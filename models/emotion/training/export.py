"""From the trained torch module to one ONNX file of int8 weights, which the engine runs without torch."""

from __future__ import annotations

import logging
import tempfile
import warnings
from pathlib import Path
from typing import Any

import onnx
import onnxscript  # noqa: F401 - the exporter wants it: better missed before the training than after it
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic

OPSET = 20
_TEXTS, _PIECES = 2, 7


def as_onnx(model: Any, temperature: float) -> bytes:
    """Inputs ``ids`` and ``mask`` int64 (texts, pieces); output ``logits`` float32 (texts, labels), calibrated."""
    model = model.cpu().eval()
    with torch.no_grad():
        model.head.weight /= temperature
        model.head.bias /= temperature
    with tempfile.TemporaryDirectory() as folder:
        plain, small = Path(folder) / "plain.onnx", Path(folder) / "small.onnx"
        _export(model, plain)
        graph = onnx.load(plain)
        del graph.graph.value_info[:]  # the exporter's shapes are of before its own transposing
        for node in graph.graph.node:
            del node.metadata_props[:]  # where in the sources each came from, on the machine that trained
        quantize_dynamic(
            graph, small, op_types_to_quantize=["MatMul", "Gemm"], per_channel=True, weight_type=QuantType.QInt8
        )
        return small.read_bytes()


def _export(model: Any, to: Path) -> None:
    ids = torch.ones((_TEXTS, _PIECES), dtype=torch.int64)
    texts, pieces = torch.export.Dim("texts", min=1), torch.export.Dim("pieces", min=2, max=model.places.shape[0])
    torch.backends.mha.set_fastpath_enabled(False)  # the fused layer is one operator that ONNX does not know
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings(action="ignore"):
        torch.onnx.export(
            model,
            (ids, torch.ones_like(ids)),
            to,
            dynamo=True,
            opset_version=OPSET,
            input_names=["ids", "mask"],
            output_names=["logits"],
            dynamic_shapes={"ids": {0: texts, 1: pieces}, "mask": {0: texts, 1: pieces}},
            external_data=False,
            verbose=False,
        )
