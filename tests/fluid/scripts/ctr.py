"""Click-through rates: sparse features, AUC, a decayed rate, moving averages, three ways of saving (1.7)."""

import logging

import numpy as np
import paddle.fluid as fluid
import paddle.fluid.profiler as profiler

L = fluid.layers
logging.basicConfig(format="%(asctime)s - %(levelname)s - %(message)s")


def net(dense, ids, label):
    embs = [
        L.embedding(
            input=i,
            size=[100, 8],
            is_sparse=True,
            param_attr=fluid.ParamAttr(name="SparseFeatFactors", initializer=fluid.initializer.Uniform()),
        )
        for i in ids
    ]
    embs = [L.reshape(e, [-1, 8]) for e in embs]
    x = L.concat(embs + [dense], axis=1)
    for size in (32, 16):
        x = L.fc(
            x,
            size,
            act="relu",
            param_attr=fluid.ParamAttr(initializer=fluid.initializer.Normal(scale=1 / np.sqrt(x.shape[1]))),
        )
    predict = L.fc(x, 2, act="softmax")
    cost = L.reduce_mean(L.cross_entropy(input=predict, label=label))
    auc_var, batch_auc, auc_states = L.auc(input=predict, label=label, num_thresholds=2**12)
    return predict, cost, auc_var, batch_auc


def r():
    rng = np.random.RandomState(3)
    for _ in range(30):
        ids = rng.randint(0, 100, (32, 3))
        dense = rng.rand(32, 4).astype("f4")
        y = ((ids[:, 0] < 50) | (dense[:, 1] > 0.8)).astype("i8")
        yield ids, dense, y


fluid.default_startup_program().random_seed = 7
dense = L.data("dense", [4])
ids = [L.data("C%d" % i, shape=[1], dtype="int64") for i in range(3)]
label = L.data("label", [1], dtype="int64")
predict, cost, auc, batch_auc = net(dense, ids, label)
lr = L.exponential_decay(0.05, 10, 0.9, True)
opt = fluid.optimizer.Adam(learning_rate=lr, lazy_mode=True, regularization=fluid.regularizer.L2Decay(1e-5))
_, params_grads = opt.minimize(cost)
global_lr = opt._global_learning_rate()
ema = fluid.optimizer.ExponentialMovingAverage(0.9)
ema.update()
exe = fluid.Executor(fluid.CPUPlace())
exe.run(fluid.default_startup_program())
main = fluid.default_main_program()
print(
    main.num_blocks,
    len(main.global_block().ops) > 20,
    sorted(p.name for p in main.global_block().all_parameters())[:3],
)
with profiler.profiler("CPU", "total", "profile"):
    for step, (i, d, y) in enumerate(r()):
        feed = {"C%d" % k: i[:, k : k + 1] for k in range(3)}
        feed.update(dense=d, label=y.reshape(-1, 1))
        loss, a, ba, rate = exe.run(main, feed=feed, fetch_list=[cost, auc, batch_auc, global_lr.name])
        if step % 10 == 0:
            print(f"TRAIN --> pass: {0} batch: {step} loss: {loss / 32} auc: {a}, batch_auc: {ba} lr {rate}")
g = [p for p, g in params_grads]
with ema.apply(exe):
    pass
w = fluid.global_scope().find_var("SparseFeatFactors").get_tensor()
assert np.array(w).shape == (100, 8)
assert np.allclose(fluid.io.get_parameter_value_by_name("SparseFeatFactors", exe), np.array(w))
fluid.io.save_inference_model("ctr", ["dense"] + ["C%d" % i for i in range(3)], [predict], exe)
fluid.save(main, "ctr_all/model")
fluid.load(main, "ctr_all/model", exe)
state = fluid.io.load_program_state("ctr_all/model")
print(len(state))
assert a > 0.7, a
for v in main.list_vars():
    if v.persistable and "moment1" in v.name:
        print(v.name, v.shape)
        break
