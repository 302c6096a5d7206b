"""`import paddle.fluid...` in the ways programs do it, and the command that runs PaddlePaddle's documents."""

import os
import pathlib
import subprocess
import sys

import pytest

from tests import documents

ROOT = pathlib.Path(__file__).parent.parent.parent

IMPORTS = """
import paddlelite
paddlelite.install_as_paddle()
import paddle
import paddle.fluid as fluid
import paddle.fluid.layers as layers
import paddle.fluid.layers.nn as nn
import paddle.fluid.dygraph.nn, paddle.fluid.profiler, paddle.fluid.core as core
from paddle.fluid import core, framework, unique_name
from paddle.fluid.layers import control_flow, tensor
from paddle.fluid.layers.nn import fc
from paddle.fluid.dygraph.nn import Conv2D, Pool2D, FC, Linear
from paddle.fluid.dygraph.base import to_variable
from paddle.fluid.dygraph import Layer, guard
from paddle.fluid.dygraph.learning_rate_scheduler import NoamDecay
from paddle.fluid.optimizer import AdamOptimizer
from paddle.fluid.initializer import MSRA, NormalInitializer
from paddle.fluid.param_attr import ParamAttr
from paddle.fluid.regularizer import L2Decay
from paddle.fluid.framework import Variable, Parameter, Program
assert fc is fluid.layers.fc is nn.fc and fluid.Layer is Layer and fluid.ParamAttr is ParamAttr
assert core.VarDesc.VarType.FP32 == paddle.float32 and not core.is_compiled_with_cuda()
assert fluid.layers.range is tensor.range and list(range(2)) == [0, 1]
print("fine", "onnxruntime" in __import__("sys").modules)
"""


def test_imports():
    answer = subprocess.run(
        [sys.executable, "-c", IMPORTS],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert answer.stdout == "fine False\n", answer.stderr


def test_pieces_of_a_document():
    text = "Text:\n\t\n\t\tx = 1\n\t        if x:\n\t\t        y = 2\n\t\t\n\t\t[printed]\nMore.\n"
    whole = documents.Sample(
        "a sample",
        [documents.Piece("x = 1", "[printed]")],
        ["2", "3"],
        before="import sys\n",
        after="print(y)\n",
    )
    with pytest.raises(SystemExit, match="the document does not have 'z'"):
        documents.source_of(
            text, documents.dataclasses.replace(whole, changes=(documents.Change("z", "", "gone"),))
        )
    broken = documents.source_of(text, whole)
    assert broken.startswith("import sys\nx = 1\n    if x:\n        y = 2\n") and broken.endswith(
        "print(y)\n"
    )
    assert (
        documents.taken(text, documents.Piece("if x:", "[printed]", indent=4)) == "    if x:\n        y = 2\n"
    )
    assert documents.missing(["a", "b", "c"], "a c b") == ["c"]
