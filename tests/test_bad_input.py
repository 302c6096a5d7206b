"""Bad input as a user hits it: one clear error of the right class that names file or line; nothing half-written.

The classes are those of PaddlePaddle 3.3.1 (recorded by running the same calls there) where it raises one on purpose;
several of ours are that class and one of paddlelite's kinds at once.
"""

import builtins
import errno
import os
import pathlib
import pickle
import signal
import stat
import tempfile
import traceback
import warnings

import numpy as np
import pytest

import paddlelite as paddle
import paddlelite.nn.functional as F
from paddlelite import io, nn
from paddlelite.static import InputSpec

SPEC = [InputSpec([None, 8], "float32", "x")]


def ones(*shape, live=False):
    x = paddle.ones(list(shape))
    x.stop_gradient = not live
    return x


def net():
    return nn.Sequential(nn.Linear(8, 300), nn.Tanh(), nn.Linear(300, 8))


def contents(folder):
    """Every file below the folder, with its bytes."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def lines_of(error):
    """The source lines of this file that the traceback goes through."""
    return [f.line for f in traceback.extract_tb(error.__traceback__) if f.filename == __file__]


# Calls


@pytest.mark.parametrize(
    ("call", "kind", "words"),
    [
        (lambda: ones(2, 3) + ones(4), ValueError, r"\[2, 3\].*\[4\]"),
        (lambda: paddle.matmul(ones(2, 3), ones(2, 3)), ValueError, r"\[2, 3\]"),
        (lambda: ones(3).sum(axis=4), ValueError, r"\[ ?-1, 1 ?\).*4"),
        (lambda: ones(3)[7], IndexError, "7"),
        (lambda: ones(6).reshape([4, -1]), ValueError, r"\[6\].*\[4, -1\]"),
        (lambda: ones(3).astype("float99"), TypeError, "float99.*float32"),
        (lambda: paddle.to_tensor([1, 2]) // paddle.to_tensor([0, 1]), IndexError, "zero"),
        (lambda: paddle.to_tensor([[1, 2], [3]]), ValueError, "different lengths"),
        (lambda: paddle.to_tensor("abc"), TypeError, "str"),
        (lambda: bool(ones(3)), AssertionError, "3 elements"),
        (lambda: ones(3).set_value(np.ones(4, "float32")), AssertionError, r"\(3,\).*\(4,\)"),
        (lambda: nn.Linear(2, 3)(), TypeError, "input"),
        (lambda: nn.Linear(2, 3)(ones(2, 2).astype("int64")), ValueError, "int64.*float32"),
        (lambda: nn.Linear(2, 3)(ones(2, 2).astype("float64")), ValueError, "float64.*float32"),
        (
            lambda: nn.Linear(2, 3, bias_attr=False)(ones(2, 2).astype("float64")),
            ValueError,
            "float64.*float32",
        ),
        (lambda: nn.Conv2D(3, 4, 3)(ones(1, 3, 5, 5).astype("float64")), ValueError, "float64.*float32"),
        (
            lambda: nn.Conv2DTranspose(3, 4, 3)(ones(1, 3, 5, 5).astype("float64")),
            ValueError,
            "float64.*float32",
        ),
        (lambda: nn.LSTM(3, 4)(ones(1, 2, 3).astype("float64")), ValueError, "float64.*float32"),
        (lambda: nn.Conv2D(3, 4, 3)(ones(1, 4, 5, 5)), ValueError, r"channels is 4.*channels is 3"),
        (lambda: F.cross_entropy(ones(2, 3), paddle.to_tensor([1, 7])), IndexError, r"7.*\[0, 3\)"),
        (lambda: F.embedding(paddle.to_tensor([0, 9]), ones(3, 2)), ValueError, "9"),
        (lambda: nn.Layer().add_sublayer("a", 3), TypeError, "int"),
    ],
)
def test_calls(call, kind, words):
    with pytest.raises(kind, match=f"(?s){words}"):
        call()


def test_inside_to_static_the_traceback_goes_through_the_users_line():
    @paddle.jit.to_static
    def mix(x):
        y = x * 2
        return paddle.matmul(y, paddle.ones([5, 5]))  # 3 and 5 do not fit

    with pytest.raises(ValueError, match=r"\[2, 3\].*\[5, 5\]") as caught:
        mix(ones(2, 3))
    assert any(line.endswith("# 3 and 5 do not fit") for line in lines_of(caught.value))


def test_conditions_whose_branches_differ():
    @paddle.jit.to_static
    def unbound(x):
        if x.mean() > 0:
            y = x
        return y

    @paddle.jit.to_static
    def two_types(x):
        if x.mean() > 0:
            y = x
        else:
            y = "a"
        return y

    with pytest.raises(UnboundLocalError, match="'y'"):
        unbound(-ones(2))
    with pytest.raises(
        paddle.errors.CaptureError, match=r"test_bad_input\.py:\d+: `y` is .*of different types"
    ):
        two_types(ones(2))


def test_specs_and_arguments():
    @paddle.jit.to_static(input_spec=[InputSpec([None, 3])])
    def double(x):
        return x * 2

    with pytest.raises(ValueError, match=r"double\(\): the argument x is float32\[2, 4\].*does not fit"):
        double(ones(2, 4))
    with pytest.raises(TypeError, match=r"double\(\) missing a required argument: 'x'"):
        double()
    with pytest.raises(TypeError, match=r"double\(\) too many"):
        double(ones(2, 3), 1)


# Gradients


def test_backward():
    x = ones(3, live=True)
    (x * 2).backward()  # ones, as PaddlePaddle takes them
    assert x.grad.numpy().tolist() == [2, 2, 2]
    ones(3).sum().backward()  # nothing wants a gradient, which PaddlePaddle passes over too
    y = (x * x).sum()
    y.backward()
    with pytest.raises(SystemError, match="backward twice.*retain_graph=True"):
        y.backward()
    with pytest.raises(AssertionError, match=r"\[2\] mismatch .*\[3\]"):
        (x * 2).backward(ones(2))
    with pytest.raises(AssertionError, match="grad_tensors must be Tensor.*float"):
        (x * 2).backward(1.0)
    z = ones(3, live=True)
    (z * 2).backward(ones(3).astype("float64"))
    assert z.grad.dtype is paddle.float32


def test_grad():
    x, other = ones(3, live=True), ones(3, live=True)
    with pytest.raises(ValueError, match="0-th input does not appear.*allow_unused=True"):
        paddle.grad((x * 2).sum(), other)
    with pytest.raises(AssertionError, match="outputs must be Tensor or list of Tensor, but received int"):
        paddle.grad(3, x)
    with pytest.raises(AssertionError, match="inputs must be Tensor or list of Tensor, but received str"):
        paddle.grad(x.sum(), "x")
    with pytest.raises(AssertionError, match="length of grad_outputs.* 2 for 1"):
        paddle.grad([x.sum()], [x], grad_outputs=[None, None])
    with pytest.raises(ValueError, match="Leaf"):
        x[0] = 1.0
    assert x.numpy().tolist() == [1, 1, 1]


def layer_function(forward, backward):
    return type(
        "Mine",
        (paddle.autograd.PyLayer,),
        {"forward": staticmethod(forward), "backward": staticmethod(backward)},
    )


@pytest.mark.parametrize(
    ("backward", "words"),
    [
        (lambda ctx, g: g, "1 gradients for 2"),
        (lambda ctx, g: (g, g, g), "3 gradients for 2"),
        (lambda ctx, g: (g, 3.0), "only return Tensors or None, but got float"),
        (lambda ctx, g: (g, ones(5)), r"shape \[5\] for an input of \[2\]"),
    ],
)
def test_py_layers_that_give_back_something_else(backward, words):
    x, y = ones(2, live=True), ones(2, live=True)
    out = layer_function(lambda ctx, a, b: a * b, backward).apply(x, y).sum()
    with pytest.raises(ValueError, match=f"Mine.backward .*{words}"):
        out.backward()
    assert x.grad is None and y.grad is None


def test_py_layers():
    x = ones(2, live=True)
    with pytest.raises(ValueError, match=r"At least one output of Mine\.forward"):
        layer_function(lambda ctx, a: 3, lambda ctx, g: g).apply(x)
    with pytest.raises(TypeError, match="missing 1 required positional argument"):
        layer_function(lambda ctx, a: a, lambda ctx, g: g).apply()

    class Half(paddle.autograd.PyLayer):
        @staticmethod
        def forward(ctx, a):
            return a * 1

    with pytest.raises(NotImplementedError, match="must implement the backward"):
        Half.apply(x).sum().backward()
    # A gradient that no input wants may be left out.
    layer_function(lambda ctx, a, b: a * b, lambda ctx, g: g).apply(x, ones(2)).sum().backward()
    assert x.grad.numpy().tolist() == [1, 1]

    def fails(ctx, g):
        raise KeyError("mine")  # the user's own error

    with pytest.raises(KeyError, match="mine") as caught:
        layer_function(lambda ctx, a: a * 1, fails).apply(x).sum().backward()
    assert any("the user's own error" in line for line in lines_of(caught.value))


# States


def test_a_state_dict_that_does_not_fit():
    layer = nn.Linear(2, 3)
    before = {k: v.numpy() for k, v in layer.state_dict().items()}
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        result = layer.set_state_dict({"weight": ones(3, 3), "foo": ones(1)})
    assert result == (["weight", "bias"], ["foo", "weight"])
    shape, absent = (str(w.message) for w in seen)
    assert "weight receives a shape [3, 3], but the expected shape is [2, 3]" in shape
    assert "bias is not found in the provided dict" in absent
    with pytest.raises(AssertionError, match=r"weight \] need tensor with dtype paddle\.float32 .*float64"):
        layer.set_state_dict({"bias": np.ones(3, "float32"), "weight": np.ones((2, 3))})
    with pytest.raises(TypeError, match="weight receives a str"):
        layer.set_state_dict({"bias": np.ones(3, "float32"), "weight": "x"})
    with pytest.raises(TypeError, match="needs a dict.*list"):
        layer.set_state_dict([ones(2)])
    for name, value in layer.state_dict().items():
        np.testing.assert_array_equal(value.numpy(), before[name])


def test_bfloat16_by_its_bits():
    layer = nn.Linear(2, 1).to(dtype="bfloat16")
    bits = {k: v.numpy().view(np.uint16) + 1 for k, v in layer.state_dict().items()}
    assert layer.set_state_dict(bits) == ([], [])
    np.testing.assert_array_equal(layer.weight.numpy().view(np.uint16), bits["weight"])


def test_the_state_of_another_optimizer():
    layer = nn.Linear(2, 2)
    adam = paddle.optimizer.Adam(0.1, parameters=layer.parameters())
    layer(ones(1, 2)).sum().backward()
    adam.step()
    state = adam.state_dict()
    state[next(k for k in state if "moment1" in k)] = ones(7, 7)
    with pytest.raises(AssertionError, match=r"moment1.*\[2, 2\].*\[7, 7\]"):
        adam.set_state_dict(state)


P = nn.Linear(2, 2).parameters()
OPT = paddle.optimizer


@pytest.mark.parametrize(
    ("call", "kind", "words"),
    [
        (lambda: OPT.SGD("0.1", parameters=P), TypeError, "learning rate should be float or LRScheduler"),
        (lambda: OPT.SGD(0.1), AttributeError, "parameters.*should not be None"),
        (lambda: OPT.SGD(0.1, parameters=P[0]), TypeError, "iterable of paddle Tensors"),
        (lambda: OPT.SGD(0.1, parameters=["a"]), TypeError, "str"),
        (lambda: OPT.SGD(0.1, parameters=[{"param": P}]), AssertionError, "params should be set"),
        (lambda: OPT.SGD(0.1, parameters=[{"params": P}] * 2), ValueError, "more than one parameter group"),
        (lambda: OPT.SGD(0.1, parameters=P, grad_clip=1.0), TypeError, "grad_clip"),
        (lambda: OPT.Adam(0.1, beta1=1.5, parameters=P), ValueError, "beta1"),
        (lambda: OPT.Adam(0.1, epsilon=-1, parameters=P), ValueError, "epsilon"),
        (lambda: OPT.AdamW(0.1, weight_decay="x", parameters=P), TypeError, "weight_decay"),
        (lambda: OPT.Momentum(0.1, None, parameters=P), ValueError, "momentum is not set"),
        (lambda: OPT.SGD(OPT.lr.StepDecay(0.1, 3), parameters=P).set_lr(1.0), RuntimeError, "LRScheduler"),
        (lambda: OPT.lr.StepDecay(0.1, 0), AssertionError, "step_size"),
        (lambda: OPT.lr.StepDecay(0.1, 3, gamma=2), ValueError, "gamma"),
        (lambda: OPT.lr.MultiStepDecay(0.1, [5, 3]), ValueError, "milestones"),
    ],
)
def test_optimizers(call, kind, words):
    with pytest.raises(kind, match=words):
        call()


# Data


class Numbers(io.Dataset):
    """Five samples, made by a function of their number."""

    def __init__(self, make=float):
        self.make = make

    def __len__(self):
        return 5

    def __getitem__(self, i):
        return self.make(i)


class Stream(io.IterableDataset):
    def __iter__(self):
        yield from [1.0, 2.0]


@pytest.mark.parametrize(
    ("data", "options", "kind", "words"),
    [
        (Numbers(), {"batch_size": 0}, AssertionError, "batch_size should be None or a positive"),
        (Numbers(), {"num_workers": -1}, AssertionError, "num_workers"),
        (Numbers(), {"timeout": -1}, AssertionError, "timeout"),
        (
            Numbers(),
            {"batch_sampler": [[0]], "shuffle": True},
            AssertionError,
            "should not be set when batch_sampler",
        ),
        (Stream(), {"shuffle": True}, ValueError, "IterableDataset.*shuffle"),
        (Stream(), {"batch_sampler": [[0]]}, ValueError, "batch_sampler"),
        (Numbers(lambda i: np.ones(i + 1)), {"batch_size": 2}, ValueError, "different shapes.*collate_fn"),
        (Numbers(lambda i: {"a": 1} if i % 2 else {"b": 1}), {"batch_size": 2}, KeyError, "lack the keys.*b"),
        (Numbers(lambda i: (1,) * (1 + i)), {"batch_size": 2}, RuntimeError, "different numbers of fields"),
        (Numbers(lambda i: None), {"batch_size": 2}, TypeError, "NoneType.*collate_fn"),
        (Numbers(lambda i: [][i]), {"batch_size": 2}, IndexError, "list index out of range"),
    ],
)
def test_data_loaders(data, options, kind, words):
    with pytest.raises(kind, match=words):
        list(io.DataLoader(data, **options))


# Files


@pytest.fixture
def model(tmp_path):
    """A saved model in a folder of its own, as (folder, prefix)."""
    folder = tmp_path / "saved"
    paddle.jit.save(net(), folder / "m", SPEC)
    return folder, str(folder / "m")


def read_static(prefix):
    return paddle.static.load_inference_model(prefix, paddle.static.Executor())


READERS = [paddle.jit.load, read_static, paddle.load]
DAMAGE = {
    "cut off": lambda raw: raw[: len(raw) // 2],
    "empty": lambda raw: b"",
    "foreign": lambda raw: b"\x89PNG\r\n" + bytes(range(200)),
    "longer": lambda raw: raw + b"more",
}


@pytest.mark.parametrize("damage", [*DAMAGE, "missing"])
@pytest.mark.parametrize("name", ["m.pdmodel", "m.pdiparams", "m.pdiparams.info"])
def test_damaged_models_are_named(model, name, damage):
    folder, prefix = model
    if damage == "missing":
        (folder / name).unlink()
    else:
        (folder / name).write_bytes(DAMAGE[damage]((folder / name).read_bytes()))
    for read in READERS:
        with pytest.raises(ValueError, match=r"saved/m") as caught:
            read(prefix)
        assert name in str(caught.value) or damage == "missing"


def test_files_of_two_models(model, tmp_path):
    folder, prefix = model
    paddle.jit.save(net(), tmp_path / "other", SPEC)
    for suffix in (".pdmodel", ".pdiparams"):
        whole = (folder / f"m{suffix}").read_bytes()
        (folder / f"m{suffix}").write_bytes((tmp_path / f"other{suffix}").read_bytes())
        for read in READERS:
            with pytest.raises(ValueError, match="were not written together.*Save the model again"):
                read(prefix)
        (folder / f"m{suffix}").write_bytes(whole)
    for read in READERS:
        read(prefix)


def test_what_is_no_model(model, tmp_path):
    _, prefix = model
    paddle.onnx.export(net(), str(tmp_path / "o"), input_spec=SPEC)
    for path in (f"{tmp_path}/o.onnx", f"{tmp_path}/nothing", f"{tmp_path}"):
        with pytest.raises(ValueError, match=path):
            paddle.jit.load(path)
    with pytest.raises(ValueError, match=r"m\.pdmodel.* without \.pdmodel"):
        paddle.jit.load(prefix + ".pdmodel")
    for path in (f"{tmp_path}/o.onnx", prefix + ".pdmodel", prefix + ".pdiparams"):
        with pytest.raises(ValueError, match=f"can not parse the file:{path}, it holds "):
            paddle.load(path)


@pytest.mark.parametrize("damage", [d for d in DAMAGE if d != "longer"])
def test_damaged_parameters(tmp_path, damage):
    path = tmp_path / "w.pdparams"
    paddle.save(net().state_dict(), str(path))
    path.write_bytes(DAMAGE[damage](path.read_bytes()))
    with pytest.raises(ValueError, match=r"can not parse the file:.*w\.pdparams, it holds (a|no) pickle"):
        paddle.load(str(path))


class Runs:
    """Pickled, it is an instruction to write a file."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return builtins.eval, (f"open({self.path!r}, 'w').write('executed')",)


@pytest.mark.parametrize("suffix", [".pdparams", ".pdopt", ".pdiparams.info"])
def test_malicious_pickles_run_nothing(model, tmp_path, suffix):
    folder, prefix = model
    path = f"{prefix}{suffix}"
    with open(path, "wb") as file:
        pickle.dump({"weight": np.ones(2), "x": Runs(str(tmp_path / "executed"))}, file, protocol=2)
    with pytest.raises(ValueError, match=r"m\.pd"):
        paddle.load(path)
    if suffix == ".pdiparams.info":
        for read in READERS:
            with pytest.raises(ValueError, match=r"m\.pdiparams\.info"):
                read(prefix)
    assert not (tmp_path / "executed").exists()


# Writing


def save_all(folder, layer):
    """The three ways to write, each as (name, call)."""
    return [
        ("w.pdparams", lambda: paddle.save(layer.state_dict(), str(folder / "w.pdparams"))),
        ("m.pd", lambda: paddle.jit.save(layer, folder / "m", SPEC)),
        ("o.onnx", lambda: paddle.onnx.export(layer, str(folder / "o"), input_spec=SPEC)),
    ]


@pytest.fixture
def written(tmp_path):
    """A folder with all three, readable and writable by anyone."""
    for _, save in save_all(tmp_path, net()):
        save()
    return tmp_path


def refused(folder, code):
    """Every way to write fails with this errno and the name of its file, and leaves every file as it was."""
    before = contents(folder)
    for name, save in save_all(folder, net()):
        with pytest.raises(OSError) as caught:
            save()
        assert caught.value.errno == code and name in str(caught.value.filename)
        assert ".tmp" not in str(caught.value.filename)
    assert contents(folder) == before


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_full_disk(written, monkeypatch, call):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    if call == "fsync":
        monkeypatch.setattr(os, "fsync", full)
        refused(written, errno.ENOSPC)
    else:
        monkeypatch.setattr(os, "replace", full)
        before = contents(written)
        for _, save in save_all(written, net()):
            with pytest.raises(OSError):
                save()
        assert contents(written) == before


@pytest.mark.skipif(os.name != "posix", reason="limits of POSIX")
def test_a_file_that_may_not_grow(written):
    """A real write that fails in the middle: the process may write 1,000 bytes to a file."""
    resource = pytest.importorskip("resource")
    if not hasattr(os, "fork"):
        pytest.skip("needs a process of its own")
    child = os.fork()
    if not child:
        code = 1
        try:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
            refused(written, errno.EFBIG)
            code = 0
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_a_read_only_folder(written):
    mode = stat.S_IMODE(written.stat().st_mode)
    # Whoever is not root must get through all the folders that pytest made for itself alone.
    own = pathlib.Path(tempfile.gettempdir()).resolve()
    paths = [written, *(p for p in written.resolve().parents if own in p.parents)]
    modes = [stat.S_IMODE(p.stat().st_mode) for p in paths]
    try:
        for path in paths[1:]:
            path.chmod(0o755)
        for path in written.iterdir():
            path.chmod(0o644)
        written.chmod(0o555)
        root = os.geteuid() == 0
        if root:
            os.seteuid(65534)
        try:
            refused(written, errno.EACCES)
        finally:
            if root:
                os.seteuid(0)
    finally:
        for path, old in zip(paths, [mode, *modes[1:]], strict=True):
            path.chmod(old)


def test_folders(written):
    (written / "d").mkdir()
    with pytest.raises((ValueError, OSError), match=f"{written}/d"):
        paddle.save({"a": ones(1)}, str(written / "d"))
    with pytest.raises(ValueError, match="without a filename"):
        paddle.save({"a": ones(1)}, f"{written}/d/")
    assert contents(written / "d") == {}


def test_every_op_that_cannot_be_exported_is_told_with_its_line(written):
    class Odd(nn.Layer):
        def forward(self, x):
            y = paddle.lgamma(x)  # the first
            z = paddle.digamma(y)  # the second
            return paddle.nextafter(y, z)  # the third

    before = contents(written)
    with pytest.raises(NotImplementedError) as caught:
        paddle.onnx.export(Odd(), str(written / "o"), input_spec=SPEC)
    text = str(caught.value)
    first = Odd.forward.__code__.co_firstlineno
    for number, op in enumerate(["lgamma", "digamma", "nextafter"], first + 1):
        assert op in text and f"test_bad_input.py:{number}" in text
    assert contents(written) == before


def test_an_export_without_a_spec(tmp_path):
    with pytest.raises(paddle.errors.CaptureError, match=r"no input_spec: give one, or call it once"):
        paddle.onnx.export(net(), str(tmp_path / "o"))
    assert contents(tmp_path) == {}


def test_nothing_warns_without_a_reason(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        layer = net()
        for _, save in save_all(tmp_path, layer):
            save()
        layer.set_state_dict(paddle.load(str(tmp_path / "w.pdparams")))
