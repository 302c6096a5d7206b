"""Bad input: damaged, foreign and malicious files."""

import builtins
import pickle

import numpy as np
import pytest

import paddlelite as paddle

from .given import SPEC, net


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
