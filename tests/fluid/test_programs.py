"""Programs of 1.x give the numbers that PaddlePaddle 1.8.5 gives."""

import json
import pathlib

import numpy as np
import pytest

import paddlelite as paddle
from paddlelite import fluid
from tests.fluid import programs

FOLDER = pathlib.Path(__file__).parent.parent / "golden" / "fluid"
GOLDEN = json.loads((FOLDER / "programs.json").read_text())


@pytest.mark.parametrize("name", sorted(GOLDEN))
def test_as_recorded(name, static_mode):
    for run, want in zip(programs.run(fluid, programs.PROGRAMS[name]), GOLDEN[name], strict=True):
        for a, b in zip(run, want, strict=True):
            assert np.shape(a) == np.shape(b)
            np.testing.assert_allclose(a, b, rtol=2e-4, atol=1e-6)


def test_every_program_was_recorded():
    assert set(programs.PROGRAMS) == set(GOLDEN)


def test_an_inference_model_of_1_8_5(static_mode):
    exe = fluid.Executor(fluid.CPUPlace())
    program, feeds, fetches = fluid.io.load_inference_model(str(FOLDER / "model"), exe, "m", "p")
    (out,) = exe.run(program, feed={feeds[0]: programs.IMAGES}, fetch_list=fetches)
    np.testing.assert_allclose(out, np.load(FOLDER / "model.npy"), atol=1e-6)


def test_persistables_of_1_8_5_have_our_names(static_mode):
    y = programs.saved_model(fluid)
    test = fluid.default_main_program().clone(for_test=True)
    exe = fluid.Executor(fluid.CPUPlace())
    exe.run(fluid.default_startup_program())
    fluid.io.load_persistables(exe, str(FOLDER / "persistables"))
    (out,) = exe.run(test, feed={"x": programs.IMAGES}, fetch_list=[y])
    np.testing.assert_allclose(out, np.load(FOLDER / "model.npy"), atol=1e-6)
    assert not (FOLDER / "persistables" / "fc_1.w_0").exists()


@pytest.mark.parametrize("reader", ["sample_list", "sample", "batch"])
def test_readers_feed_a_program(reader, static_mode):
    x, y = fluid.layers.data("x", [3]), fluid.layers.data("y", [1], dtype="int64")
    total = fluid.layers.reduce_sum(x) + fluid.layers.reduce_sum(fluid.layers.cast(y, "float32"))
    samples = [(np.full(3, n, "float32"), n) for n in range(5)]
    loader = fluid.io.PyReader(feed_list=[x, y], capacity=4)
    if reader == "sample_list":
        loader.decorate_sample_list_generator(fluid.io.batch(lambda: iter(samples), 2), fluid.CPUPlace())
    elif reader == "sample":
        loader.decorate_sample_generator(lambda: iter(samples), 2, drop_last=False)
    else:
        parts = [samples[0:2], samples[2:4], samples[4:5]]
        stacked = [[np.stack([s[0] for s in p]), np.array([[s[1]] for s in p])] for p in parts]
        loader.decorate_batch_generator(lambda: iter(stacked))
    exe = fluid.Executor(fluid.CPUPlace())
    sums = [float(exe.run(feed=feed, fetch_list=[total])[0]) for feed in loader()]
    assert sums == [4.0, 20.0, 16.0]
    feeder = fluid.DataFeeder(["x", "y"])
    assert {k: v.shape for k, v in feeder.feed(samples).items()} == {"x": (5, 3), "y": (5, 1)}
    with pytest.raises(ValueError, match="number of fields"):
        feeder.feed([(1,)])
    with pytest.raises(ValueError, match="Shape not match"):
        feeder.feed([(np.ones(2), 1)])


@pytest.mark.parametrize("how", ["PyReader", "from_generator", "py_reader", "by_data"])
def test_a_program_that_reads(how, static_mode):
    L = fluid.layers
    if how == "py_reader":
        reader = L.py_reader(8, shapes=[(-1, 3), (-1, 1)], dtypes=["float32", "int64"], name="train")
        x, y = L.read_file(L.double_buffer(reader))
    else:
        x, y = L.data("x", [3]), L.data("y", [1], dtype="int64")
        make = {"PyReader": fluid.io.PyReader, "from_generator": fluid.io.DataLoader.from_generator}.get(how)
        if make is None:
            reader = L.create_py_reader_by_data(8, [x, y])
        else:
            reader = make(feed_list=[x, y], capacity=4, iterable=False)
    total = L.reduce_sum(x) + L.reduce_sum(L.cast(y, "float32"))
    test = fluid.default_main_program().clone(for_test=True)
    exe = fluid.Executor()
    samples = [(np.full(3, n, "float32"), n) for n in range(5)]
    reader.decorate_paddle_reader(fluid.io.batch(lambda: iter(samples), 2))
    with pytest.raises(RuntimeError, match="call its start"):
        exe.run(fetch_list=[total])
    for _ in range(2):
        sums = []
        reader.start()
        with pytest.raises(fluid.core.EOFException):
            while True:
                sums.append(float(exe.run(fetch_list=[total])[0]))
        reader.reset()
        assert sums == [4.0, 20.0, 16.0]
    feed = {x.name: np.ones((1, 3), "float32"), y.name: np.array([[2]])}
    assert exe.run(feed=feed, fetch_list=[total])[0] == 5.0  # fed by hand for once
    assert exe.run(test, feed=feed, fetch_list=[total.name])[0] == 5.0
    with pytest.raises(KeyError, match="missing in feed"):
        exe.run(test, fetch_list=[total.name])
    with pytest.raises(RuntimeError, match="is read by its program"):
        reader()


def test_a_reader_in_a_guard():
    samples = [(np.full(3, n, "float32"), np.int64(n)) for n in range(5)]
    with fluid.dygraph.guard():
        loader = fluid.io.DataLoader.from_generator(capacity=4)
        loader.set_sample_list_generator(fluid.io.batch(lambda: iter(samples), 2), fluid.CPUPlace())
        batches = list(loader())
        assert [[x.shape, y.numpy().tolist()] for x, y in batches] == [
            [[2, 3], [0, 1]], [[2, 3], [2, 3]], [[1, 3], [4]]
        ]  # fmt: skip
        loader = fluid.io.PyReader(capacity=4, return_list=True)
        loader.decorate_batch_generator(
            lambda: iter([(np.ones((2, 3), "float32"), np.ones((2, 1), "int64"))])
        )
        ((x, y),) = list(loader)
        assert x.shape == [2, 3] and y.numpy().dtype == np.int64
    with pytest.raises(ValueError, match="needs feed_list"):
        fluid.io.PyReader(capacity=4)


def test_nets(static_mode):
    L, nets = fluid.layers, fluid.nets
    x, t = L.data("x", [3, 8, 8]), L.data("t", [4, 6])
    outs = [
        nets.simple_img_conv_pool(x, 4, 3, 2, 2, act="relu"),
        nets.img_conv_group(x, [4, 5], 2, conv_act="relu", conv_with_batchnorm=True, pool_stride=2),
        nets.glu(t),
        nets.scaled_dot_product_attention(t, t, t, num_heads=2),
    ]
    exe = fluid.Executor()
    exe.run(fluid.default_startup_program())
    feed = {"x": np.ones((2, 3, 8, 8), "float32"), "t": np.ones((2, 4, 6), "float32")}
    shapes = [out.shape for out in exe.run(feed=feed, fetch_list=outs)]
    assert shapes == [(2, 4, 3, 3), (2, 5, 4, 4), (2, 4, 3), (2, 4, 6)]


def test_sizes_that_differ_from_run_to_run(static_mode):
    L = fluid.layers
    x, y = L.data("x", [-1, -1, 3], append_batch_size=False), L.data("y", [-1], append_batch_size=False)
    outs = [
        L.fc(x, 2, num_flatten_dims=2),
        L.mul(x, L.fill_constant([3, 2], "float32", 1.0), x_num_col_dims=2),
        L.elementwise_add(x, y, axis=0),
        L.fill_constant_batch_size_like(x, [1, 3], "float32", 2.0),
    ]
    exe = fluid.Executor()
    exe.run(fluid.default_startup_program())
    for batch, time in ((2, 4), (3, 5), (1, 1)):
        feed = {"x": np.ones((batch, time, 3), "float32"), "y": np.ones(batch, "float32")}
        shapes = [out.shape for out in exe.run(feed=feed, fetch_list=outs)]
        assert shapes == [(batch, time, 2), (batch, time, 2), (batch, time, 3), (batch, 3)]


def test_a_tensor_takes_the_shape_of_what_it_is_given(static_mode):
    L = fluid.layers
    x, out = L.data("x", [3]), L.create_tensor("float32", name="kept")
    assert L.assign(x, out) is out and out.shape == [-1, 3]
    L.sums([x, x], out=out)
    exe, feed = fluid.Executor(), {"x": np.ones((2, 3), "float32")}
    for fetched in exe.run(feed=feed, fetch_list=[out, "kept", out * 2]):
        assert fetched.shape == (2, 3)
    with fluid.dygraph.guard():
        out = L.create_tensor("float32")
        L.assign(np.ones((2, 3), "float32"), out)
        assert out.numpy().shape == (2, 3)


def test_an_element_has_an_axis_in_programs_of_fluid_only(static_mode):
    paddle.enable_static()
    assert paddle.static.data("of 2.x", [3])[0].shape == []
    with fluid.program_guard(fluid.Program()):
        assert fluid.layers.data("x", [3], append_batch_size=False)[0].shape == [1]
        cond = fluid.layers.less_than(*(fluid.layers.fill_constant([1], "float32", v) for v in (1, 2)))
        x = fluid.layers.ones([3], "float32")
        assert fluid.layers.cond(cond, lambda: x[0], lambda: x[1]).shape == [1]


def test_clips_of_different_parameters(static_mode):
    """1.8.5 uses the last parameter's clip for all of them, or none when one has none."""
    L, clip = fluid.layers, fluid.clip
    x = L.data("x", [2])
    loss = L.mean(L.fc(x, 1, param_attr="w", bias_attr="b") + L.fc(x, 1, param_attr="v", bias_attr=False))
    clip.set_gradient_clip(clip.GradientClipByValue(0.25), param_list=["w"])
    clip.set_gradient_clip(clip.GradientClipByNorm(0.5), param_list=["b"])
    with pytest.raises(TypeError, match="of fluid.clip"):
        clip.set_gradient_clip(paddle.nn.ClipGradByNorm(1.0), param_list=["v"])
    fluid.optimizer.SGD(1.0).minimize(loss)
    exe, scope = fluid.Executor(), fluid.global_scope()
    exe.run(fluid.default_startup_program())
    before = {name: np.array(scope.find_var(name).get_tensor()) for name in "wbv"}
    exe.run(feed={"x": np.array([[3.0, 0.1]], "float32")}, fetch_list=[loss])
    steps = {name: before[name] - np.array(scope.find_var(name).get_tensor()) for name in "wbv"}
    np.testing.assert_allclose(steps["w"], [[0.25], [0.1]], atol=1e-6)
    np.testing.assert_allclose(steps["b"], [0.5], atol=1e-6)
    np.testing.assert_allclose(steps["v"], [[3.0], [0.1]], atol=1e-6)


def test_tree_conv(static_mode):
    L, nodes = fluid.layers, np.random.RandomState(0).rand(3, 4, 2).astype("float32")
    edges = np.array([[[1, 2], [2, 3], [0, 0]], [[1, 2], [1, 3], [3, 4]], [[0, 0], [0, 0], [0, 0]]], "int32")
    x, e = L.data("x", [4, 2]), L.data("e", [3, 2], dtype="int32")
    given = fluid.initializer.NumpyArrayInitializer(np.arange(18, dtype="float32").reshape(2, 3, 3, 1) / 10)
    out = L.tree_conv(x, e, 3, act=None, param_attr=fluid.ParamAttr("w", given), bias_attr="b")
    fluid.optimizer.SGD(0.1).minimize(L.mean(out))
    exe = fluid.Executor()
    exe.run(fluid.default_startup_program())
    (found,) = exe.run(feed={"x": nodes, "e": edges}, fetch_list=[out])
    assert found.shape == (3, 4, 3, 1) and fluid.default_main_program().all_parameters()[1].shape == [4, 3, 1]
    assert exe.run(feed={"x": nodes[:1], "e": edges[:1]}, fetch_list=[out])[0].shape == (1, 4, 3, 1)
    assert not found[0, 3].any(), "in no edge"
    with pytest.raises(ValueError, match="an edge from 3 to 6, but the nodes are 1 to 4"):
        exe.run(feed={"x": nodes, "e": edges * 3}, fetch_list=[out])
    with fluid.dygraph.guard():
        D = fluid.dygraph
        v = [D.to_variable(a) for a in (nodes, edges)]
        layer = D.TreeConv(2, 3, act=None, param_attr=fluid.ParamAttr("w", given))
        np.testing.assert_allclose(layer(*v).numpy(), found, rtol=1e-5)
        old = D.TreeConv("tree", 3, 2, bias_attr=fluid.ParamAttr("b"))
        assert old(*v).shape == [3, 4, 3, 2] and old.bias.shape == [2]
        with pytest.raises(ValueError, match="max_depth must be greater than 1"):
            D.TreeConv(2, 3, max_depth=1)(*v)


def test_python_in_a_program(static_mode):
    x = fluid.layers.data("x", [3])
    out = fluid.default_main_program().current_block().create_var(name="out", dtype="float32", shape=[-1, 3])
    fluid.layers.py_func(lambda a: np.array(a) * 2, x, out)
    (found,) = fluid.Executor().run(feed={"x": np.ones((2, 3), "float32")}, fetch_list=[out])
    assert found.tolist() == [[2.0] * 3] * 2


def test_group_norm_has_parameters_where_they_are_asked_for(static_mode):
    x = fluid.layers.data("x", [4, 2, 2])
    fluid.layers.group_norm(x, 2)
    fluid.layers.group_norm(x, 2, param_attr="scale", bias_attr="shift")
    assert [p.name for p in fluid.default_main_program().all_parameters()] == ["scale", "shift"]


def test_metrics():
    accuracy = fluid.metrics.Accuracy()
    accuracy.update(value=np.array([0.5]), weight=10)
    accuracy.update(value=1.0, weight=10)
    assert accuracy.eval() == 0.75
    accuracy.reset()
    with pytest.raises(RuntimeError, match="There is no data"):
        accuracy.eval()
    chunks = fluid.metrics.ChunkEvaluator()
    assert chunks.eval() == (0.0, 0.0, 0.0)
    chunks.update(np.array([4]), 5, 3)
    chunks.update(4, 5, 1)
    assert chunks.eval() == (0.5, 0.4, pytest.approx(4 / 9))
    distance = fluid.metrics.EditDistance("distance")
    with pytest.raises(RuntimeError, match="There is no data"):
        distance.eval()
    distance.update(np.array([[0.0], [3.0]]), 2)
    assert distance.eval() == (1.5, 0.5)
    both = fluid.metrics.CompositeMetric()
    both.add_metric(fluid.metrics.Precision())
    both.add_metric(fluid.metrics.Recall())
    both.update(preds=np.array([[0.9], [0.8], [0.1]]), labels=np.array([[1], [0], [1]]))
    assert both.eval() == [0.5, 0.5]
