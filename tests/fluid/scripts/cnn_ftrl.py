"""A convolutional network with Ftrl, whose train and test programs read by py_reader (1.5)."""

import os
import random
import sys

import numpy as np
import paddle
import paddle.fluid as fluid
import paddle.fluid.core as core


def cnn(img, label):
    conv_pool_1 = fluid.nets.simple_img_conv_pool(
        input=img, filter_size=5, num_filters=8, pool_size=2, pool_stride=2, act="relu"
    )
    conv_pool_1 = fluid.layers.batch_norm(conv_pool_1)
    conv_pool_2 = fluid.nets.simple_img_conv_pool(
        input=conv_pool_1, filter_size=5, num_filters=12, pool_size=2, pool_stride=2, act="relu"
    )
    prediction = fluid.layers.fc(input=conv_pool_2, size=10, act="softmax")
    loss = fluid.layers.cross_entropy(input=prediction, label=label)
    return prediction, fluid.layers.mean(loss), fluid.layers.accuracy(input=prediction, label=label)


def data(n=256):
    rng = np.random.RandomState(0)
    centers = rng.rand(10, 784).astype("float32")

    def r():
        for _ in range(n):
            k = rng.randint(10)
            yield (centers[k] + 0.1 * rng.randn(784)).astype("float32"), int(k)

    return r


def main():
    train_prog, startup_prog, test_prog = fluid.Program(), fluid.Program(), fluid.Program()
    random.seed(1)  # paddle.reader.shuffle's
    startup_prog.random_seed = train_prog.random_seed = 1
    with fluid.program_guard(train_prog, startup_prog):
        with fluid.unique_name.guard():
            py_reader = fluid.layers.py_reader(
                capacity=16,
                shapes=[[-1, 1, 28, 28], [-1, 1]],
                lod_levels=[0, 0],
                dtypes=["float32", "int64"],
                name="train_reader",
                use_double_buffer=True,
            )
            img, label = fluid.layers.read_file(py_reader)
            prediction, avg_cost, acc = cnn(img, label)
            opt = fluid.optimizer.Ftrl(learning_rate=0.05, l1=1e-4, l2=1e-4)
            opt.minimize(avg_cost)
            avg_cost.persistable = True
            acc.persistable = True
    with fluid.program_guard(test_prog, startup_prog):
        with fluid.unique_name.guard():
            test_reader = fluid.layers.py_reader(
                capacity=16,
                shapes=[[-1, 1, 28, 28], [-1, 1]],
                lod_levels=[0, 0],
                dtypes=["float32", "int64"],
                name="test_reader",
            )
            img, label = fluid.layers.read_file(test_reader)
            tp, tc, ta = cnn(img, label)
    test_prog = test_prog.clone(for_test=False)
    place = fluid.CUDAPlace(0) if core.is_compiled_with_cuda() else fluid.CPUPlace()
    exe = fluid.Executor(place)
    exe.run(startup_prog)
    build_strategy = fluid.BuildStrategy()
    build_strategy.memory_optimize = False
    exec_strategy = fluid.ExecutionStrategy()
    exec_strategy.num_threads = 1
    compiled = fluid.CompiledProgram(train_prog).with_data_parallel(
        loss_name=avg_cost.name, build_strategy=build_strategy, exec_strategy=exec_strategy
    )
    py_reader.decorate_paddle_reader(paddle.batch(paddle.reader.shuffle(data(), 64), batch_size=32))
    test_reader.decorate_paddle_reader(paddle.batch(data(64), batch_size=32))
    for pass_id in range(2):
        py_reader.start()
        losses = []
        try:
            while True:
                loss, a = exe.run(compiled, fetch_list=[avg_cost.name, acc.name])
                losses.append(np.mean(np.array(loss)))
        except fluid.core.EOFException:
            py_reader.reset()
        test_reader.start()
        accs = []
        try:
            while True:
                l, a = exe.run(test_prog, fetch_list=[tc.name, ta.name])
                accs.append(np.mean(a))
        except fluid.core.EOFException:
            test_reader.reset()
        print(f"Pass {pass_id}, train loss {np.mean(losses):.4f}, test acc {np.mean(accs):.4f}")
        sys.stdout.flush()
    model_path = os.path.join("output", str(pass_id))
    if not os.path.isdir(model_path):
        os.makedirs(model_path)
    fluid.io.save_persistables(exe, model_path, main_program=train_prog)

    def if_exist(var):
        return os.path.exists(os.path.join(model_path, var.name))

    fluid.io.load_vars(exe, model_path, main_program=train_prog, predicate=if_exist)
    print(sorted(os.listdir(model_path))[:6])
    ws = np.array(fluid.global_scope().find_var("conv2d_0.w_0").get_tensor())
    print(ws.shape)
    assert np.mean(accs) > 0.9
    print(sum(np.prod(p.shape) for p in train_prog.global_block().all_parameters()))


if __name__ == "__main__":
    main()
