"""Model files of others: what is not understood is told at once, what is damaged is refused."""

from __future__ import annotations

import resource
import shutil
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paddlelite.errors import UnimplementedError
from paddlelite.export.pdmodel import ModelPaths, read_desc, read_model
from paddlelite.export.proto import AttrKind, OpAttr, OpSlot, ProgramDesc
from paddlelite.ir import verify
from paddlelite.op import OPS

from .goldens import GOLDEN, label, model_files


def changed(tmp_path, model, change):
    """A golden with its ProgramDesc changed."""
    for suffix in (".pdiparams", ".pdiparams.info"):
        if (GOLDEN / model / f"p26{suffix}").exists():
            shutil.copy(GOLDEN / model / f"p26{suffix}", tmp_path / f"m{suffix}")
    desc = read_desc(str(GOLDEN / model / "p26.pdmodel"))
    change(desc)
    (tmp_path / "m.pdmodel").write_bytes(desc.encode())
    return ModelPaths.of_prefix(str(tmp_path / "m"))


def _ops(desc, type):
    return [o for b in desc.blocks for o in b.ops if o.type == type]


def test_unknown_ops_slots_and_attributes_are_told_together(tmp_path):
    def change(desc):
        _ops(desc, "relu")[0].type = "relu_of_the_future"
        product = _ops(desc, "matmul_v2")[0]
        product.inputs.append(OpSlot(parameter="Weights", arguments=["x"]))
        _ops(desc, "elementwise_add")[0].attrs.append(OpAttr(name="unheard_of", type=AttrKind.INT, i=3))

    with pytest.raises(UnimplementedError) as caught:
        read_model(changed(tmp_path, "linear", change))
    assert "op relu_of_the_future (1x)" in str(caught.value)
    assert "op matmul_v2 with input Weights (1x)" in str(caught.value)
    assert "unheard_of" not in str(caught.value)  # PaddlePaddle ignores attributes it does not know


def _own_parent(desc):
    next(a for o in _ops(desc, "while") for a in o.attrs if a.name == "sub_block").block_idx = 0


def _beyond(desc):
    next(a for o in _ops(desc, "while") for a in o.attrs if a.name == "sub_block").block_idx = 77


def _shared_block(desc):
    a, b = (next(a for a in o.attrs if a.name == "sub_block") for o in _ops(desc, "conditional_block")[:2])
    a.block_idx = b.block_idx


@pytest.mark.parametrize("change", [_own_parent, _beyond])
def test_blocks_must_be_a_tree(tmp_path, change):
    with pytest.raises(ValueError, match=r"m\.pdmodel is damaged: op while of block 0 has the block \d+"):
        read_model(changed(tmp_path, "whileloop", change))


def test_no_block_twice(tmp_path):
    with pytest.raises(ValueError, match="which is not its own"):
        read_model(changed(tmp_path, "ifelse", _shared_block))


def test_other_damage_is_named(tmp_path):
    def no_value(desc):
        _ops(desc, "relu")[0].inputs[0].arguments[:] = ["nowhere"]

    def two_columns(desc):
        desc.blocks[0].ops.append(_ops(desc, "feed")[0])

    with pytest.raises(ValueError, match="op relu reads the variable 'nowhere', which has no value"):
        read_model(changed(tmp_path, "linear", no_value))
    with pytest.raises(ValueError, match="a feed op without a variable or column of its own"):
        read_model(changed(tmp_path, "linear", two_columns))


@pytest.mark.parametrize(
    "raw", [b"", b"\x0a", b"{}", b'{"base_code":{"magic":"pir"}}', bytes(range(200, 256)), b"\x80\x04}."]
)
def test_foreign_files_are_refused(tmp_path, raw):
    (tmp_path / "m.pdmodel").write_bytes(raw)
    with pytest.raises(ValueError, match=r"m\.pdmodel is not a \.pdmodel file"):
        read_model(ModelPaths.of_prefix(str(tmp_path / "m")))


def test_an_onnx_file_is_refused(tmp_path):
    pytest.importorskip("onnx")
    from onnx import TensorProto, helper

    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1])
    model = helper.make_model(helper.make_graph([helper.make_node("Relu", ["x"], ["y"])], "g", [x], [x]))
    (tmp_path / "m.pdmodel").write_bytes(model.SerializeToString())
    with pytest.raises(ValueError, match=r"m\.pdmodel"):
        read_model(ModelPaths.of_prefix(str(tmp_path / "m")))


_FUZZED = [
    "linear",
    "ifelse",
    "whileloop",
    "nestedctl",
    "arrayread",
    "convbnpool",
    "lstm",
    "zoo_shape",
    "zoo_index",
]


@given(data=st.data())
@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
def test_mutated_models_are_loaded_or_refused(data, tmp_path_factory):
    """Bytes anywhere, or one field of the decoded message: no crash, no hang, no large allocation."""
    folder = tmp_path_factory.mktemp("fuzz")
    name = data.draw(st.sampled_from(_FUZZED))
    for suffix in (".pdiparams", ".pdiparams.info"):
        if (GOLDEN / name / f"p26{suffix}").exists():
            shutil.copy(GOLDEN / name / f"p26{suffix}", folder / f"m{suffix}")
    raw = (GOLDEN / name / "p26.pdmodel").read_bytes()
    if data.draw(st.booleans()):
        mutated = bytearray(raw)
        at = data.draw(st.integers(0, len(raw) - 1))
        mutated[at : at + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=4))
        raw = bytes(mutated)
    else:
        desc = ProgramDesc.decode(raw)
        for _ in range(data.draw(st.integers(1, 3))):
            _mutate(data, desc)
        raw = desc.encode()
    (folder / "m.pdmodel").write_bytes(raw)
    started, before = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        verify(read_model(ModelPaths.of_prefix(str(folder / "m"))).program)
    except (ValueError, NotImplementedError) as error:
        assert "m.pd" in str(error)
    assert time.process_time() - started < 5
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # kB
    shutil.rmtree(folder)


def _mutate(data, desc):
    block = data.draw(st.sampled_from(desc.blocks))
    one = data.draw(st.sampled_from(block.ops))
    kind = data.draw(st.integers(0, 5))
    slots = [s for s in (*one.inputs, *one.outputs) if s.arguments]
    names = [v.name for v in desc.blocks[0].vars]
    if kind == 0 and slots:
        data.draw(st.sampled_from(slots)).arguments[0] = data.draw(st.sampled_from(names))
    elif kind == 1 and one.attrs:
        attr = data.draw(st.sampled_from(one.attrs))
        big = data.draw(st.sampled_from([-1, 0, 7, 2**31 - 1, -(2**31)]))
        attr.i = big if attr.i is not None else None
        attr.l = 2**62 if attr.l is not None else None
        attr.ints = [big for _ in attr.ints]
        attr.longs = [2**40 for _ in attr.longs]
        attr.s = str(big) if attr.s is not None else None
        attr.f = float("nan") if attr.f is not None else None
    elif kind == 2:
        block.ops.remove(one)
    elif kind == 3:
        one.type = data.draw(st.sampled_from(sorted(OPS)))
    elif kind == 4 and one.attrs:
        one.attrs.remove(data.draw(st.sampled_from(one.attrs)))
    elif block.vars:
        var = data.draw(st.sampled_from(block.vars))
        if var.type.lod_tensor is not None:
            var.type.lod_tensor.tensor.dims = data.draw(
                st.lists(st.sampled_from([-1, 0, 3, 2**40]), max_size=5)
            )
            var.type.lod_tensor.tensor.data_type = data.draw(st.sampled_from([0, 3, 5, 22, 25, 99]))


def test_every_golden_is_looked_at():
    assert len(model_files()) >= 50 and all(label(path) for path in model_files())
