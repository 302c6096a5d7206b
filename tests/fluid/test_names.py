"""`import paddle.fluid...` in the ways programs do it, and the command that runs PaddlePaddle's documents."""

import os
import pathlib
import subprocess
import sys

import numpy as np
import pytest

from paddlelite import fluid
from paddlelite.errors import InvalidArgumentError, UnimplementedError
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
from paddle.fluid.layers.metric_op import accuracy
from paddle.fluid.layers.rnn import gru_unit
from paddle.fluid.layers.nn import relu, elementwise_add
from paddle.fluid.reader import PyReader
from paddle.fluid.io import DataLoader, get_program_persistable_vars
from paddle.fluid.clip import GradientClipBase
from paddle.fluid import Embedding, NCE, install_check, learning_rate_decay
assert relu is fluid.layers.relu and Embedding is fluid.dygraph.Embedding
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


def test_names_of_1_8_that_are_not_here():
    for name, instead in (
        ("DistributeTranspiler", "give the program to an Executor"),
        ("DatasetFactory", "read the files with a reader"),
        ("load_op_library", "paddle.autograd.PyLayer"),
    ):
        with pytest.raises(UnimplementedError, match=f"fluid.{name} is not supported: .*{instead}"):
            getattr(fluid, name)("given")
    with pytest.raises(AttributeError, match="contrib, incubate, transpiler: distributed training"):
        fluid.contrib  # noqa: B018
    with pytest.raises(AttributeError, match="PaddlePaddle's C[+][+] side"):
        fluid.core.ops  # noqa: B018
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        fluid.layers.nn.nothing  # noqa: B018
    for owner, name in ((fluid.evaluator, "EditDistance"), (fluid.metrics, "DetectionMAP")):
        with pytest.raises(UnimplementedError, match=f"{name} is not supported"):
            getattr(owner, name)()


def test_arrays_for_1_x(static_mode):
    make = fluid.create_lod_tensor
    assert np.array(make([[7], [8]], [[1, 1]], fluid.CPUPlace())).tolist() == [[7], [8]]
    assert make(np.ones((2, 3)), [], None).shape() == [2, 3]
    drawn = np.array(fluid.create_random_int_lodtensor([[1, 1, 1]], [2], None, 0, 4))
    assert drawn.shape == (3, 2) and drawn.min() >= 0 and drawn.max() <= 4
    with pytest.raises(UnimplementedError, match="feed them padded"):
        make([[1, 2], [3]], [[2, 1]], None)
    with pytest.raises(InvalidArgumentError, match="the provided lod info is invalid"):
        make([[1], [3]], [[1]], None)
    ids = fluid.layers.data("ids", [1], dtype="int64")
    (out,) = fluid.Executor().run(feed={"ids": make([[7], [8]], [[1, 1]], None)}, fetch_list=[ids + 1])
    assert out.tolist() == [[8], [9]]


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
