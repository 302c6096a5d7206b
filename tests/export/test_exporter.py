"""``export``: checked files, named sizes, all problems at once, nothing written on failure."""

import json
import os
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest

import paddlelite as paddle
from paddlelite import jit
from paddlelite.errors import InvalidArgumentError, InvalidTypeError
from paddlelite.export.exporter import EXTERNAL_BYTES, export, to_onnx
from paddlelite.export.opsets import latest_opset
from paddlelite.export.report import ExportError
from paddlelite.export.verify import VerificationError, samples
from paddlelite.nn import Layer
from paddlelite.op import OPS, Op, Slot, Spec, op
from paddlelite.ops.control import cond, while_loop
from paddlelite.ops.reduce import reduce_mean, reduce_sum
from tests.export.programs import normal, trace


def program(**kw):
    w = normal(4, 3)
    w.name = "fc.weight"

    def fn(x, unused):
        y = x @ w
        y = cond(reduce_sum(y, dim=[], reduce_all=True) > 0, lambda: [y * 2.0], lambda: [y - 1.0])[0]
        _, z = while_loop(lambda i, v: i < 3, lambda i, v: [i + 1, v * 0.5 + y], [paddle.to_tensor(0), y])
        return z, reduce_mean(z, dim=[1])

    return trace(fn, ("x", ("batch", 4), "float32"), ("unused", (2,), "int64"))


def test_a_file_that_any_onnxruntime_serves(tmp_path):
    p = program()
    report = export(p, tmp_path / "m.onnx")
    session = onnxruntime.InferenceSession(str(tmp_path / "m.onnx"), providers=["CPUExecutionProvider"])
    assert [i.name for i in session.get_inputs()] == ["x", "unused"]
    assert [o.shape for o in session.get_outputs()] == [["batch", 3], ["batch"]]
    for n in (0, 1, 2, 17):
        x = np.random.default_rng(n).standard_normal((n, 4)).astype(np.float32)
        got = session.run(None, {"x": x, "unused": np.zeros(2, np.int64)})
        assert got[0].shape == (n, 3) and got[1].shape == (n,)
    assert report.difference < 1e-5 and report.samples == 6
    assert report.bytes == os.path.getsize(tmp_path / "m.onnx")
    assert os.listdir(tmp_path) == ["m.onnx"]


def test_parameters_and_nodes_have_names_and_lines(tmp_path):
    export(program(), tmp_path / "m.onnx")
    model = onnx.load(tmp_path / "m.onnx")
    assert "fc.weight" in [t.name for t in model.graph.initializer]
    names = [n.name for n in model.graph.node]
    assert all(names) and len(set(names)) == len(names)
    for n in model.graph.node:
        if n.op_type != "Identity":
            (source,) = [p.value for p in n.metadata_props if p.key == "paddlelite.source"]
            assert "test_exporter.py:" in source
    known = {v.name for v in (*model.graph.value_info, *model.graph.output)}
    assert {o for n in model.graph.node if n.op_type == "MatMul" for o in n.output} <= known


def test_equal_programs_give_equal_files(tmp_path):
    for k in (1, 2):
        export(program(), tmp_path / f"{k}.onnx")
    assert (tmp_path / "1.onnx").read_bytes() == (tmp_path / "2.onnx").read_bytes()


@pytest.mark.parametrize("opset", [11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21])
def test_opsets(tmp_path, opset):
    report = export(program(), tmp_path / "m.onnx", opset=opset)
    model = onnx.load(tmp_path / "m.onnx")
    assert [o.version for o in model.opset_import] == [opset] and report.opset == opset


@pytest.mark.parametrize("opset", [10, 0, -1, "18", latest_opset() + 1])
def test_other_opsets_are_refused(tmp_path, opset):
    with pytest.raises(InvalidArgumentError, match="opset must be an integer from 11"):
        export(program(), tmp_path / "m.onnx", opset=opset)
    assert not os.listdir(tmp_path)


@pytest.fixture
def temporary_op():
    made = []

    def make(type_, kernel, lowering=None):
        def call(X):
            return kernel(X)

        record = op(type_)(call)
        record.infer(lambda X: Spec(X.dims, X.dtype))
        if lowering:
            record.onnx(lowering)
        made.append(type_)
        return record

    yield make
    for type_ in made:
        del OPS[type_]


def test_all_problems_in_one_error(tmp_path, temporary_op):
    first = temporary_op("first_test_op", np.abs)
    second = temporary_op("second_test_op", np.abs)
    double = temporary_op("double_test_op", np.abs, lambda b, X: b.Erf(X))

    def fn(x):
        y = first(x) + second(x)
        y = cond(reduce_sum(y, dim=[], reduce_all=True) > 0, lambda: [second(y)], lambda: [first(y)])[0]
        return double(y.astype("float64"))

    p = trace(fn, ("x", ("n",), "float32"))
    with pytest.raises(ExportError) as caught:
        export(p, tmp_path / "m.onnx")
    assert sorted(q.node.type for q in caught.value.problems) == [
        "double_test_op",
        "first_test_op",
        "first_test_op",
        "second_test_op",
        "second_test_op",
    ]
    text = str(caught.value)
    assert text.count("test_exporter.py:") >= 3 and "no Erf kernel for float64" in text
    assert not os.listdir(tmp_path)


def test_a_low_opset_is_refused_with_the_one_that_would_do(tmp_path, temporary_op):
    tril = temporary_op("tril_test_op", np.tril, lambda b, X: b.Trilu(X, upper=0))
    p = trace(tril, ("x", ("n", "n"), "float32"))
    with pytest.raises(ExportError, match="opset=14 or later"):
        export(p, tmp_path / "m.onnx", opset=13)
    export(p, tmp_path / "m.onnx", opset=14)


def test_a_wrong_lowering_is_found_and_named(tmp_path, temporary_op):
    wrong = temporary_op("wrong_test_op", np.abs, lambda b, X: b.Identity(X))

    def fn(x):
        y = x * 2.0
        y = wrong(y)  # the line
        return y + 1.0

    p = trace(fn, ("x", ("n", 3), "float32"))
    with pytest.raises(
        VerificationError, match=r"first to deviate is wrong_test_op at .*test_exporter.py:\d+"
    ):
        export(p, tmp_path / "m.onnx")
    assert not os.listdir(tmp_path)


def test_a_lowering_of_the_wrong_dtype_is_refused(tmp_path, temporary_op):
    wrong = temporary_op("wrong_dtype_test_op", np.abs, lambda b, X: b.Cast(X, to="float64"))
    with pytest.raises(ExportError, match="float64"):
        export(trace(wrong, ("x", (2,), "float32")), tmp_path / "m.onnx")


def test_an_invalid_model_is_not_written(tmp_path, temporary_op):
    broken = temporary_op("broken_test_op", np.abs, lambda b, X: b.Reshape(X, [7, 7, 7]))
    with pytest.raises((ExportError, VerificationError, Exception)):
        export(trace(broken, ("x", (2,), "float32")), tmp_path / "m.onnx")
    assert not os.listdir(tmp_path)


def test_names(tmp_path):
    report = export(program(), tmp_path / "m.onnx", input_names=["a", "b"], output_names=["logits", "mean"])
    assert list(report.inputs) == ["a", "b"] and list(report.outputs) == ["logits", "mean"]
    for bad in ({"input_names": ["a"]}, {"output_names": ["a", "a"]}, {"output_names": ["x", "y"]}):
        with pytest.raises(InvalidArgumentError):
            export(program(), tmp_path / "n.onnx", **bad)
    assert os.listdir(tmp_path) == ["m.onnx"]


def test_what_is_no_model_is_refused(tmp_path):
    with pytest.raises(InvalidTypeError, match="Program, Layer, function or path"):
        export(3, tmp_path / "m.onnx")
    with pytest.raises(InvalidArgumentError, match="no model"):
        export(str(tmp_path / "missing"), tmp_path / "m.onnx")


def test_a_folder_that_does_not_exist(tmp_path):
    with pytest.raises(OSError):
        export(program(), tmp_path / "no" / "m.onnx")


def test_an_existing_file_survives_a_failure(tmp_path, temporary_op):
    export(program(), tmp_path / "m.onnx")
    before = (tmp_path / "m.onnx").read_bytes()
    bad = temporary_op("unknown_test_op", np.abs)
    with pytest.raises(ExportError):
        export(trace(bad, ("x", (2,), "float32")), tmp_path / "m.onnx")
    assert (tmp_path / "m.onnx").read_bytes() == before


def test_large_weights_go_to_a_file_beside_it(tmp_path, monkeypatch):
    monkeypatch.setattr("paddlelite.export.exporter.EXTERNAL_BYTES", 1000)
    w = normal(64, 64)
    export(trace(lambda x: x @ w, ("x", ("n", 64), "float32")), tmp_path / "m.onnx")
    assert sorted(os.listdir(tmp_path)) == ["m.onnx", "m.onnx.data"]
    session = onnxruntime.InferenceSession(str(tmp_path / "m.onnx"), providers=["CPUExecutionProvider"])
    x = np.ones((2, 64), np.float32)
    np.testing.assert_allclose(session.run(None, {"x": x})[0], x @ w.numpy(), rtol=1e-4, atol=1e-4)
    assert EXTERNAL_BYTES < 2**31


def test_reports_say_what_was_done(tmp_path):
    report = export(program(), tmp_path / "m.onnx")
    assert report.ops["matmul_v2"] == 1 and report.onnx_ops["If"] == 1 and report.onnx_ops["Loop"] == 1
    assert json.loads(report.to_json())["outputs"]["output_0"] == "float32[batch, 3]"
    text = report.to_markdown()
    assert "| cond | 1 |" in text and "largest difference" in text
    assert "verified" not in str(export(program(), tmp_path / "m.onnx", verify=False))
    assert report.seconds.keys() == {"trace", "lower", "check", "verify", "write"}


def test_samples_have_several_sizes_and_both_signs():
    p = program()
    sizes, signs = set(), set()
    for (x, unused), must_run in samples(p):
        assert must_run
        sizes.add(x.shape[0])
        signs |= set(np.sign(x).ravel().tolist())
        assert unused.shape == (2,) and unused.dtype == np.int64
    assert len(sizes) >= 3 and {1.0, -1.0} <= signs


def test_a_static_model_has_no_shape_arithmetic():
    from paddlelite.ops.shape import shape

    def fn(x):
        return paddle.reshape(x, shape(paddle.transpose(x, [2, 0, 1])))

    _, proto = to_onnx(trace(fn, ("x", (2, 3, 4), "float32")))
    assert not {"Shape", "Gather", "Concat"} & {n.op_type for n in proto.graph.node}


class Net(Layer):
    def __init__(self):
        super().__init__()
        self.weight = self.create_parameter([4, 3])
        self.register_buffer("shift", paddle.ones([3]))

    def forward(self, x, n):
        y = x @ self.weight + self.shift
        for _ in range(n):
            if y.sum() > 0:
                y = y * 0.5 if self.training else y - 1.0
        return {"logits": y, "all": [x * 2.0, n], "x": x + 1.0}


SPEC = [jit.InputSpec(["batch", 4], "float32", "x"), jit.InputSpec([], "int64", "n")]


def test_a_layer_is_exported_as_in_eval_mode(tmp_path):
    net = Net()
    report = export(net, tmp_path / "m.onnx", SPEC)
    assert net.training
    assert list(report.inputs) == ["x", "n"] and list(report.outputs) == ["logits", "all_0", "all_1", "x.1"]
    names = [t.name for t in onnx.load(tmp_path / "m.onnx").graph.initializer]
    assert {"weight", "shift"} <= set(names)
    session = onnxruntime.InferenceSession(str(tmp_path / "m.onnx"), providers=["CPUExecutionProvider"])
    net.eval()
    for batch, n in ((1, 0), (2, 1), (5, 3)):
        x = np.random.default_rng(batch).standard_normal((batch, 4)).astype(np.float32)
        got = session.run(["logits"], {"x": x, "n": np.array(n)})[0]
        want = net(paddle.to_tensor(x), paddle.to_tensor(n))["logits"].numpy()
        np.testing.assert_allclose(got, want, rtol=1e-4, atol=1e-5)


def test_four_sources_one_graph(tmp_path):
    net = Net()
    net.eval()
    static = jit.to_static(Net(), input_spec=SPEC)
    static.weight.set_value(net.weight)
    static.eval()
    graphs = []
    for source, spec in ((net, SPEC), (net.forward, SPEC), (static, None), (static, SPEC)):
        export(source, tmp_path / "m.onnx", spec)
        model = onnx.load(tmp_path / "m.onnx")
        for node in model.graph.node:
            del node.metadata_props[:]
        graphs.append(([n.op_type for n in model.graph.node], [t.name for t in model.graph.initializer]))
    assert all(g == graphs[0] for g in graphs)


def test_the_front_of_paddle(tmp_path):
    import paddlelite.onnx

    report = paddlelite.onnx.export(Net(), str(tmp_path / "m"), input_spec=SPEC, opset_version=13)
    assert report.opset == 13 and os.listdir(tmp_path) == ["m.onnx"]
    with pytest.raises(InvalidArgumentError, match="no option 'colour'"):
        paddlelite.onnx.export(Net(), str(tmp_path / "n"), input_spec=SPEC, colour=1)
    with pytest.raises(InvalidArgumentError, match="from 11"):
        paddlelite.onnx.export(Net(), str(tmp_path / "n"), input_spec=SPEC, opset_version=9)
    assert os.listdir(tmp_path) == ["m.onnx"]


GOLDEN = Path(__file__).parents[1] / "golden" / "formats"
#: Saved by PaddlePaddle 2.6.2: layers, control flow, lists in loops, recurrent and attention layers.
SAVED = (
    "linear convbnpool ifelse forbreak whileloop nestedctl tensorarray retinloop lstm gru transformer random"
)


@pytest.mark.parametrize("name", SAVED.split())
def test_models_saved_by_paddlepaddle(tmp_path, name):
    report = export(GOLDEN / name / "p26.pdmodel", tmp_path / "m.onnx")
    assert report.difference < 1e-5 and report.samples >= 3


def test_random_numbers_are_not_compared(tmp_path):
    p = trace(lambda x: (x + paddle.rand([3]), x * 2.0), ("x", ("n", 3), "float32"))
    report = export(p, tmp_path / "m.onnx")
    assert report.difference == 0 and report.onnx_ops["RandomUniformLike"] == 1


def test_prints_and_assertions_are_left_out_and_said(tmp_path):
    from paddlelite.prune import EFFECTS

    noise = []

    def note_kernel(X):
        noise.append(X)
        return []

    record = Op("effect_test_op", note_kernel, (Slot("X", False, False),), ("*Out",), {})
    record.infer(lambda X: [])
    EFFECTS.add("effect_test_op")
    try:

        def fn(x):
            record(x)
            return cond(
                reduce_sum(x, dim=[], reduce_all=True) > 0, lambda: [record(x), x * 2.0][1:], lambda: [x]
            )[0]

        report = export(trace(fn, ("x", ("n",), "float32")), tmp_path / "m.onnx")
        assert noise, "eager runs it"
        here = [text.partition(" at tests/export/test_exporter.py:") for text in report.dropped]
        assert [name for name, _, line in here if int(line)] == ["effect_test_op"] * 2
        assert f"Left out: {report.dropped[0]}, {report.dropped[1]}." in str(report)
    finally:
        EFFECTS.remove("effect_test_op")


def test_dropped_checks_are_told_with_their_lines(tmp_path):
    def checked(x, n):
        for i in range(n):
            assert x.sum() < 100
            if x.min() < -5:
                raise ValueError("small")
            print(i)
            x = x + 1
        return x

    first = checked.__code__.co_firstlineno
    report = paddle.onnx.export(
        checked,
        tmp_path / "m",
        [paddle.static.InputSpec(s, d) for s, d in (([None], "float32"), ([], "int64"))],
        verify=False,
    )
    where = "tests/export/test_exporter.py"
    wanted = [
        f"{what} at {where}:{first + line}" for what, line in (("assert", 2), ("assert", 4), ("print", 5))
    ]
    assert report.dropped == wanted
    assert f"- {wanted[0]}\n- {wanted[1]}\n" in report.to_markdown() and wanted[1] in str(report)


def test_samples_on_which_the_users_assert_fails_are_left_out(tmp_path):
    def checked(x):
        assert x.shape[0] == 3, "three rows"
        return x * 2

    spec = [paddle.static.InputSpec([None], "float32", "x")]
    paddle.onnx.export(paddle.jit.to_static(checked, input_spec=spec), str(tmp_path / "checked"))
    assert (tmp_path / "checked.onnx").exists()


def test_a_loop_that_ends_on_some_inputs_only(tmp_path):
    @paddle.jit.to_static(input_spec=[jit.InputSpec([2])])
    def f(x):
        while x.sum() < 20:
            x = x * 2
        return x

    paddle.onnx.export(f, str(tmp_path / "f"))
    session = onnxruntime.InferenceSession(str(tmp_path / "f.onnx"))
    [got] = session.run(None, {session.get_inputs()[0].name: np.array([1, 2], "float32")})
    assert got.tolist() == [8, 16]
