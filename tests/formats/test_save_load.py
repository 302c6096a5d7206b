"""paddle.save and paddle.load: the layout of FORMATS, exchange with PaddlePaddle's files, and refusals."""

from __future__ import annotations

import collections
import io
import os
import pickle
import resource
import subprocess
import sys

import ml_dtypes
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import paddlelite as paddle
from paddlelite.framework import io as framework_io
from paddlelite.framework.io import load, save
from paddlelite.tensor.tensor import Tensor

from .goldens import GOLDEN

STATE = GOLDEN / "_state"
RELEASES = ["p26", "p33"]


def tensor(values, name=None, dtype=None):
    t = paddle.to_tensor(np.asarray(values), dtype=dtype)
    if name:
        t.name = name
    return t


def saved(obj, **kwargs):
    buffer = io.BytesIO()
    save(obj, buffer, **kwargs)
    return buffer.getvalue()


def again(obj, load_kwargs=None, **kwargs):
    return load(io.BytesIO(saved(obj, **kwargs)), **(load_kwargs or {}))


def same(a, b):
    """Equal structure, types, dtypes and values; tensors by their data and names."""
    assert type(a) is type(b), (type(a), type(b))
    if isinstance(a, Tensor):
        assert a.name == b.name and a.dtype is b.dtype
        np.testing.assert_array_equal(a._data, b._data)
    elif isinstance(a, dict):
        assert list(a) == list(b)
        for key in a:
            same(a[key], b[key])
    elif isinstance(a, (list, tuple)):
        assert len(a) == len(b)
        for x, y in zip(a, b):
            same(x, y)
    elif isinstance(a, np.ndarray):
        assert a.dtype == b.dtype
        np.testing.assert_array_equal(a, b)
    else:
        assert a == b


# What PaddlePaddle wrote


@pytest.mark.parametrize("release", RELEASES)
def test_state_dicts_of_paddlepaddle(release):
    found = load(STATE / release / "m.pdparams")
    assert all(isinstance(value, Tensor) for value in found.values())
    assert "StructuredToParameterName@@" not in found
    kept = load(str(STATE / release / "m.pdparams"), keep_name_table=True)
    table = kept.pop("StructuredToParameterName@@")
    assert {key: t.name for key, t in found.items()} == table
    assert [t.stop_gradient for t in found.values()] == [True] * len(found)
    arrays = load(STATE / release / "m.pdparams", return_numpy=True)
    for key, array in arrays.items():
        assert isinstance(array, np.ndarray) and array.dtype == found[key]._data.dtype
        np.testing.assert_array_equal(array, found[key]._data)


@pytest.mark.parametrize("name", sorted(p.name for p in (STATE / "p26").iterdir()))
def test_both_releases_mean_the_same(name):
    old, new = load(STATE / "p26" / name), load(STATE / "p33" / name)
    if name == "dtypes.pd":  # 2.6.2 cannot make the empty tensor that 3.3.1 has there
        assert list(new.pop("z").shape) == [0, 3] and old.pop("z") is not None

    # Tensors that are not parameters are numbered anew in each process and release.
    def strip(tree):
        if isinstance(tree, Tensor):
            return tree._data
        if isinstance(tree, dict):
            return {k: strip(v) for k, v in tree.items()}
        if isinstance(tree, (list, tuple)):
            return type(tree)(strip(v) for v in tree)
        return tree

    same(strip(old), strip(new))


def test_optimizer_state_of_paddlepaddle():
    adam = load(STATE / "p26" / "adam.pdopt")
    scheduler = adam.pop("LR_Scheduler")
    assert {"last_epoch", "last_lr"} <= set(scheduler)
    assert any(key.endswith("_moment1_0") for key in adam)
    assert [list(t.shape) for key, t in adam.items() if "beta1_pow" in key][0] == [1]
    assert load(STATE / "p26" / "sgd.pdopt") == {}


@pytest.mark.parametrize("release", RELEASES)
def test_bfloat16_of_paddlepaddle(release):
    found = load(STATE / release / "bf16.pd")
    leaves = found.values() if isinstance(found, dict) else [found]
    assert [t.dtype for t in leaves if isinstance(t, Tensor)] == [paddle.bfloat16] * len(list(leaves))


@pytest.mark.parametrize("release", RELEASES)
def test_binary_tensor_of_paddlepaddle(release):
    raw = (STATE / release / "tensor_bin.pd").read_bytes()
    t = load(STATE / release / "tensor_bin.pd")
    assert isinstance(t, Tensor)
    assert saved(t, use_binary_format=True) == raw
    np.testing.assert_array_equal(load(io.BytesIO(raw), return_numpy=True), t._data)


@pytest.mark.parametrize(
    "path", ["dy/m.pdparams", "dy/m.pdopt", "static_save/m.pdparams", "static_save/m.pdopt"]
)
def test_files_of_1_8(path):
    found = load(GOLDEN / "_fluid185" / path)
    assert found and all(isinstance(t, Tensor) for t in found.values())


def test_our_state_dict_is_paddlepaddles_byte_for_byte():
    raw = (STATE / "p26" / "m.pdparams").read_bytes()
    ours = saved(load(STATE / "p26" / "m.pdparams"))
    mine, theirs = pickle.loads(ours), pickle.loads(raw)
    same(mine, theirs)
    # The same opcodes but for the memo, which ours keeps free of the data.
    assert b"numpy._core" not in ours and b"numpy.core.multiarray" in ours


# The layout


def test_state_dict_rule():
    w = tensor([1.0, 2.0], "fc.w_0")
    assert pickle.loads(saved({"w": w, "lr": {"last_lr": 0.1, "x": [1, (2,)]}})).keys() == {
        "w", "lr", "StructuredToParameterName@@"
    }  # fmt: skip
    raw = pickle.loads(saved({"w": w, "epoch": 3}))
    assert raw["epoch"] == 3 and raw["w"][0] == "fc.w_0"
    np.testing.assert_array_equal(raw["w"][1], [1, 2])
    assert pickle.loads(saved({})) == {"StructuredToParameterName@@": {}}
    assert type(pickle.loads(saved(collections.OrderedDict(w=w)))) is dict
    assert type(pickle.loads(saved(collections.OrderedDict(w=w, n=1)))) is collections.OrderedDict
    nested = pickle.loads(saved({"w": w, "more": {"w": w}}))
    assert nested["more"]["w"][0] == "fc.w_0"


@pytest.mark.parametrize("protocol", [2, 3, 4])
def test_everything_comes_back(protocol):
    t = tensor(np.arange(6, dtype=np.float32).reshape(2, 3), "a.w_0")
    scalar = tensor(np.float64(3.5), "scalar")
    tree = {
        "model": {"w": t, "s": scalar},
        "list": [t, 1, 2.5, None, "text", b"bytes", True, (t, "x")],
        "ordered": collections.OrderedDict(a=t, b=2),
        "number": np.float32(7),
        "complex": 1 + 2j,
        "set": {1, 2},
        "array": np.ones((2, 2), np.int8),
        "text array": np.array(["a", "bcd"]),
    }
    same(again(tree, protocol=protocol), tree)


@pytest.mark.parametrize(
    "dtype", "bool uint8 int8 int16 int32 int64 float16 float32 float64 complex64 complex128".split()
)
@pytest.mark.parametrize("shape", [(), (0,), (3, 2)])
def test_dtypes(dtype, shape):
    t = paddle.to_tensor(np.ones(shape, dtype))
    for protocol in (2, 4):
        back = again({"x": t}, protocol=protocol)["x"]
        assert back.dtype is t.dtype and list(back.shape) == list(shape)
        np.testing.assert_array_equal(back._data, t._data)
    binary = again(t, use_binary_format=True)
    assert binary.dtype is t.dtype
    np.testing.assert_array_equal(binary._data, t._data)


def test_bfloat16_is_stored_by_its_bits():
    t = tensor(np.array([1.5, -2.0], ml_dtypes.bfloat16))
    assert pickle.loads(saved({"x": t}))["x"].dtype == np.uint16
    assert again({"x": t})["x"].dtype is paddle.bfloat16
    assert again([t])[0]._data.tolist() == [1.5, -2.0]


def test_arrays_stay_arrays_beside_tensors_and_become_tensors_alone():
    t = tensor([1.0], "t")
    assert isinstance(again([np.ones(2), t])[0], np.ndarray)
    assert isinstance(again([np.ones(2), 3])[0], Tensor)
    assert isinstance(again([np.ones(2, np.uint32)])[0], np.ndarray)


def test_large_tensors_are_split_in_protocols_2_and_3(monkeypatch):
    monkeypatch.setattr(framework_io, "_SPLIT_BYTES", 40)
    w = tensor(np.arange(24, dtype=np.float32).reshape(4, 6), "w")
    raw = pickle.loads(saved({"w": w, "b": tensor([1.0], "b")}, protocol=2))
    assert sorted(raw) == [
        "StructuredToParameterName@@",
        "UnpackBigParamInfor@@",
        "b",
        "w@@.0",
        "w@@.1",
        "w@@.2",
    ]
    assert raw["UnpackBigParamInfor@@"] == {
        "w": {"OriginShape": (4, 6), "slices": ["w@@.0", "w@@.1", "w@@.2"]}
    }
    assert "UnpackBigParamInfor@@" not in pickle.loads(saved({"w": w}, protocol=4))
    back = again({"w": w}, protocol=3)
    assert list(back) == ["w"]
    same(back["w"], w)


def test_shared_containers_stay_shared():
    inner = [1]
    back = again({"a": inner, "b": inner})
    assert back["a"] is back["b"]


# Refusals


@pytest.mark.parametrize(
    "protocol, message", [(5, "1<'protocol'<5"), (1, "1<'protocol'<5"), ("2", "MUST be `int`")]
)
def test_wrong_protocol(protocol, message):
    with pytest.raises(ValueError, match=message):
        save({}, io.BytesIO(), protocol=protocol)


def test_wrong_arguments(tmp_path):
    with pytest.raises(ValueError, match=r"additional config \(foo\) of `paddle.save`"):
        save({}, io.BytesIO(), foo=1)
    with pytest.raises(ValueError, match=r"additional config \(foo\) of `paddle.load`"):
        load(io.BytesIO(), foo=1)
    with pytest.raises(ValueError, match="without a filename"):
        save({}, str(tmp_path) + os.sep)
    with pytest.raises(ValueError, match="without a filename"):
        save({}, "")
    with pytest.raises(NotImplementedError, match="expected Tensor"):
        save({}, io.BytesIO(), use_binary_format=True)
    with pytest.raises(ValueError, match="to load model not exists"):
        load(tmp_path / "nothing")
    save({"w": tensor([1.0])}, tmp_path / "net.pdparams")
    with pytest.raises(ValueError, match=r"There is .*net\.pdparams"):
        load(tmp_path / "net")


class Custom:
    pass


@pytest.mark.parametrize("obj", [Custom(), {"a": lambda: 1}, [open], {"x": np.array([object()])}, object])
def test_what_cannot_be_loaded_is_not_saved(obj, tmp_path):
    with pytest.raises(TypeError, match="can not save|cannot be saved"):
        save(obj, tmp_path / "f")
    assert list(tmp_path.iterdir()) == []


def test_endless_nesting_is_refused(tmp_path):
    loop = []
    loop.append(loop)
    save(loop, tmp_path / "f")  # a pickle can hold it
    with pytest.raises(ValueError, match="nested in themselves"):
        load(tmp_path / "f")
    deep = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(ValueError, match="nested in themselves or too deeply"):
        save({"x": deep}, tmp_path / "g")
    assert not (tmp_path / "g").exists()


class Evil:
    def __reduce__(self):
        return os.system, ("touch executed",)


class EvilBuild:
    def __reduce__(self):
        return collections.OrderedDict, (), {"x": 1}


def _evil_eval():
    return b"\x80\x04\x8c\x08builtins\x8c\x04eval\x93\x8c\x0bprint('bad')\x85R."


@pytest.mark.parametrize(
    "raw",
    [
        pickle.dumps({"a": np.ones(2), "b": Evil()}),
        pickle.dumps(Evil(), protocol=2),
        pickle.dumps(EvilBuild()),
        _evil_eval(),
        b"\x80\x02cposix\nsystem\nX\x10\x00\x00\x00touch executed..\x85R.",
        b"\x80\x02(X\x01\x00\x00\x00aios\nsystem\n.",
        b"\x80\x02\x82\x01.",  # copyreg's registry
        b"\x80\x04P1\n.",  # a persistent id
        pickle.dumps(np.array([Evil()], dtype=object)),
        pickle.dumps(np.ndarray),
        pickle.dumps(Custom()),
        b"\x80\x02cnumpy\nndarray\nJ\x00\x00\x00\x7f\x85\x85R.",  # np.ndarray((2**31,))
    ],
)
def test_malicious_pickles_do_nothing(raw, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "f.pdparams").write_bytes(raw)
    with pytest.raises(ValueError, match=r"f\.pdparams") as caught:
        load("f.pdparams")
    assert [p.name for p in tmp_path.iterdir()] == ["f.pdparams"]
    assert capsys.readouterr().out == ""
    assert "can not parse the file" in str(caught.value)


def test_the_refused_name_is_told(tmp_path):
    (tmp_path / "f").write_bytes(pickle.dumps({"x": Evil()}))
    with pytest.raises(ValueError, match=r"names? .*system.*Nothing was executed"):
        load(tmp_path / "f")


def _bomb_bytes(opcode, size):
    return b"\x80\x04" + opcode + size + b"x."


def _bomb_hash():
    """Doubled tuples: hashing them would take 2**60 steps."""
    return b"\x80\x04}(K\x01" + b"2\x86" * 60 + b"K\x01u."


def _deep_key():
    return b"\x80\x04}(K\x01" + b"\x85" * 200_000 + b"K\x01u."


def _huge_array():
    state = pickle.dumps(np.ones(3, np.float32), protocol=2)
    return state.replace(b"K\x03\x85", b"J\xff\xff\xff\x7f\x85")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"hello",
        b"{}",
        b"\x80\x04",
        b"\x80\x04.",
        _bomb_bytes(b"\x8e", (2**62).to_bytes(8, "little")),
        _bomb_bytes(b"B", (2**31 - 1).to_bytes(4, "little")),
        _bomb_bytes(b"\x8d", (2**60).to_bytes(8, "little")),
        _bomb_bytes(b"\x95", (2**60).to_bytes(8, "little")),
        _bomb_bytes(b"\x96", (2**60).to_bytes(8, "little")),
        _bomb_hash(),
        _deep_key(),
        _huge_array(),
        b"\x80\x04I" + b"9" * 100_000 + b"\n.",
        b"\x80\x03" + b"(" * 100_000,
        pickle.dumps({"UnpackBigParamInfor@@": {"w": {"slices": ["w@@.0"], "OriginShape": (2,)}}}),
        pickle.dumps({"UnpackBigParamInfor@@": {"w": 3}}),
    ],
)
def test_damaged_pickles_are_refused_soon(raw, tmp_path):
    (tmp_path / "f.pdparams").write_bytes(raw)
    with pytest.raises(ValueError, match=r"can not parse the file:.*f\.pdparams") as caught:
        load(tmp_path / "f.pdparams")
    assert len(str(caught.value)) < 500


def test_a_huge_memo_index_costs_nothing():
    assert load(io.BytesIO(b"\x80\x02]r\xff\xff\xff\x7f.")) == []  # Python's C unpickler would fill 16 GB


_FILES = [
    (STATE / r / n).read_bytes()
    for r in RELEASES
    for n in ("m.pdparams", "proto2.pdparams", "nested.pd", "dtypes.pd")
]


@given(st.data())
@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
def test_mutated_files_are_loaded_or_refused(data):
    raw = bytearray(data.draw(st.sampled_from(_FILES)))
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at : at + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=4))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        load(io.BytesIO(bytes(raw)))
    except ValueError as error:
        assert "can not parse" in str(error) or "parameter file" in str(error)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # kB


# Whole files


def test_a_failed_save_leaves_the_old_file(tmp_path):
    path = tmp_path / "deep" / "er" / "f.pdparams"
    save({"w": tensor([1.0], "w")}, path)
    before = path.read_bytes()
    with pytest.raises(TypeError):
        save({"w": tensor([2.0], "w"), "bad": Custom()}, path)
    assert path.read_bytes() == before
    assert [p.name for p in path.parent.iterdir()] == ["f.pdparams"]


def test_a_full_disk_leaves_the_old_file(tmp_path):
    """A limit on the size of files stands for the full disk: the write fails half way."""
    path = tmp_path / "f.pdparams"
    save({"w": tensor([1.0], "w")}, path)
    before = path.read_bytes()
    script = (
        "import resource, signal, sys\n"
        "import numpy as np, paddlelite as paddle\n"
        "from paddlelite.framework.io import save\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        "try:\n"
        "    save({'w': paddle.to_tensor(np.zeros(1_000_000, np.float32))}, sys.argv[1])\n"
        "except OSError as error:\n"
        "    print(error.filename, error.strerror)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert str(path) in done.stdout and "too large" in done.stdout
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["f.pdparams"]


def test_permissions_and_links_are_kept(tmp_path):
    real, link = tmp_path / "real.pdparams", tmp_path / "link.pdparams"
    save({}, real)
    real.chmod(0o640)
    link.symlink_to(real)
    save({"w": tensor([1.0], "w")}, link)
    assert link.is_symlink() and real.stat().st_mode & 0o777 == 0o640
    assert list(load(real)) == ["w"]


def test_a_folder_in_the_way_is_named(tmp_path):
    (tmp_path / "f").mkdir()
    with pytest.raises(ValueError, match="is not a regular file"):
        save({}, tmp_path / "f")


def test_the_parameters_of_a_saved_model():
    found = load(GOLDEN / "linear" / "p26")
    assert sorted(found) == ["fc.bias", "fc.weight"] and found["fc.weight"].shape == (8, 4)
    separate = load(GOLDEN / "_fluid185" / "infer_sep")
    combined = load(GOLDEN / "_fluid185" / "infer_comb", params_filename="__params__")
    assert sorted(separate) == sorted(combined)
    for name, array in separate.items():
        np.testing.assert_array_equal(array, combined[name])
    with pytest.raises(ValueError, match="more than one tensor"):
        load(GOLDEN / "linear" / "p26.pdiparams")
    assert len(load(GOLDEN / "_fluid185" / "persist_sep")) == 33
