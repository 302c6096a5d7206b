"""The graph builder: nodes by name, constants, folding, sharing, inner graphs, dtypes without kernels, serialising."""

import numpy as np
import onnx
import pytest

from paddlelite.dims import symbol
from paddlelite.errors import InvalidArgumentError
from paddlelite.export.builder import Builder
from paddlelite.export.model import to_model
from paddlelite.export.opsets import Unsupported
from paddlelite.export.session import Session


def run(b, **feeds):
    """The checked model's results."""
    model = to_model(b, labels=True)
    onnx.checker.check_model(model, full_check=True)
    return Session(model).run(feeds)


def ops(b):
    return [n.op_type for n in to_model(b).graph.node]


def test_a_graph_runs():
    b = Builder()
    x = b.input("x", "float32", ("batch", 4))
    w = b.initializer("w", np.full((4, 3), 2.0, np.float32))
    y = b.Relu(b.Sub(b.MatMul(x, w), 1.0))
    y.dims = (symbol("batch"), 3)
    b.outputs([y], ["y"])
    (got,) = run(b, x=np.ones((2, 4), np.float32))
    np.testing.assert_array_equal(got, np.full((2, 3), 7.0, np.float32))
    dim = to_model(b).graph.output[0].type.tensor_type.shape.dim
    assert (dim[0].dim_param, dim[1].dim_value) == ("batch", 3)


@pytest.mark.parametrize("name", ["NoSuchOp", "matmul"])
def test_unknown_operators_are_attribute_errors(name):
    with pytest.raises(AttributeError, match="no operator"):
        getattr(Builder(), name)


def test_unknown_attributes_are_named():
    b = Builder()
    x = b.input("x", "float32", (2,))
    with pytest.raises(AttributeError, match="'axes'.*'axis'"):
        b.Softmax(x, axes=1)


def test_a_variadic_output_needs_its_count():
    b = Builder()
    x = b.input("x", "float32", (4,))
    with pytest.raises(InvalidArgumentError, match="outputs="):
        b.Split(x)
    assert len(b.Split(x, [1, 3])) == 2
    assert len(b.Split(x, num_outputs=4)) == 4


def test_constants_are_shared_and_numbers_take_their_partners_dtype():
    b = Builder()
    x = b.input("x", "float64", (2,))
    assert b.const(1.0, "float64") is b.const(1.0, "float64")
    assert b.const(1.0, "float64") is not b.const(1.0, "float32")
    y = b.Add(x, 1.0)
    assert y.dtype.name == "float64"
    assert b.const([1, 2]).dtype.name == "int64"
    assert b.const(1.5).dtype.name == "float32"
    assert b.const([]).dtype.name == "int64"


def test_two_parameters_of_one_name_are_refused():
    b = Builder()
    b.initializer("w", np.zeros(1, np.float32))
    with pytest.raises(InvalidArgumentError, match="'w'"):
        b.initializer("w", np.zeros(1, np.float32))


def test_equal_nodes_are_one_and_dead_nodes_are_none():
    b = Builder()
    x = b.input("x", "float32", ("n",))
    y = b.Mul(b.Exp(x), b.Exp(x))
    b.Sin(x)
    b.outputs([y], ["y"])
    assert ops(b) == ["Exp", "Mul"]


def test_random_nodes_are_never_shared():
    b = Builder()
    x = b.input("x", "float32", (3,))
    y = b.Sub(b.RandomNormalLike(x), b.RandomNormalLike(x))
    b.outputs([y], ["y"])
    assert ops(b).count("RandomNormalLike") == 2


def test_static_shape_arithmetic_leaves_no_node():
    b = Builder()
    x = b.input("x", "float32", (2, 6))
    sizes = b.Shape(x)
    rows = b.Slice(sizes, [0], [1])
    columns = b.Div(b.Gather(sizes, 1), 2)
    target = b.Concat(b.Mul(rows, 2), b.Unsqueeze(columns, [0]), axis=0)
    b.outputs([b.Reshape(x, target)], ["y"])
    b.results[0].dims = (4, 3)
    assert ops(b) == ["Reshape"]
    assert run(b, x=np.zeros((2, 6), np.float32))[0].shape == (4, 3)


def test_known_sizes_of_a_symbolic_shape_fold():
    b = Builder()
    x = b.input("x", "float32", ("n", 6))
    assert b.Gather(b.Shape(x), 1).value == 6
    assert b.Gather(b.Shape(x), 0).value is None


@pytest.mark.parametrize("a, b_", [(7, 2), (-7, 2), (7, -2), (-7, -2)])
def test_folded_division_is_onnxruntimes(a, b_):
    folded = Builder().Div
    b = Builder()
    b.outputs([b.Div(b.input("x", "int64", ()), b_)], ["y"])
    (got,) = run(b, x=np.array(a))
    assert folded(Builder().const(a), b_).value == got


@pytest.mark.parametrize(
    "starts, ends, steps", [([1], [3], [1]), ([-1], [-100], [-1]), ([0], [100], [2]), ([3], [0], [-2])]
)
def test_folded_slices_are_onnxruntimes(starts, ends, steps):
    values = np.arange(5)
    b = Builder()
    x = b.input("x", "int64", (5,))
    y = b.Slice(x, starts, ends, [0], steps)
    folded = b.Slice(b.const(values), starts, ends, [0], steps).value
    y.dims = folded.shape
    b.outputs([y], ["y"])
    np.testing.assert_array_equal(run(b, x=values)[0], folded)


def test_transposes_compose_and_identities_vanish():
    b = Builder()
    x = b.input("x", "float32", (2, 3, 4))
    y = b.Transpose(b.Transpose(x, perm=[2, 0, 1]), perm=[1, 2, 0])
    assert y is x
    assert b.cast(x, "float32") is x
    assert b.Reshape(x, [2, 3, 4]) is x


def test_outputs_are_distinct_and_named():
    b = Builder()
    x = b.input("x", "float32", (2,))
    y = b.Neg(x)
    b.outputs([y, y, x, b.const([1.0])], ["a", "b", "c", "d"])
    got = run(b, x=np.ones(2, np.float32))
    assert [o.name for o in to_model(b).graph.output] == ["a", "b", "c", "d"]
    np.testing.assert_array_equal(got[1], [-1, -1])
    np.testing.assert_array_equal(got[2], [1, 1])


def branches(then, orelse):
    b = Builder()
    flag, x = b.input("flag", "bool", ()), b.input("x", "float32", (2, 3))
    inner = []
    for make in (then, orelse):
        graph = b.inner()
        graph.outputs([make(graph, x)])
        inner.append(graph)
    y = b.If(flag, then_branch=inner[0], else_branch=inner[1])
    return b, y


def test_if_reads_outer_values_and_gives_them_through():
    b, y = branches(lambda g, x: g.Neg(x), lambda g, x: x)
    b.outputs([y], ["y"])
    x = np.ones((2, 3), np.float32)
    np.testing.assert_array_equal(run(b, flag=np.array(True), x=x)[0], -x)
    np.testing.assert_array_equal(run(b, flag=np.array(False), x=x)[0], x)


def test_branches_may_differ_in_rank():
    b, y = branches(lambda g, x: g.ReduceSum(x, keepdims=0), lambda g, x: x)
    assert y.dims is None
    size = b.Size(y)
    b.outputs([size], ["n"])
    size.dims = ()
    x = np.ones((2, 3), np.float32)
    assert Session(to_model(b)).run({"flag": np.array(True), "x": x})[0] == 1
    assert Session(to_model(b)).run({"flag": np.array(False), "x": x})[0] == 6


@pytest.mark.parametrize("times", [0, 1, 4])
def test_loop_carries_and_scans(times):
    b = Builder()
    n, x = b.input("n", "int64", ()), b.input("x", "float32", (2,))
    body = b.inner()
    body.input("i", "int64", ())
    go = body.input("go", "bool", ())
    h = body.input("h", "float32", (2,))
    body.outputs([go, body.Add(h, x)])
    y = b.Loop(n, None, x, body=body)
    y.dims = (2,)
    b.outputs([y], ["y"])
    (got,) = run(b, n=np.array(times), x=np.ones(2, np.float32))
    np.testing.assert_array_equal(got, np.full(2, times + 1.0))


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int8", "int16", "int32", "int64", "float16", "float64"])
def test_dtypes_without_a_kernel_are_cast_and_come_back(dtype):
    b = Builder()
    flag, x, z = b.input("flag", "bool", (3,)), b.input("x", dtype, (3,)), b.input("z", dtype, (3,))
    y = b.Where(flag, x, z)
    assert y.dtype.name == dtype
    b.outputs([y], ["y"])
    feeds = {"x": np.array([0, 1, 1], dtype), "z": np.array([1, 0, 1], dtype)}
    (got,) = run(b, flag=np.array([True, False, True]), **feeds)
    assert got.dtype == dtype
    np.testing.assert_array_equal(got, np.array([0, 0, 1], dtype))


def test_a_dtype_with_no_exact_way_is_refused():
    b = Builder()
    x = b.input("x", "float64", (1, 1, 4, 4))
    with pytest.raises(Unsupported, match="no Conv kernel for float64"):
        b.Conv(x, x)
    c = b.input("c", "complex64", (2,))
    with pytest.raises(Unsupported, match="complex64"):
        b.Add(c, c)


def test_node_names_and_sources_are_kept():
    b = Builder()
    x = b.input("x", "float32", (2,))
    b.path, b.source = "encoder/fc", "net.py:12"
    b.outputs([b.Relu(x)], ["y"])
    node = to_model(b, labels=True).graph.node[0]
    assert node.name == "encoder/fc/Relu_0"
    assert {p.key: p.value for p in node.metadata_props} == {"paddlelite.source": "net.py:12"}


def test_the_bytes_are_the_same_each_time():
    def build():
        b = Builder()
        x = b.input("x", "float32", ("n", 3))
        b.outputs([b.Softmax(b.Add(x, b.Exp(x)), axis=1)], ["y"])
        return to_model(b, labels=True).SerializeToString(deterministic=True)

    assert build() == build()
