"""Sets of model files: what is written, sets that do not belong together, damage, and things no file can hold."""

from __future__ import annotations

import os
import pickle
import shutil

import numpy as np
import pytest

import paddlelite as paddle
from paddlelite import dims as D
from paddlelite.dtypes import float32, int32, int64
from paddlelite.errors import UnimplementedError
from paddlelite.export.pdmodel import (
    ModelPaths,
    ModelToWrite,
    companions,
    find_model,
    read_desc,
    read_model,
    write_models,
)
from paddlelite.export.schema import attr_value, op_schema, op_versions
from paddlelite.framework.io import load
from paddlelite.interpret import run_program
from paddlelite.nn.parameter import Parameter
from paddlelite.op import OPS, Spec, op
from paddlelite.ops.control import cond, while_loop
from paddlelite.ops.linalg import matmul

from .goldens import GOLDEN
from .programs import PROGRAMS, X, capture


def parameter(name, array, trainable=True):
    array = np.asarray(array, np.float32)
    made = Parameter(list(array.shape), "float32", name=name, trainable=trainable)
    made._data = array
    return made


def write(program, prefix, **structured):
    write_models([ModelToWrite(program, str(prefix))], f"{prefix}.pdiparams.info", structured, {})
    return read_model(ModelPaths.of_prefix(str(prefix)))


def linear(scale=1.0):
    w = parameter("fc.w_0", np.full((3, 2), scale))
    return capture(lambda x: matmul(x, w), x=((D.symbol("batch"), 3), float32))


def test_what_is_written(tmp_path):
    w, bn = parameter("fc.w_0", np.ones((3, 2))), paddle.to_tensor(np.zeros(2, np.float32))
    bn.name, bn.persistable = "bn.mean", True
    frozen = parameter("a_first.b_0", np.ones(2), trainable=False)
    program = capture(lambda x: matmul(x, w) + bn + frozen, x=((D.symbol("batch"), 3), float32))
    model = write(program, tmp_path / "sub" / "net", **{"fc.w_0": "fc.weight"})
    assert sorted(os.listdir(tmp_path / "sub")) == ["net.pdiparams", "net.pdiparams.info", "net.pdmodel"]
    info = pickle.loads((tmp_path / "sub" / "net.pdiparams.info").read_bytes())
    assert info == {
        "a_first.b_0": {"structured_name": "a_first.b_0", "stop_gradient": True, "trainable": False},
        "bn.mean": {"structured_name": "bn.mean", "stop_gradient": True},
        "fc.w_0": {"structured_name": "fc.weight", "stop_gradient": False, "trainable": True},
    }
    assert model.inputs == ["x"] and list(model.tensors) == sorted(model.tensors)
    assert str(model.program.inputs[0].dims[0]) == "batch"
    assert isinstance(model.tensors["fc.w_0"], Parameter) and not isinstance(
        model.tensors["bn.mean"], Parameter
    )
    np.testing.assert_array_equal(run_program(model.program, [X])[0], X @ np.ones((3, 2), np.float32) + 1)
    assert list(load(str(tmp_path / "sub" / "net"))) == ["a_first.b_0", "bn.mean", "fc.weight"]


def test_the_safe_writer_profile(tmp_path):
    model = GOLDEN / "ifelse" / "p26"
    write(read_model(find_model(str(model))).program, tmp_path / "m")
    desc = read_desc(str(tmp_path / "m.pdmodel"))
    assert desc.version.version == 2006002
    assert {p.op_name: p.op_version.version for p in desc.op_version_map.pair} == op_versions() and len(
        op_versions()
    ) == 68
    main = desc.blocks[0]
    assert [v.name for v in main.vars[-2:]] == ["feed", "fetch"] and all(
        v.persistable for v in main.vars[-2:]
    )
    assert [v.name for v in main.vars[:-2]] == sorted(v.name for v in main.vars[:-2])
    declared = {v.name for b in desc.blocks for v in b.vars}
    for block in desc.blocks:
        for one in block.ops:
            schema = op_schema(one.type)
            assert {s.parameter for s in one.inputs} >= {s.name for s in schema.inputs}
            assert {a.name for a in one.attrs} >= set(schema.attrs)
            assert {name for s in (*one.inputs, *one.outputs) for name in s.arguments} <= declared
    columns = [attr_value(a) for o in main.ops if o.type == "feed" for a in o.attrs if a.name == "col"]
    assert columns == sorted(columns, reverse=True)


def test_no_parameters_no_parameter_files(tmp_path):
    program = capture(lambda x: x * 2.0, x=((2, 3), float32))
    model = write(program, tmp_path / "net")
    assert os.listdir(tmp_path) == ["net.pdmodel"]
    # Left over files of an earlier model of that name are not this one's.
    shutil.copy(GOLDEN / "linear" / "p26.pdiparams", tmp_path / "net.pdiparams")
    (tmp_path / "net.pdiparams.info").write_bytes(b"damaged")
    assert read_model(ModelPaths.of_prefix(str(tmp_path / "net"))).tensors == {}
    np.testing.assert_array_equal(run_program(model.program, [X])[0], X * 2)


def test_special_outputs(tmp_path):
    """An input, a parameter, one value twice, a constant, and an input nothing reads."""
    w = parameter("w_0", [1.0, 2.0])

    def function(x, unused):
        y = x + 1.0
        return [x, w, y, y, paddle.to_tensor([[1, 2], [3, 5]]), paddle.full([3], 7, "float32"), x]

    program = capture(function, x=((2, 3), float32), unused=((1,), int64))
    model = write(program, tmp_path / "net")
    assert model.inputs == ["x", "unused"] and len(set(model.outputs)) == 7
    before, after = (run_program(p, [X, np.zeros(1, np.int64)]) for p in (program, model.program))
    for a, b in zip(before, after, strict=True):
        assert a.dtype == b.dtype
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(
    "dtype", "bool uint8 int8 int16 int32 int64 float16 bfloat16 float32 float64 complex64".split()
)
@pytest.mark.parametrize(
    "array", [3, [1, 0, 1], [[2, 2], [2, 2]], np.zeros((0, 2)), np.arange(3000)], ids=repr
)
def test_constants(dtype, array, tmp_path):
    constant = paddle.to_tensor(np.asarray(array)).astype(dtype)
    program = capture(lambda x: [x, paddle.ops.creation.assign(constant)], x=((2, 3), float32))
    model = write(program, tmp_path / "net")
    got = run_program(model.program, [X])[1]
    assert got.dtype == constant._data.dtype and got.shape == constant._data.shape
    np.testing.assert_array_equal(got, constant._data)


# Control flow


@pytest.mark.parametrize("name", PROGRAMS)
def test_control_flow(name, tmp_path):
    make, inputs = PROGRAMS[name]
    program = make()
    model = write(program, tmp_path / "net")
    for feeds in inputs:
        for a, b in zip(run_program(program, feeds), run_program(model.program, feeds), strict=True):
            assert a.dtype == b.dtype
            np.testing.assert_array_equal(a, b)


def test_random_ops_leave_the_generator_out(tmp_path):
    def function(x, n):
        def body(i, x):
            return [i + 1, x + paddle.rand([2, 3])]

        y = x + paddle.rand([2, 3])
        (z,) = cond(n > 2, lambda: [y * paddle.rand([2, 3])], lambda: [y])
        return while_loop(lambda i, x: i < n, body, [n * 0, z])[1]

    program = capture(function, x=((2, 3), float32), n=((), int64))
    model = write(program, tmp_path / "net")
    desc = read_desc(str(tmp_path / "net.pdmodel"))
    assert not {o.type for b in desc.blocks for o in b.ops} & {"rng_advance"}
    assert os.listdir(tmp_path) == ["net.pdmodel"]
    got = run_program(model.program, [X, np.array(3, np.int64)])[0]
    assert got.shape == (2, 3) and (got != X).all()


# Sets that do not belong together


def saved_pair(tmp_path):
    write(linear(1.0), tmp_path / "a")
    write(linear(2.0), tmp_path / "b")
    return tmp_path / "a", tmp_path / "b"


@pytest.mark.parametrize("suffix", [".pdiparams", ".pdiparams.info"])
def test_files_of_two_times_are_refused(tmp_path, suffix):
    a, b = saved_pair(tmp_path)
    if suffix.endswith("info"):
        (tmp_path / "b.pdiparams.info").write_bytes(
            pickle.dumps({"fc.w_0": {"structured_name": "x", "stop_gradient": False, "trainable": True}}, 2)
        )
    shutil.copy(f"{b}{suffix}", f"{a}{suffix}")
    with pytest.raises(ValueError, match=r"a\.pdmodel and .*were not written together"):
        read_model(ModelPaths.of_prefix(str(a)))
    with pytest.raises(ValueError, match="were not written together"):
        load(str(a))
    os.unlink(f"{a}{suffix}")
    with pytest.raises(ValueError, match="was saved together with .*which is missing"):
        read_model(ModelPaths.of_prefix(str(a)))


def test_a_damaged_parameter_is_noticed(tmp_path):
    a, _ = saved_pair(tmp_path)
    raw = bytearray((tmp_path / "a.pdiparams").read_bytes())
    raw[-1] ^= 1
    (tmp_path / "a.pdiparams").write_bytes(raw)
    with pytest.raises(ValueError, match=r"a\.pdiparams is damaged"):
        read_model(ModelPaths.of_prefix(str(a)))


def test_sets_of_paddlepaddle_are_compared_by_names_shapes_and_dtypes(tmp_path):
    for model, other in (("linear", "embedding"), ("linear", "mynet"), ("buffers", "linear")):
        for suffix in (".pdmodel", ".pdiparams.info"):
            shutil.copy(GOLDEN / model / f"p26{suffix}", tmp_path / f"m{suffix}")
        shutil.copy(GOLDEN / other / "p26.pdiparams", tmp_path / "m.pdiparams")
        with pytest.raises(ValueError, match=r"m\.pdiparams"):
            read_model(ModelPaths.of_prefix(str(tmp_path / "m")))
    os.unlink(tmp_path / "m.pdiparams")
    with pytest.raises(ValueError, match=r"m\.pdiparams, the parameters of .*does not exist"):
        read_model(ModelPaths.of_prefix(str(tmp_path / "m")))


def test_methods_of_two_times_are_refused(tmp_path):
    prefix = str(tmp_path / "net")

    def both(scale):
        models = [ModelToWrite(linear(scale), prefix), ModelToWrite(linear(scale), prefix + ".encode")]
        write_models(models, prefix + ".pdiparams.info", {}, {})

    both(1.0)
    old = (tmp_path / "net.encode.pdmodel").read_bytes()
    assert companions(prefix, read_model(ModelPaths.of_prefix(prefix)).extra) == ["encode"]
    both(2.0)
    (tmp_path / "net.encode.pdmodel").write_bytes(old)
    with pytest.raises(
        ValueError, match=r"net\.encode\.pdmodel, which is missing or was written at another time"
    ):
        companions(prefix, read_model(ModelPaths.of_prefix(prefix)).extra)
    # A model of another name that begins alike is none of its methods.
    both(1.0)
    write(linear(3.0), tmp_path / "net.other")
    assert companions(prefix, read_model(ModelPaths.of_prefix(prefix)).extra) == ["encode"]


def test_nothing_is_written_when_something_fails(tmp_path, monkeypatch):
    a, _ = saved_pair(tmp_path)
    before = {name: (tmp_path / name).read_bytes() for name in os.listdir(tmp_path)}
    for number in range(3):  # the disk is full at the first, second, third file
        calls = []

        def full(handle, calls=calls, number=number):
            calls.append(handle)
            if len(calls) > number:
                raise OSError(28, "No space left on device")

        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", full)
            with pytest.raises(OSError, match="No space left on device") as caught:
                write(linear(5.0), a)
        assert str(tmp_path / "a.pd") in caught.value.filename
        assert {name: (tmp_path / name).read_bytes() for name in os.listdir(tmp_path)} == before


def test_a_stop_between_two_renames_is_noticed(tmp_path, monkeypatch):
    a, _ = saved_pair(tmp_path)
    real, done = os.replace, []

    def replace(source, target):
        if done:
            raise KeyboardInterrupt
        done.append(target)
        real(source, target)

    monkeypatch.setattr(os, "replace", replace)
    with pytest.raises(KeyboardInterrupt):
        write(linear(5.0), a)
    monkeypatch.undo()
    assert sorted(os.listdir(tmp_path)) == sorted(
        f"{x}{s}" for x in "ab" for s in (".pdmodel", ".pdiparams", ".pdiparams.info")
    )
    with pytest.raises(ValueError, match="were not written together"):
        read_model(ModelPaths.of_prefix(str(a)))


def _ops(desc, type):
    return [o for b in desc.blocks for o in b.ops if o.type == type]


def test_division_of_integers_in_a_file(tmp_path):
    """PaddlePaddle's op divides as C does; here the quotient of integers is a float, and is written as such."""
    x, y = np.array([7, -7, 8, -8], np.int32), np.array([2, 2, -3, 3], np.int32)
    program = capture(lambda x, y: [x * y, x / y], x=((4,), int32), y=((4,), int32))
    model = write(program, tmp_path / "net")
    np.testing.assert_allclose(run_program(model.program, [x, y])[1], x / y, rtol=1e-6)
    desc = read_desc(str(tmp_path / "net.pdmodel"))
    _ops(desc, "elementwise_mul")[0].type = "elementwise_div"
    (tmp_path / "net.pdmodel").write_bytes(desc.encode())
    again = read_model(ModelPaths.of_prefix(str(tmp_path / "net")))
    assert run_program(again.program, [x, y])[0].tolist() == [3, -3, -2, -2]


# What no file can hold


@pytest.fixture
def own_ops():
    """Ops that PaddlePaddle does not have; gone again after the test."""
    before = set(OPS)

    @op("only_here")
    def only_here(X):
        return X

    only_here.infer(lambda X: Spec(X.dims, X.dtype))

    @op("in_terms_of_others")
    def in_terms(X):
        return X * 2

    in_terms.infer(lambda X: Spec(X.dims, X.dtype))
    in_terms.decompose(lambda X: X + X)
    yield only_here, in_terms
    for name in set(OPS) - before:
        del OPS[name]


def test_ops_without_a_file_form_are_listed_at_once(tmp_path, own_ops):
    only_here, in_terms = own_ops
    program = capture(lambda x: [in_terms(only_here(only_here(x)))], x=((2, 3), float32))
    with pytest.raises(UnimplementedError, match=r"op only_here.*test_model_files\.py:\d+ \(\dx\)"):
        write(program, tmp_path / "net")
    assert os.listdir(tmp_path) == []
    model = write(capture(lambda x: in_terms(x), x=((2, 3), float32)), tmp_path / "net")
    np.testing.assert_array_equal(run_program(model.program, [X])[0], X * 2)


def test_names_are_checked(tmp_path):
    with pytest.raises(ValueError, match="the input name 'feed' is empty, reserved or used twice"):
        write(capture(lambda feed: feed * 2.0, feed=((2, 3), float32)), tmp_path / "net")
    w, v = parameter("same", [1.0]), parameter("same", [2.0])
    with pytest.raises(ValueError, match="the parameter name 'same' is empty, reserved or used twice"):
        write(capture(lambda x: x * w * v, x=((2, 3), float32)), tmp_path / "net")


def test_the_users_line_is_kept(tmp_path):
    model = write(linear(), tmp_path / "net")
    assert model.program.block.nodes[0].source[0].endswith("test_model_files.py")
    assert model.program.block.nodes[0].source[1] > 0
    raw = (tmp_path / "net.pdmodel").read_bytes()
    assert b"tests/formats/test_model_files.py" in raw and str(tmp_path.home()).encode() not in raw
