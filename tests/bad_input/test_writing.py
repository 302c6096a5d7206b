"""Bad input: saving where it cannot be done: nothing is lost, nothing is half-written."""

import errno
import os
import pathlib
import signal
import stat
import tempfile
import warnings

import pytest

import paddlelite as paddle
from paddlelite import nn

from .given import SPEC, contents, net, ones


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
        assert op in text and f"test_writing.py:{number}" in text
    assert contents(written) == before


def test_an_export_without_a_spec(tmp_path):
    with pytest.raises(ValueError, match="No valid transformed program for function: forward.*or exports"):
        paddle.onnx.export(net(), str(tmp_path / "o"))
    assert contents(tmp_path) == {}


def test_nothing_warns_without_a_reason(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        layer = net()
        for _, save in save_all(tmp_path, layer):
            save()
        layer.set_state_dict(paddle.load(str(tmp_path / "w.pdparams")))
