"""Points 5 and 6 of the compiler's issue: PaddlePaddle's surface, and looking inside."""

from __future__ import annotations

import copy
import inspect
import logging
import os
import pickle

import numpy as np
import onnxruntime
import pytest

import paddlelite as paddle
from paddlelite import nn
from paddlelite.jit import InputSpec, StaticFunction, to_static

X = paddle.to_tensor([[1.0, 2.0]])


@to_static
def module_level(x):
    if x.sum() > 0:
        return x
    return -x


class Net(nn.Layer):
    def __init__(self, k=2.0):
        super().__init__()
        self.fc, self.k = nn.Linear(2, 2), k

    def forward(self, x):
        if x.sum() > 0:
            return self.fc(x) * self.k
        return x


class Methods(Net):
    @to_static(input_spec=[InputSpec([None, 2], "float32", "img")])
    def encode(self, x):
        return self.fc(x) if x.sum() > 0 else x

    @to_static(input_spec=[InputSpec([None, 2], "float32", "z"), InputSpec([], "float32", "scale")])
    def decode(self, x, scale):
        return {"out": x * scale}

    @to_static(property=True)
    def version(self):
        return {"name": "three"}


def test_names_are_paddles():
    names = "save load to_static ignore_module TranslatedLayer set_code_level set_verbosity not_to_static"
    assert {*names.split(), "enable_to_static"} <= set(paddle.jit.__all__)


def test_what_users_ask_of_a_static_function():
    f = to_static(lambda x, k=2: x * k if x.sum() > 0 else x)
    f(X)
    assert f.get_traced_count() == 1 and len(f.program_cache.concrete_programs()) == 1
    program, runner = f.get_concrete_program(X)
    assert program is f.concrete_program and runner is program.run
    assert program.main_program is f.main_program and not program.startup_program.block.nodes
    assert [v.name for v in f.inputs] == [v.name for v in program.inputs] == ["x"]
    assert len(f.outputs) == len(program.outputs) == 1
    assert f.function_spec.args_name == ["x", "k"] and f.function_spec.input_spec is None
    assert f.function_spec.dygraph_function is f.dygraph_function and not f.is_property
    assert f.class_instance is None and f.rollback() is f.dygraph_function

    net = to_static(Net(), input_spec=[InputSpec([None, 2], name="img")])
    assert net.forward.concrete_program.parameters == [net.fc.weight, net.fc.bias]
    assert net.forward.function_spec.flat_input_spec == [InputSpec([None, 2], name="img")]
    assert net.forward.class_instance is net
    forward = net.forward
    assert forward.rollback() == net.forward and not isinstance(net.forward, StaticFunction)


def test_options():
    strategy = paddle.static.BuildStrategy()
    f = to_static(lambda x: x + 1, None, strategy, "CINN", full_graph=True)
    assert f(X).numpy().tolist() == [[2, 3]]
    decorator = to_static(input_spec=[InputSpec([None, 2])], full_graph=True)
    assert decorator(lambda x: x * 2)(X).numpy().tolist() == [[2, 4]]
    for error, text, options in (
        (TypeError, "shall be `paddle.static.BuildStrategy`, but received int", {"build_strategy": 3}),
        (ValueError, "Unknown backend xx", {"backend": "xx"}),
        (TypeError, "full_graph=...\\) takes a bool, not int", {"full_graph": 3}),
        (TypeError, "unexpected arguments \\['other'\\]", {"other": 1}),
        (
            TypeError,
            "should be one of \\(tuple, list\\), but received InputSpec",
            {"input_spec": InputSpec([1])},
        ),
    ):
        with pytest.raises(error, match=text):
            to_static(lambda x: x, **options)


def test_methods_of_one_layer_are_saved_together(tmp_path):
    paddle.seed(1)
    net = to_static(Methods(), input_spec=[InputSpec([None, 2], "float32", "x")])
    assert net.version() == {"name": "three"} and net.version.is_property
    paddle.jit.save(net, str(tmp_path / "net"))
    assert sorted(os.listdir(tmp_path)) == [
        "net.decode.pdmodel",
        "net.encode.pdiparams",
        "net.encode.pdmodel",
        "net.pdiparams",
        "net.pdiparams.info",
        "net.pdmodel",
    ]
    loaded = paddle.jit.load(str(tmp_path / "net"))
    for x in (X, -X, paddle.ones([5, 2])):
        np.testing.assert_allclose(loaded(x).numpy(), net(x).numpy(), rtol=1e-6)
        np.testing.assert_allclose(loaded.encode(x).numpy(), net.encode(x).numpy(), rtol=1e-6)
        scale = paddle.to_tensor(3.0)
        np.testing.assert_allclose(loaded.decode(x, scale).numpy(), x.numpy() * 3, rtol=1e-6)


def test_hooks_of_the_outermost_layer_are_saved(tmp_path):
    net = Net()
    net.register_forward_pre_hook(lambda layer, inputs: (inputs[0] * 3,))
    net.register_forward_post_hook(
        lambda layer, inputs, output: output + 1 if output.sum() > 0 else output - 1
    )
    want = net(X).numpy(), net(-X).numpy()
    for number, layer in enumerate((net, to_static(copy.deepcopy(net)))):
        path = str(tmp_path / str(number))
        paddle.jit.save(layer, path, [InputSpec([None, 2])], with_hook=True)
        loaded = paddle.jit.load(path)
        np.testing.assert_allclose(loaded(X).numpy(), want[0], rtol=1e-6)
        np.testing.assert_allclose(loaded(-X).numpy(), want[1], rtol=1e-6)
        paddle.onnx.export(layer, path, [InputSpec([None, 2])])
        session = onnxruntime.InferenceSession(path + ".onnx")
        (got,) = session.run(None, {session.get_inputs()[0].name: X.numpy()})
        np.testing.assert_allclose(got, want[0], rtol=1e-6)


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda net: pickle.loads(pickle.dumps(net))])
@pytest.mark.parametrize("kind", [Net, Methods])
def test_copies_are_layers_of_their_own(copied, kind):
    net = to_static(kind(3.0))
    want = net(X).numpy()
    twin = copied(net)
    assert isinstance(twin.forward, StaticFunction) and twin.forward.class_instance is twin
    np.testing.assert_allclose(twin(X).numpy(), want)
    twin.k = 0.0
    twin.fc.weight.set_value(twin.fc.weight * 0)
    assert not twin(X).numpy().any()
    np.testing.assert_allclose(net(X).numpy(), want)


def test_a_function_of_a_module_is_pickled_by_its_name():
    assert pickle.loads(pickle.dumps(module_level)) is module_level
    assert copy.deepcopy(module_level)(-X).numpy().tolist() == X.numpy().tolist()


def test_code_and_explain():
    def f(x, n, flag=True):
        if flag:
            x = x + 1
        for i in range(n):
            if x.sum() > 10:
                break
            x = x * 2 if i > 0 and x.sum() > 0 else x
        return x

    static = to_static(f)
    first = f.__code__.co_firstlineno
    assert "not captured yet" in static.explain()
    static(X, paddle.to_tensor(3))
    assert "_jit.for_(" in static.code and "_jit.if_(flag" in static.code
    compile(static.code, "<code>", "exec")
    lines = static.explain().splitlines()
    assert f"  line {first + 1}: if stays Python" in lines
    assert f"  line {first + 3}: for became a while_loop" in lines
    assert f"  line {first + 4}: if became a cond" in lines
    assert f"  line {first + 6}: conditional expression became a cond" in lines
    assert lines[-1] == "  capture 1: first call"
    assert "while_loop" in str(static.main_program)
    with pytest.raises(ValueError, match="not available"):
        to_static(eval("lambda x: x")).code


def test_logs(caplog, capsys):
    with pytest.raises(TypeError, match="Level is not an integer: a"):
        paddle.jit.set_verbosity("a")
    with pytest.raises(TypeError, match="Level is not an integer: a"):
        paddle.jit.set_code_level("a")

    @to_static
    def logged(x, k):
        return x * k if x.sum() > 0 else x

    paddle.jit.set_verbosity(1)
    paddle.jit.set_code_level(also_to_stdout=True)
    try:
        with caplog.at_level(logging.INFO):
            logged(X, 2)
            logged(X, 3)
            logged(X, 3)
    finally:
        paddle.jit.set_verbosity(0)
        paddle.jit.set_code_level(0)
    said = [record.getMessage() for record in caplog.records]
    assert len(said) == 4 and said[0].endswith("first call") and "logged() (" in said[0]
    assert said[2].endswith("`k` is 3, and was 2 before")
    assert "_jit.ifexp(" in said[1] and "_jit.ifexp(" in capsys.readouterr().out
    logged(X, 4)
    assert len(caplog.records) == 4


def test_a_module_can_be_left_alone():
    import types

    module = types.ModuleType("left_alone")
    exec("def branch(x):\n    return x if x.sum() > 0 else -x", module.__dict__)
    with pytest.raises(TypeError):
        paddle.jit.ignore_module(3)
    paddle.jit.ignore_module([module])
    with pytest.raises(paddle.errors.CaptureError):
        to_static(lambda x: module.branch(x))(X)


def test_the_api_module():
    from paddlelite.jit import api
    from paddlelite.jit.api import ignore_module, load, save, to_static

    assert (to_static, save, load, ignore_module) == (
        paddle.jit.to_static, paddle.jit.save, paddle.jit.load, paddle.jit.ignore_module,
    )  # fmt: skip
    assert all(getattr(api, name) is getattr(paddle.jit, name) for name in paddle.jit.__all__)


def test_switches_take_what_paddles_take():
    for function, names in (
        (paddle.jit.to_static, ["function", "input_spec", "build_strategy", "backend", "kwargs"]),
        (paddle.jit.save, ["layer", "path", "input_spec", "configs"]),
        (paddle.jit.load, ["path", "configs"]),
        (paddle.jit.set_code_level, ["level", "also_to_stdout"]),
        (paddle.jit.set_verbosity, ["level", "also_to_stdout"]),
        (paddle.jit.enable_to_static, ["enable_to_static_bool"]),
        (paddle.jit.not_to_static, ["func"]),
        (paddle.jit.ignore_module, ["modules"]),
    ):
        assert list(inspect.signature(function).parameters) == names
    with pytest.raises(TypeError, match="enable_to_static"):
        paddle.jit.enable_to_static("no")

    @paddle.jit.not_to_static()
    def plain(x):
        return x + 1

    assert to_static(lambda x: plain(x) if x.sum() > 0 else x)(X).numpy().tolist() == [[2, 3]]


def test_a_function_that_is_switched_off_runs_eagerly_and_is_captured_again():
    net = to_static(Net())
    paddle.jit.enable_to_static(False)
    try:
        want = net(X).numpy()
        assert len(net.forward.program_cache) == 0
    finally:
        paddle.jit.enable_to_static(True)
    np.testing.assert_allclose(net(X).numpy(), want, rtol=1e-6)
    assert len(net.forward.program_cache) == 1
