"""Programs: what is asked of them, copies, guards, scopes, and bad input."""

from __future__ import annotations

import numpy as np
import pytest

import paddlelite as paddle
from paddlelite import nn, static
from paddlelite.framework import unique_name

X = np.arange(8, dtype=np.float32).reshape(2, 4)


def test_what_a_program_tells(graph):
    main, startup = graph
    x = static.data("x", [None, 4])
    with static.name_scope("head"):
        y = static.nn.fc(x, 3, activation="relu")
    block = main.global_block()
    assert [op.type for op in block.ops] == ["matmul_v2", "elementwise_add", "relu"]
    op = block.ops[0]
    assert (
        op.input("X") == ["x"] and op.input("Y") == ["fc_0.w_0"] and op.output("Out") == [op.outputs[0].name]
    )
    assert op.attr("trans_x") is False and op.has_attr("trans_y") and "trans_y" in op.attr_names
    assert op.scope == "head" and op.input_arg_names == ["x", "fc_0.w_0"]
    assert block.var("x") is x and block.var(y.name) is y and not block.has_var("nowhere")
    assert [p.name for p in main.all_parameters()] == ["fc_0.w_0", "fc_0.b_0"]
    assert {v.name for v in main.list_vars()} >= {"x", "fc_0.w_0", y.name}
    assert main.num_blocks == 1 and main.block(0) is block and block.idx == 0
    assert y.op is block.ops[2] and x.op is None and x.is_data and x.lod_level == 0
    assert "matmul_v2" in main.to_string(True) and "float32" in y.to_string()
    assert [op.type for op in startup.global_block().ops if op.type != "rng_advance"] == [
        "uniform_random",
        "fill_constant",
    ]
    static.nn.cond(y.sum() > 0, lambda: y, lambda: y * 2)
    assert main.num_blocks == 3 and main.block(2).ops[0].type == "scale"
    for wrong, message in (
        (lambda: block.var("nowhere"), "nowhere"),
        (lambda: op.attr("a"), "no attribute 'a'"),
    ):
        with pytest.raises(ValueError, match=message):
            wrong()
    with pytest.raises(ValueError, match="no block 3"):
        main.block(3)
    with pytest.raises(NotImplementedError, match="built by calling functions"):
        block.append_op(type="relu")


def test_shapes_show_as_in_paddle(graph):
    x = static.data("x", [None, -1, 4])
    assert x.shape == [-1, -1, 4] and x.ndim == 3 and str(x.shape) == "paddle.Size([-1, -1, 4])"
    assert x.reshape([x.shape[0], -1]).shape[0] == -1


def mixed():
    """A loss with everything that behaves differently in tests."""
    x = static.data("x", [None, 4])
    net = nn.Sequential(nn.Linear(4, 3), nn.BatchNorm1D(3), nn.Dropout(0.5))
    return net(x).sum()


def test_a_clone_for_test_neither_drops_nor_moves_nor_trains(graph):
    main, startup = graph
    loss = mixed()
    before = main.clone(for_test=True)
    paddle.optimizer.Adam(0.1).minimize(loss)
    after = main.clone(for_test=True)
    exe = static.Executor()
    exe.run(startup)
    state = {n: np.array(v._data) for n, v in main.state_dict().items()}
    first = [exe.run(p, {"x": X}, [loss])[0].item() for p in (before, after, before)]
    assert first[0] == first[1] == first[2]
    assert all(np.array_equal(v._data, state[n]) for n, v in main.state_dict().items())
    exe.run(main, {"x": X}, [loss])
    assert exe.run(after, {"x": X}, [loss.name])[0].item() != first[0]
    assert {op.type for op in after.global_block().ops} == {op.type for op in before.global_block().ops}
    assert [op.attr("is_test") for op in after.global_block().ops if op.has_attr("is_test")] == [True, True]


def test_a_clone_goes_its_own_way(graph):
    main, startup = graph
    x = static.data("x", [None, 4])
    y = static.nn.fc(x, 2)
    copy = main.clone()
    with static.program_guard(copy, startup):
        z = y * 2
    assert len(copy.global_block().ops) == 1 + len(main.global_block().ops)
    exe = static.Executor()
    exe.run(startup)
    got = exe.run(copy, {"x": X}, [y, z])
    np.testing.assert_array_equal(got[0] * 2, got[1])
    with pytest.raises(ValueError, match="not in the program"):
        exe.run(main, {"x": X}, [z])


def test_programs_of_one_name_share_their_parameters(graph):
    _, startup = graph
    outs, programs = [], []
    for training in (True, False):
        program = static.Program()
        with static.program_guard(program, startup), unique_name.guard():
            out = static.nn.fc(static.data("x", [None, 4]), 1).sum()
            if training:
                paddle.optimizer.SGD(0.5).minimize(out)
        outs.append(out)
        programs.append(program)
    exe = static.Executor()
    exe.run(startup)
    exe.run(programs[0], {"x": X}, [outs[0]])
    trained = np.array(static.global_scope().find_var("fc_0.w_0").get_tensor())
    got = exe.run(programs[1], {"x": X}, [outs[1]])[0]
    bias = np.array(static.global_scope().find_var("fc_0.b_0").get_tensor())
    np.testing.assert_allclose(got, (X @ trained + bias).sum(), rtol=1e-5)


def test_scopes_keep_their_own_values(graph):
    main, startup = graph
    out = static.nn.fc(static.data("x", [None, 4]), 1, bias_attr=False)
    exe, other = static.Executor(), static.Scope()
    exe.run(startup)
    exe.run(startup, scope=other)
    other.find_var("fc_0.w_0").get_tensor().set(np.ones((4, 1), np.float32), paddle.CPUPlace())
    assert exe.run(main, {"x": X}, [out], scope=other)[0].ravel().tolist() == X.sum(1).tolist()
    assert exe.run(main, {"x": X}, [out])[0].ravel().tolist() != X.sum(1).tolist()
    with static.scope_guard(other):
        assert exe.run(main, {"x": X}, [out])[0].ravel().tolist() == X.sum(1).tolist()
    assert static.global_scope().find_var("nowhere") is None
    assert other.new_scope().find_var("fc_0.w_0").get_tensor().shape() == [4, 1]


def test_a_seeded_program_repeats_itself(graph):
    main, startup = graph
    startup.random_seed = 7
    static.nn.fc(static.data("x", [None, 4]), 3)
    exe = static.Executor()
    values = []
    for _ in range(2):
        exe.run(startup)
        values.append(static.global_scope().find_var("fc_0.w_0").get_tensor().numpy())
    np.testing.assert_array_equal(*values)
    startup.random_seed = 8
    exe = static.Executor()
    exe.run(startup)
    assert not np.array_equal(values[0], static.global_scope().find_var("fc_0.w_0").get_tensor().numpy())


def test_values_are_read_and_set_through_the_program(graph):
    main, startup = graph
    y = static.nn.fc(static.data("x", [None, 4]), 1)
    exe = static.Executor()
    weight = main.all_parameters()[0]
    with pytest.raises(RuntimeError, match="run the startup program first"):
        weight.get_value()
    exe.run(startup)
    weight.set_value(np.ones((4, 1)))
    assert weight.get_value().tolist() == [[1.0]] * 4
    state = main.state_dict()
    assert sorted(state) == ["fc_0.b_0", "fc_0.w_0"] and sorted(main.state_dict("opt")) == []
    main.set_state_dict({"fc_0.w_0": np.full((4, 1), 2.0, np.float32), "other": X})
    assert exe.run(main, {"x": X}, [y])[0].ravel().tolist() == (2 * X.sum(1)).tolist()
    with pytest.raises(ValueError, match="has shape"):
        main.set_state_dict({"fc_0.b_0": X})
    with pytest.raises(AssertionError, match="Shape not match"):
        weight.set_value(X)


def test_layers_of_a_model_are_static_too(graph):
    main, startup = graph
    layer = nn.Linear(4, 2)
    assert all(isinstance(p, static.Variable) for p in layer.parameters())
    assert main.all_parameters() == [] or [p.name for p in main.all_parameters()] == [
        "linear_0.w_0",
        "linear_0.b_0",
    ]
    y = layer(static.data("x", [None, 4]))
    exe = static.Executor()
    exe.run(startup)
    assert exe.run(main, {"x": X}, [y])[0].shape == (2, 2)


def test_a_layers_state_is_the_scopes(graph):
    main, startup = graph
    layer = nn.Linear(4, 1)
    out, exe = layer(static.data("x", [None, 4])), static.Executor()
    nodes = len(main.global_block().ops)
    names = [p.name for p in layer.state_dict().values()]
    assert names == ["linear_0.w_0", "linear_0.b_0"] and len(main.global_block().ops) == nodes
    assert "linear_0.w_0" in str(layer.weight)
    first = exe.run(startup, fetch_list=names)
    np.testing.assert_array_equal(first[0], exe.run(main, fetch_list=[layer.weight])[0])
    layer.set_state_dict({"weight": np.ones((4, 1), np.float32), "bias": np.zeros(1, np.float32)})
    assert exe.run(main, {"x": X}, [out])[0].ravel().tolist() == X.sum(1).tolist()


def test_runs_that_are_wrong(graph):
    main, startup = graph
    x, label = static.data("x", [None, 4]), static.data("label", [None, 1], "int64")
    y = static.nn.fc(x, 2)
    loss = nn.functional.cross_entropy(y, label).mean()
    paddle.optimizer.SGD(0.1).minimize(loss)
    exe = static.Executor()
    feed = {"x": X, "label": np.zeros((2, 1), np.int64)}
    with pytest.raises(RuntimeError, match=r"Cannot find fc_0.w_0 in scope.*startup program"):
        exe.run(main, feed, [loss])
    exe.run(startup)
    wrong = [
        ({"x": X}, KeyError, "'label' of the program is missing"),
        ({**feed, "z": X}, ValueError, r"\['z'\], which are no inputs"),
        ({**feed, "x": X[:, :3]}, ValueError, r"shape \[-1, 4\], but received \[2, 3\]"),
        ({**feed, "x": X.astype("float64")}, ValueError, "must be float32, but received float64"),
        ({**feed, "x": x}, TypeError, "fed a static Variable"),
        ({**feed, "x": "abc"}, TypeError, "fed a str that is no array"),
        ([feed, feed], TypeError, "2 parts"),
        (3, TypeError, "feed requires dict"),
    ]
    for given, error, message in wrong:
        with pytest.raises(error, match=message):
            exe.run(main, given, [loss])
    for fetch, error, message in (
        (["nowhere"], ValueError, "'nowhere', which is not in the program"),
        ([3], TypeError, r"fetch_list\[0\]"),
    ):
        with pytest.raises(error, match=message):
            exe.run(main, feed, fetch)
    with pytest.raises(TypeError, match="needs a Program"):
        exe.run("main", feed, [loss])
    first = exe.run(main, [feed], loss)[0]
    assert exe.run(main, {"x": X.tolist(), "label": [[0], [0]]}, [loss])[0] < first


def test_eager_tensors_and_variables_do_not_mix(graph):
    main, _ = graph
    x = static.data("x", [None, 4])
    paddle.disable_static()
    eager = paddle.ones([4])
    with pytest.raises(ValueError, match="variable of a static graph, which has no value here"):
        paddle.add(x, eager)
    with pytest.raises(paddle.errors.CaptureError, match=r"only known when .* Use Executor.run\(fetch_list"):
        x.numpy()
    paddle.enable_static()
    with pytest.raises(ValueError, match="an eager Tensor .* can not be used in a static program"):
        paddle.add(x, eager)
    with pytest.raises(ValueError, match="is an eager Tensor, but the loss is a static Variable|belongs"):
        paddle.optimizer.SGD(0.1, parameters=[eager]).minimize(static.nn.fc(x, 1).sum())
    other = static.Program()
    with static.program_guard(other), pytest.raises(Exception, match="belongs to another program"):
        x + 1


def test_losses_that_are_wrong(graph):
    x = static.data("x", [3, 4])
    with pytest.raises(ValueError, match="nothing to train"):
        paddle.optimizer.SGD(0.1).minimize(x.sum())
    y = static.nn.fc(x, 2)
    with pytest.raises(ValueError, match="number of elements of loss should be 1"):
        static.append_backward(y)
    with pytest.raises(TypeError, match="must be a static Variable"):
        static.append_backward(3.0)
    with pytest.raises(ValueError, match="not in this block"):
        static.append_backward(y.sum(), parameter_list=["nowhere"])


def test_declarations_that_are_wrong(graph):
    static.data("x", [None, 4])
    assert static.data("x", [None, 4]) is static.data("x", [None, 4])
    with pytest.raises(ValueError, match="another variable named 'x'"):
        static.data("x", [None, 5])
    with pytest.raises(TypeError, match="'name' in data must be str"):
        static.data(3, [1])
    with pytest.raises(TypeError, match="'shape' in data must be list or tuple"):
        static.data("y", 4)
    with pytest.raises(ValueError, match="LoD"):
        static.data("y", [None, 1], lod_level=1)
    static.create_parameter([2], "float32", name="p")
    with pytest.raises(ValueError, match="already in the program with shape"):
        static.create_parameter([3], "float32", name="p")
    with pytest.raises(TypeError, match="must be Program"):
        with static.program_guard("main"):
            pass
    with pytest.raises(ValueError, match="must be known, but is -1"):
        static.nn.fc(static.data("z", [None, None]), 3)
    with pytest.raises(ValueError, match="no activation 'nothing'"):
        static.nn.fc(static.data("x", [None, 4]), 3, activation="nothing")


def test_data_needs_static_mode():
    with pytest.raises(AssertionError, match="enable_static"):
        static.data("x", [1])
    with pytest.raises(TypeError, match="static.nn is for static mode"):
        static.nn.fc(paddle.ones([1, 2]), 3)


def test_a_to_static_function_becomes_part_of_the_program(graph):
    @paddle.jit.to_static
    def collatz(x):
        steps = paddle.zeros([], "int64")
        while x > 1:
            if x % 2 == 0:
                x = x // 2
            else:
                x = 3 * x + 1
            steps += 1
        return steps

    @paddle.jit.to_static
    def rows(x):
        total = paddle.zeros([4])
        for i in range(x.shape[0]):
            total = total + x[i] * i
        return total

    n, x = static.data("n", [], "int64"), static.data("x", [None, 4])
    steps, total = collatz(n), rows(x)
    assert x.shape == [-1, 4]
    got = static.Executor().run(feed={"n": np.array(6), "x": X}, fetch_list=[steps, total])
    assert got[0] == 8 and got[1].tolist() == X[1].tolist()


def test_a_method_of_users_objects_becomes_part_of_the_program(graph):
    class Scale:
        def __init__(self):
            self.by = 3.0

        @paddle.jit.to_static
        def scaled(self, x):
            return x * self.by if x.sum() > 1 else x

    x = static.data("x", [None, 4])
    out = Scale().scaled(x)
    np.testing.assert_array_equal(static.Executor().run(feed={"x": X}, fetch_list=[out])[0], X * 3)


def test_what_the_user_marks_persistable_is_kept(graph):
    main, _ = graph
    y = static.data("x", [None, 4]) * 2
    y.persistable = True
    static.Executor().run(main, {"x": X}, [y + 1])
    np.testing.assert_array_equal(static.global_scope().find_var(y.name).get_tensor(), X * 2)


def test_bfloat16_is_fed_as_its_bits(graph):
    x = static.data("x", [1], "bfloat16")
    out = static.Executor().run(feed={"x": np.array([0x3F80], np.uint16)}, fetch_list=[x.astype("float32")])
    assert out[0].tolist() == [1.0]


def test_what_dynamic_mode_has_is_refused_by_name(graph):
    x = static.data("x", [None, 4])
    loss = static.nn.fc(x, 1).mean()
    trainer = paddle.optimizer.SGD(0.1)
    for call in (trainer.step, trainer.state_dict, lambda: trainer.set_state_dict({})):
        with pytest.raises(AssertionError, match="in dynamic graph mode"):
            call()
    with pytest.raises(RuntimeError, match=r"optimizer.minimize\(loss\)"):
        loss.backward()
    with pytest.raises(NotImplementedError, match="LBFGS in static mode"):
        paddle.optimizer.LBFGS()
    with pytest.raises(NotImplementedError, match="set_default_dtype"):
        nn.Linear(4, 1).to(dtype="float64")
    with pytest.raises(RuntimeError, match="nothing to translate"):
        paddle.jit.save(nn.Linear(4, 1), "m", input_spec=[static.InputSpec([None, 4])])
    with pytest.raises(paddle.errors.CaptureError, match="Use paddle.static.nn.cond"):
        bool(loss > 0)
    with pytest.raises(paddle.errors.CaptureError, match="while_loop"):
        list(x)
