"""paddle.jit.save and paddle.jit.load."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import contextmanager

import numpy as np
import pytest

import paddlelite as paddle
from paddlelite import nn
from paddlelite.interpret import run_program
from paddlelite.ir import verify
from paddlelite.jit import InputSpec, TranslatedLayer, load, save, to_static
from paddlelite.nn.parameter import Parameter
from tests.formats.goldens import GOLDEN, cases
from tests.formats.test_goldens import compare


class Affine(nn.Layer):
    """One parameter of each kind: trained, frozen, a buffer."""

    def __init__(self, size=3):
        super().__init__()
        self.weight = self.create_parameter([size, 2])
        self.shift = self.create_parameter([2], is_bias=True)
        self.shift.trainable = False
        self.register_buffer("scale", paddle.to_tensor(np.full([2], 2.0, np.float32)))
        self.weight.set_value(np.arange(size * 2, dtype=np.float32).reshape(size, 2))

    def forward(self, x):
        return paddle.ops.linalg.matmul(x, self.weight) * self.scale + self.shift


class Branching(nn.Layer):
    """A branch and a loop on tensor values."""

    def __init__(self):
        super().__init__()
        self.inner = Affine()

    def forward(self, x, n):
        y = self.inner(x)
        if y.sum() > 0:
            y = y * 2
        else:
            y = y - 1
        i = paddle.zeros([], "int64")
        while i < n:
            y = y + 0.5
            i = i + 1
        return y


X = np.linspace(-1, 2, 6, dtype=np.float32).reshape(2, 3)
SPEC = [InputSpec(["batch", 3], "float32", "x")]


def test_a_layer_comes_back(tmp_path):
    layer = Affine()
    prefix = str(tmp_path / "deep" / "net")
    save(layer, prefix, SPEC)
    assert sorted(os.listdir(tmp_path / "deep")) == ["net.pdiparams", "net.pdiparams.info", "net.pdmodel"]
    loaded = load(prefix)
    assert isinstance(loaded, TranslatedLayer) and not loaded.training
    for size in (1, 2, 5):
        x = np.resize(X, (size, 3))
        got = loaded(paddle.to_tensor(x))
        np.testing.assert_allclose(got.numpy(), layer(paddle.to_tensor(x)).numpy(), rtol=1e-6)
    np.testing.assert_array_equal(loaded(X).numpy(), loaded(paddle.to_tensor(X)).numpy())
    assert sorted(loaded.state_dict()) == ["buffer_0", "param_0", "param_1"]
    assert sorted(tuple(p.shape) for p in loaded.parameters()) == [(2,), (3, 2)]
    assert [p.trainable for p in loaded.parameters()].count(True) == 1
    assert repr(loaded._input_spec()) == (
        "[InputSpec(shape=('batch', 3), dtype=paddle.float32, name=x, stop_gradient=False)]"
    )
    assert len(loaded._output_spec()) == 1 and loaded.program().op_counts()["matmul_v2"] == 1
    assert sorted(paddle.load(prefix)) == ["scale", "shift", "weight"]


@pytest.mark.parametrize("static", [False, True])
def test_control_flow_comes_back(tmp_path, static):
    layer = Branching()
    spec = [InputSpec([None, 3], "float32", "x"), InputSpec([], "int64", "n")]
    if static:
        layer = to_static(layer, input_spec=spec)
    save(layer, tmp_path / "net", None if static else spec)
    loaded = load(tmp_path / "net")
    for sign in (1, -1):
        for n in (0, 1, 3):
            arguments = paddle.to_tensor(X * sign), paddle.to_tensor(n)
            np.testing.assert_allclose(loaded(*arguments).numpy(), layer(*arguments).numpy(), rtol=1e-6)
    assert loaded.program().op_counts()["while_loop"] == 1


def test_functions(tmp_path):
    @to_static
    def double(x):
        return x * 2

    with pytest.raises(ValueError, match="No valid transformed program for function: double"):
        save(double, tmp_path / "none")
    double(paddle.to_tensor(X))
    save(double, tmp_path / "called")
    save(lambda x: [x + 1, x * 3], tmp_path / "plain", [InputSpec([2, 3])])
    assert sorted(os.listdir(tmp_path)) == ["called.pdmodel", "plain.pdmodel"]
    np.testing.assert_array_equal(load(tmp_path / "called")(X).numpy(), X * 2)
    one, two = load(tmp_path / "plain")(X)
    np.testing.assert_array_equal(two.numpy(), X * 3)
    np.testing.assert_array_equal(one.numpy(), X + 1)


def test_example_tensors_are_specs(tmp_path):
    save(Affine(), tmp_path / "net", [paddle.to_tensor(X)])
    assert load(tmp_path / "net").program().inputs[0].dims == (2, 3)
    with pytest.raises(ValueError, match=r"the input 'x' must have the shape \[2, 3\]"):
        load(tmp_path / "net")(X[0])


class Nested(nn.Layer):
    def forward(self, pair, table):
        a, b = pair
        return {"z": a + table["q"], "a": [b * 2, None, (table["p"], 7)]}


def test_nested_arguments_and_results_are_flat_in_sorted_order(tmp_path):
    one = InputSpec([2], "float32")
    save(Nested(), tmp_path / "net", [[one, one], {"q": one, "p": one}])
    loaded = load(tmp_path / "net")
    names = [value.name for value in loaded.program().inputs]
    assert names == ["pair_0", "pair_1", "table_p", "table_q"]
    a, b, p, q = (np.full(2, v, np.float32) for v in (1, 10, 100, 1000))
    got = [t.numpy().tolist() for t in loaded(a, b, p, q)]
    assert got == [[20, 20], [100, 100], [1001, 1001]]


class Methods(nn.Layer):
    def __init__(self):
        super().__init__()
        self.inner = Affine()

    @to_static(input_spec=[InputSpec([None, 3], "float32", "x")])
    def forward(self, x):
        return self.inner(x)

    @to_static(input_spec=[InputSpec([None, 3], "float32", "x")])
    def encode(self, x):
        return paddle.ops.linalg.matmul(x, self.inner.weight)

    @to_static(input_spec=[InputSpec([None], "float32", "x"), InputSpec([], "float32", "by")])
    def scale_by(self, x, by):
        return x * by


def test_other_methods(tmp_path):
    layer = Methods()
    save(layer, tmp_path / "net")
    assert sorted(os.listdir(tmp_path)) == [
        "net.encode.pdiparams",
        "net.encode.pdmodel",
        "net.pdiparams",
        "net.pdiparams.info",
        "net.pdmodel",
        "net.scale_by.pdmodel",
    ]
    loaded = load(tmp_path / "net")
    np.testing.assert_allclose(loaded(X).numpy(), layer(paddle.to_tensor(X)).numpy(), rtol=1e-6)
    np.testing.assert_allclose(loaded.encode(X).numpy(), layer.encode(paddle.to_tensor(X)).numpy(), rtol=1e-6)
    assert loaded.scale_by(X[0], np.float32(3)).numpy().tolist() == (X[0] * 3).tolist()
    assert len(loaded.parameters()) == 2  # shared by the methods
    weight = next(p for p in loaded.parameters() if len(p.shape) == 2)
    weight.set_value(np.zeros((3, 2), np.float32))
    assert loaded.encode(X).numpy().tolist() == np.zeros((2, 2)).tolist()
    with pytest.raises(ValueError, match="pass no input_spec"):
        save(layer, tmp_path / "again", SPEC)
    save(layer, tmp_path / "only", skip_forward=True)
    assert "only.pdmodel" not in os.listdir(tmp_path) and "only.encode.pdmodel" in os.listdir(tmp_path)


def test_output_spec(tmp_path):
    def function(x, unused):
        return x + 1, unused * 2

    spec = [InputSpec([2, 3], "float32", "x"), InputSpec([2], "float32", "unused")]
    save(function, tmp_path / "one", spec, output_spec=[0])
    loaded = load(tmp_path / "one")
    assert len(loaded.program().outputs) == 1 and len(loaded.program().inputs) == 2
    save(function, tmp_path / "two", spec, output_spec=[0], input_names_after_prune=["x"])
    np.testing.assert_array_equal(load(tmp_path / "two")(X).numpy(), X + 1)
    with pytest.raises(ValueError, match="'x' is needed and must be fed"):
        save(function, tmp_path / "three", spec, output_spec=[0], input_names_after_prune=["unused"])
    with pytest.raises(ValueError, match=r"has \['z'\], the inputs are \['x', 'unused'\]"):
        save(function, tmp_path / "three", spec, input_names_after_prune=["z"])
    with pytest.raises(ValueError, match="output_spec has 2, the program has 2 outputs"):
        save(function, tmp_path / "three", spec, output_spec=[2])
    assert not any(name.startswith("three") for name in os.listdir(tmp_path))


def test_saving_a_part_leaves_the_program_whole(tmp_path):
    @paddle.jit.to_static
    def function(x):
        if x.sum() > 0:
            one, two = x + 1, x * 2
        else:
            one, two = x - 1, x * 3
        return one, two

    x = paddle.to_tensor(X)
    want = [t.numpy() for t in function(x)]
    save(function, tmp_path / "part", output_spec=[0])
    np.testing.assert_array_equal(load(tmp_path / "part")(X).numpy(), want[0])
    verify(function.main_program)
    for got, w in zip(run_program(function.main_program, [X]), want):
        np.testing.assert_array_equal(got, w)


class Modes(nn.Layer):
    def __init__(self):
        super().__init__()
        self.sub = nn.Layer()

    def forward(self, x):
        return x * 2 if self.training else x * 3


def test_saved_as_in_eval_mode(tmp_path):
    layer = Modes()
    layer.sub.eval()
    save(layer, tmp_path / "net", [InputSpec([2, 3])])
    assert layer.training and not layer.sub.training
    np.testing.assert_array_equal(load(tmp_path / "net")(X).numpy(), X * 3)


def test_a_loaded_layer_can_be_trained_and_saved_again(tmp_path):
    layer = Affine()
    save(layer, tmp_path / "net", SPEC)
    loaded = load(tmp_path / "net")
    loaded.train()
    (loaded(paddle.to_tensor(X)) ** 2).sum().backward()
    (layer(paddle.to_tensor(X)) ** 2).sum().backward()
    weight = next(p for p in loaded.parameters() if p.trainable)
    np.testing.assert_allclose(weight.grad.numpy(), layer.weight.grad.numpy(), rtol=1e-5)
    weight.set_value(weight.numpy() - 0.1 * weight.grad.numpy())
    changed = loaded(X).numpy()
    save(loaded, tmp_path / "again", SPEC)
    np.testing.assert_allclose(load(tmp_path / "again")(X).numpy(), changed, rtol=1e-6)


def test_fine_tuning_gives_paddles_numbers(tmp_path):
    """Those of 3.3.1, in which train() of a loaded layer switches neither dropout on nor statistics to the batch's."""
    nn = paddle.nn
    net = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1D(4), nn.ReLU(), nn.Dropout(0.5), nn.Linear(4, 2))
    for i, p in enumerate([*net.parameters(), *net.buffers()]):
        values = np.cos(np.arange(p.size) + i).reshape(p.shape) * 0.5 + (p.ndim == 1)
        p.set_value(values.astype("float32"))
    x = paddle.to_tensor(np.sin(np.arange(24)).reshape(8, 3).astype("float32"))
    save(net, tmp_path / "net", [InputSpec([None, 3], "float32", "x")])
    loaded = load(tmp_path / "net")
    loaded.train()
    statistics = {k: p.numpy() for k, p in loaded.state_dict().items() if p.stop_gradient}
    optimizer = paddle.optimizer.Momentum(0.05, parameters=loaded.parameters())
    losses = []
    for _ in range(4):
        loss = (loaded(x) ** 2).mean()
        loss.backward()
        optimizer.step()
        optimizer.clear_grad()
        losses.append(float(loss))
    np.testing.assert_allclose(losses, [2.5596671, 1.4908528, 0.4794926, 0.021153975], rtol=1e-5)
    now = loaded.state_dict()
    assert len(statistics) == 2 and all((now[k].numpy() == v).all() for k, v in statistics.items())
    loaded.eval()
    np.testing.assert_allclose(loaded(x).numpy()[0], [-0.4055165, -0.30302137], rtol=1e-5)


def test_names_of_loaded_parameters_are_their_own(tmp_path):
    layer = Affine()
    save(layer, tmp_path / "net", SPEC)
    names = {
        p.name
        for part in (layer, load(tmp_path / "net"), load(tmp_path / "net"), Affine())
        for p in part.parameters()
    }
    assert len(names) == 8


@pytest.mark.parametrize("name", ["linear", "ifelse", "whileloop", "tensorarray", "buffers", "convbnpool"])
def test_models_of_paddlepaddle(name):
    loaded = load(GOLDEN / name / "p26")
    for inputs, outputs in cases(GOLDEN / name):
        got = loaded(*inputs)
        got = [t.numpy() for t in (got if isinstance(got, list) else [got])]
        if name == "tensorarray":
            outputs[1] = outputs[1].reshape(1)
        compare(name, got, outputs)


def test_methods_of_paddlepaddle(tmp_path):
    for path in (GOLDEN / "multifn").glob("old33.*"):
        shutil.copy(path, tmp_path)
    loaded = load(tmp_path / "old33")
    with np.load(GOLDEN / "multifn" / "io.npz") as data:
        np.testing.assert_allclose(loaded.encode(data["c0_in0"]).numpy(), data["encode_out0"], rtol=1e-5)
        scaled = loaded.scale_by(data["c0_in0"], data["scale_by_in1"])
        np.testing.assert_allclose(scaled.numpy(), data["scale_by_out0"], rtol=1e-6)


def test_folders_of_1_8():
    with np.load(GOLDEN / "_fluid185" / "io.npz") as data:
        x, y = data["in0"], data["out0"]
    loaded = load(GOLDEN / "_fluid185" / "infer_sep")
    np.testing.assert_allclose(loaded(x).numpy(), y, rtol=1e-4, atol=1e-5)
    combined = load(
        GOLDEN / "_fluid185" / "infer_comb", model_filename="__model__", params_filename="__params__"
    )
    np.testing.assert_allclose(combined(x).numpy(), y, rtol=1e-4, atol=1e-5)
    # Running statistics are no parameters, although 1.8 says nothing about them.
    assert len(list(loaded.buffers())) == 2 and all(isinstance(p, Parameter) for p in loaded.parameters())


# Refusals


class Coded(paddle.nn.Layer):
    def __init__(self):
        super().__init__()
        self.one, self.two = paddle.nn.Linear(3, 2), paddle.nn.Linear(2, 3)

    @to_static(input_spec=SPEC)
    def forward(self, x):
        return self.one(x)

    @to_static(input_spec=[InputSpec([None, 2], name="code")])
    def decode(self, code):
        return self.two(code)

    @to_static(property=True)
    def depth(self):
        return 5

    @to_static(property=True)
    def rates(self):
        return [1.5, 2.5]


def test_combined_parameters(tmp_path):
    layer = Coded()
    save(layer, tmp_path / "net", combine_params=True, clip_extra=True, separate_parameters=False)
    names = ["decode.pdiparams", "decode.pdmodel", "meta", "pdiparams", "pdiparams.info", "pdmodel"]
    assert sorted(os.listdir(tmp_path)) == [f"net.{name}" for name in names]
    written = (tmp_path / "net.meta").read_bytes()
    assert written.hex() == (
        "0a110a0b436f6465642e6465707468100220050a190a0b436f6465642e726174657310063d0000c03f3d00002040"
    )
    loaded = load(tmp_path / "net")
    np.testing.assert_array_equal(loaded(X).numpy(), layer(paddle.to_tensor(X)).numpy())
    code = paddle.rand([4, 2])
    np.testing.assert_array_equal(loaded.decode(code).numpy(), layer.decode(code).numpy())
    assert len(loaded.parameters()) == 4


def test_a_property_that_no_file_holds(tmp_path):
    class Wrong(Coded):
        @to_static(property=True)
        def depth(self):
            return {"a": 1}

    with pytest.raises(ValueError, match=r"the property Wrong.depth is \{'a': 1\}"):
        save(Wrong(), tmp_path / "net", combine_params=True)
    assert os.listdir(tmp_path) == []


def test_wrong_saves(tmp_path):
    layer = Affine()
    with pytest.raises(ValueError, match=r"additional config \(foo\) of `paddle.jit.save`"):
        save(layer, tmp_path / "net", SPEC, foo=1)
    with pytest.raises(ValueError, match="without a file_prefix"):
        save(layer, str(tmp_path) + "/", SPEC)
    with pytest.raises(
        TypeError, match="should be 'Layer' or 'Function', but received input type is <class 'int'>"
    ):
        save(3, tmp_path / "net", SPEC)
    with pytest.raises(TypeError, match="input_spec should be 'list'"):
        save(layer, tmp_path / "net", InputSpec([2, 3]))
    with pytest.raises(ValueError, match="No valid transformed program for function: forward"):
        save(layer, tmp_path / "net")
    with pytest.raises(ValueError, match=r"input_spec has 2 entries, which do not fit forward\(\)"):
        save(layer, tmp_path / "net", SPEC * 2)
    with pytest.raises(NotImplementedError, match="separate_parameters"):
        save(layer, tmp_path / "net", SPEC, separate_parameters=True)
    assert os.listdir(tmp_path) == []


@contextmanager
def somebody():
    """Without root's right to write anywhere."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_a_read_only_folder():
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        save(Affine(), f"{folder}/net", SPEC)
        os.chmod(folder, 0o555)
        with somebody(), pytest.raises(PermissionError, match="net"):
            save(Affine(), f"{folder}/net", SPEC)
        assert sorted(os.listdir(folder)) == ["net.pdiparams", "net.pdiparams.info", "net.pdmodel"]
        load(f"{folder}/net")
        os.chmod(folder, 0o755)


def test_wrong_loads(tmp_path):
    with pytest.raises(ValueError, match="to load model not exists"):
        load(tmp_path / "net")
    with pytest.raises(ValueError, match=r"additional config \(foo\) of `paddle.jit.load`"):
        load(tmp_path / "net", foo=1)
    (tmp_path / "net.json").write_text("{}")
    with pytest.raises(ValueError, match=r"There is .*net\.json, a program of PaddlePaddle 3\.x"):
        load(tmp_path / "net")


def test_wrong_calls(tmp_path):
    save(Affine(), tmp_path / "net", SPEC)
    loaded = load(tmp_path / "net")
    with pytest.raises(ValueError, match=r"forward takes 1 inputs \(x\), not 0"):
        loaded()
    with pytest.raises(ValueError, match="the input 'x' must be float32, but received int64"):
        loaded(np.ones((2, 3), np.int64))
    with pytest.raises(
        ValueError, match=r"the input 'x' must have the shape \[-1, 3\], but received \[2, 4\]"
    ):
        loaded(np.ones((2, 4), np.float32))
    with pytest.raises(ValueError, match="The method `encode` does not exist"):
        loaded.program("encode")


def test_whole_numbers_that_no_float_holds_are_saved(tmp_path):
    scaled = paddle.jit.to_static(
        lambda n: n * 9223372036854775807 - 16777217,
        input_spec=[paddle.static.InputSpec([], "int64", "n")],
    )
    paddle.jit.save(scaled, str(tmp_path / "scaled"))
    loaded = paddle.jit.load(str(tmp_path / "scaled"))
    assert loaded(paddle.to_tensor(1)).item() == 9223372036854775807 - 16777217
