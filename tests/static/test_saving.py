"""Static programs and their values in files: paddle.static's forms and 1.x's folders."""

from __future__ import annotations

import os
import pickle

import numpy as np
import pytest

import paddlelite as paddle
from paddlelite import nn, static
from paddlelite.static import checkpoints, folders

X = np.arange(8, dtype=np.float32).reshape(2, 4)


def trained(graph):
    """x, the prediction, its value after some steps, and the executor."""
    main, startup = graph
    x, y = static.data("x", [None, 4]), static.data("y", [None, 1])
    hidden = nn.BatchNorm1D(3)(static.nn.fc(x, 3, activation="tanh"))
    out = static.nn.fc(nn.functional.dropout(hidden, 0.5), 1)
    test = main.clone(for_test=True)
    paddle.optimizer.Adam(0.1).minimize(nn.functional.square_error_cost(out, y).mean())
    exe = static.Executor()
    exe.run(startup)
    for _ in range(3):
        exe.run(main, {"x": X, "y": X[:, :1]}, [])
    return x, out, exe.run(test, {"x": X}, [out])[0], exe


def test_an_inference_model(graph, tmp_path):
    x, out, expected, exe = trained(graph)
    static.save_inference_model(tmp_path / "m", [x], [out], exe)
    assert sorted(os.listdir(tmp_path)) == ["m.pdiparams", "m.pdiparams.info", "m.pdmodel"]
    with static.scope_guard(static.Scope()):
        program, feeds, fetches = static.load_inference_model(tmp_path / "m", exe)
        assert feeds == ["x"]
        np.testing.assert_allclose(exe.run(program, {"x": X}, fetches)[0], expected, rtol=1e-6)
        assert static.global_scope().find_var("fc_0.w_0").get_tensor().shape() == [4, 3]


@pytest.mark.parametrize("names", [{}, {"model_filename": "net", "params_filename": "values"}])
def test_a_folder_of_1_x(graph, tmp_path, names):
    _, out, expected, exe = trained(graph)
    assert folders.save_inference_model(tmp_path, ["x"], [out], exe, **names) == [out.name]
    found = sorted(os.listdir(tmp_path))
    assert found == (["net", "values"] if names else sorted([
        "__model__", "batch_norm1d_0.b_0", "batch_norm1d_0.w_0", "batch_norm1d_0.w_1", "batch_norm1d_0.w_2",
        "fc_0.b_0", "fc_0.w_0", "fc_1.b_0", "fc_1.w_0",
    ]))  # fmt: skip
    with static.scope_guard(static.Scope()):
        program, feeds, fetches = folders.load_inference_model(tmp_path, exe, **names)
        np.testing.assert_allclose(exe.run(program, {feeds[0]: X}, fetches)[0], expected, rtol=1e-6)


def test_save_and_load(graph, tmp_path):
    main, startup = graph
    x, out, expected, exe = trained(graph)
    static.save(main, tmp_path / "m")
    assert sorted(os.listdir(tmp_path)) == ["m.pdmodel", "m.pdopt", "m.pdparams"]
    with open(tmp_path / "m.pdopt", "rb") as file:
        saved = pickle.load(file)
    assert saved["learning_rate_0"].shape == () and saved["fc_0.w_0_moment1_0"].shape == (4, 3)
    step = exe.run(main, {"x": X, "y": X[:, :1]}, ["fc_1.w_0"])[0]
    assert exe.run(main, {"x": X, "y": X[:, :1]}, ["fc_1.w_0"])[0].tolist() != step.tolist()
    static.load(main, tmp_path / "m", exe)
    # Dropout draws other numbers, but the state is what it was.
    state = static.load_program_state(tmp_path / "m")
    now = main.state_dict()
    assert now.keys() == state.keys() and all(np.array_equal(now[k]._data, v) for k, v in state.items())
    with pytest.raises(ValueError, match="nothing saved at"):
        static.load(main, tmp_path / "nowhere")
    other = static.Program()
    with static.program_guard(other, static.Program()):
        static.create_parameter([3], "float32", name="unheard_of")
    with pytest.raises(ValueError, match=r"no values of the variables \['unheard_of'\]"):
        static.load(other, tmp_path / "m")
    with pytest.raises(RuntimeError, match="has no value to save"), static.scope_guard(static.Scope()):
        static.save(main, tmp_path / "n")
    assert not (tmp_path / "n.pdparams").exists()


@pytest.mark.parametrize("filename", [None, "all"])
def test_persistables_in_a_folder(graph, tmp_path, filename):
    main, startup = graph
    *_, exe = trained(graph)
    checkpoints.save_persistables(exe, tmp_path, main, filename)
    before = {k: v._data for k, v in main.state_dict().items()}
    exe.run(startup)
    checkpoints.load_persistables(exe, tmp_path, main, filename)
    after = main.state_dict()
    assert all(np.array_equal(after[k]._data, v) for k, v in before.items())
    if filename is None:
        os.remove(tmp_path / "fc_0.w_0")
        with pytest.raises(ValueError, match="does not exist"):
            checkpoints.load_persistables(exe, tmp_path, main)
        assert all(np.array_equal(main.state_dict()[k]._data, v) for k, v in before.items())


def test_moving_averages(graph):
    main, startup = graph
    x = static.data("x", [None, 4])
    out = static.nn.fc(x, 1, bias_attr=False, weight_attr=nn.initializer.Constant(1.0))
    paddle.optimizer.SGD(1.0).minimize(out.sum())
    averages = static.ExponentialMovingAverage(0.5)
    averages.update()
    exe = static.Executor()
    exe.run(startup)
    with pytest.raises(RuntimeError, match="no averages yet"), averages.apply(exe):
        pass
    ones = np.ones((1, 4), np.float32)
    for _ in range(2):
        exe.run(main, {"x": ones}, [])
    weight = main.all_parameters()[0]
    with averages.apply(exe):  # of 0 and -1: (0.25 * 0 + 0.5 * -1) / 0.75
        np.testing.assert_allclose(weight.get_value().numpy(), np.full((4, 1), -2 / 3), rtol=1e-6)
    assert weight.get_value().tolist() == [[-1.0]] * 4


def test_accuracy_and_places(graph):
    scores, label = static.data("scores", [None, 3]), static.data("label", [None, 1], "int64")
    best = static.accuracy(scores, label)
    feed = {"scores": np.eye(3, dtype=np.float32), "label": np.array([[0], [1], [0]])}
    np.testing.assert_allclose(static.Executor().run(feed=feed, fetch_list=[best])[0], 2 / 3, rtol=1e-6)
    assert len(static.cpu_places(2)) == 2


def test_the_area_under_the_curve(graph):
    _, startup = graph
    chances, label = static.data("chances", [None, 2]), static.data("label", [None, 1], "int64")
    total, batch, counts = static.auc(chances, label)
    exe, metric = static.Executor(), paddle.metric.Auc()
    exe.run(startup)
    for seed in range(3):
        random = np.random.RandomState(seed)
        given = random.rand(9).astype(np.float32)
        feed = {"chances": np.stack([1 - given, given], 1), "label": random.randint(0, 2, (9, 1))}
        found = exe.run(feed=feed, fetch_list=[total, batch, *counts])
        alone = paddle.metric.Auc()
        for one in (metric, alone):
            one.update(feed["chances"], feed["label"])
        np.testing.assert_allclose(found[:2], [metric.accumulate(), alone.accumulate()], rtol=1e-6)
    assert [c.sum() for c in found[2:4]] == [feed["label"].sum(), 9 - feed["label"].sum()]
    assert found[4].sum() + found[5].sum() == 27
    with pytest.raises(NotImplementedError, match="curve='PR'"):
        static.auc(chances, label, curve="PR")


def test_a_loaded_program_is_built_on_and_trained(graph, tmp_path):
    x, out, expected, exe = trained(graph)
    static.save_inference_model(tmp_path / "m", [x], [out], exe)
    program, _, (score,) = static.load_inference_model(tmp_path / "m", exe)
    startup = static.Program()
    with static.program_guard(program, startup):
        loss = nn.functional.square_error_cost(static.nn.fc(score, 1), static.data("y", [None, 1])).mean()
        test = program.clone(for_test=True)
        paddle.optimizer.SGD(0.01).minimize(loss)
    exe.run(startup)
    feed = {"x": X, "y": X[:, :1]}
    np.testing.assert_allclose(exe.run(test, feed, [score])[0], expected, rtol=1e-6)
    losses = [exe.run(program, feed, [loss])[0].item() for _ in range(3)]
    assert losses[0] > losses[1] > losses[2]
    assert exe.run(test, feed, [loss])[0] < losses[2]
    assert not np.allclose(exe.run(test, feed, [score])[0], expected)


def test_what_can_not_be_saved(graph, tmp_path):
    main, startup = graph
    x, out, _, exe = trained(graph)
    with pytest.raises(TypeError, match="fetch_vars must be a variable"):
        static.save_inference_model(tmp_path / "m", [x], ["out"], exe)
    with pytest.raises(ValueError, match="must be fed"):
        static.save_inference_model(tmp_path / "m", [], [out], exe)
    with (
        pytest.raises(RuntimeError, match="Run the startup program first"),
        static.scope_guard(static.Scope()),
    ):
        static.save_inference_model(tmp_path / "m", [x], [out], exe)
    with pytest.raises(ValueError, match="nowhere not in this block"):
        folders.save_inference_model(tmp_path, ["nowhere"], [out], exe)
    assert os.listdir(tmp_path) == []


def test_print_shows_a_tensor_at_every_run(graph, capfd):
    x = static.data("x", [None, 2])
    y = static.Print(x, first_n=2, message="look", summarize=3) * 2
    exe = static.Executor()
    for _ in range(3):
        assert exe.run(feed={"x": X[:, :2]}, fetch_list=[y])[0].tolist() == (2 * X[:, :2]).tolist()
    shown = capfd.readouterr().out
    assert shown.count("  - message: look") == 2 and "Variable: x" in shown and "- data: [0 1 4...]" in shown
    with pytest.raises(TypeError, match="'input' in Print"):
        static.Print(3)


def test_bytes(graph, tmp_path):
    x, out, expected, exe = trained(graph)
    program = static.serialize_program([x], [out])
    values = static.serialize_persistables([x], [out], exe)
    static.save_to_file(tmp_path / "p", program)
    again = static.deserialize_program(static.load_from_file(tmp_path / "p"))
    with static.scope_guard(static.Scope()):
        static.deserialize_persistables(again, values, exe)
        got = exe.run(again, {"x": X}, list(again.outputs))[0]
        np.testing.assert_allclose(got, expected, rtol=1e-6)
    with pytest.raises(ValueError, match="damaged|not a"):
        static.deserialize_program(program[:-7] + b"garbage")
    with pytest.raises(ValueError):
        static.deserialize_persistables(again, values[:-3], exe)
    with pytest.raises(TypeError, match="bytes"):
        static.deserialize_program("text")
