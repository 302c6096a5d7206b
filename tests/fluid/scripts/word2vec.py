"""The book's word2vec in a program, with softmax, nce and hsigmoid, and inference from the saved model (1.5)."""

import math
import random
import sys

import numpy as np
import paddle
import paddle.fluid as fluid

EMBED_SIZE = 16
HIDDEN_SIZE = 32
N = 5
BATCH_SIZE = 20
DICT = 30
params_dirname = "word2vec.inference.model"


def reader_creator():
    def reader():
        rng = np.random.RandomState(0)
        for _ in range(400):
            start = rng.randint(0, DICT)
            yield tuple((start + 3 * k) % DICT for k in range(N))

    return reader


def inference_program(words, is_sparse, loss_kind, next_word):
    embeds = []
    for i, w in enumerate(words):
        embeds.append(
            fluid.layers.embedding(
                input=w, size=[DICT, EMBED_SIZE], dtype="float32", is_sparse=is_sparse, param_attr="shared_w"
            )
        )
    concat_embed = fluid.layers.concat(input=embeds, axis=1)
    hidden1 = fluid.layers.fc(input=concat_embed, size=HIDDEN_SIZE, act="sigmoid")
    if loss_kind == "softmax":
        predict_word = fluid.layers.fc(input=hidden1, size=DICT, act="softmax")
        cost = fluid.layers.cross_entropy(input=predict_word, label=next_word)
    elif loss_kind == "nce":
        cost = fluid.layers.nce(
            input=hidden1,
            label=next_word,
            num_total_classes=DICT,
            param_attr=fluid.ParamAttr(
                name="nce_w", initializer=fluid.initializer.TruncatedNormal(scale=1.0 / math.sqrt(DICT))
            ),
            bias_attr=fluid.ParamAttr(name="nce_b"),
            num_neg_samples=5,
            sampler="log_uniform",
        )
        predict_word = hidden1
    else:
        cost = fluid.layers.hsigmoid(
            input=hidden1,
            label=next_word,
            num_classes=DICT,
            param_attr=fluid.ParamAttr(name="sigmoid_w"),
            bias_attr=fluid.ParamAttr(name="sigmoid_b"),
        )
        predict_word = hidden1
    return predict_word, fluid.layers.mean(cost)


def train(use_cuda, loss_kind, is_sparse=True):
    place = fluid.CUDAPlace(0) if use_cuda else fluid.CPUPlace()
    train_reader = paddle.batch(paddle.reader.shuffle(reader_creator(), 100), BATCH_SIZE)
    main_program, startup = fluid.Program(), fluid.Program()
    main_program.random_seed = startup.random_seed = 90
    random.seed(1)  # paddle.reader.shuffle's
    with fluid.program_guard(main_program, startup):
        names = ["firstw", "secondw", "thirdw", "fourthw", "nextw"]
        words = [fluid.layers.data(name=n, shape=[1], dtype="int64") for n in names]
        predict_word, avg_cost = inference_program(words[:-1], is_sparse, loss_kind, words[-1])
        test_program = main_program.clone(for_test=True)
        optimizer = fluid.optimizer.AdagradOptimizer(
            learning_rate=3e-2, regularization=fluid.regularizer.L2DecayRegularizer(8e-6)
        )
        optimizer.minimize(avg_cost)
    exe = fluid.Executor(place)
    exe.run(startup)
    feeder = fluid.DataFeeder(feed_list=words, place=place)
    feed_var_list_loop = [main_program.global_block().var(n) for n in names]
    first = last = None
    for epoch in range(3):
        for batch_id, data in enumerate(train_reader()):
            avg_cost_np = exe.run(main_program, feed=feeder.feed(data), fetch_list=[avg_cost])
            if first is None:
                first = avg_cost_np[0][0]
            last = avg_cost_np[0][0]
        accumulated = 0.0
        count = 0
        for data in train_reader():
            outs = exe.run(program=test_program, feed=feeder.feed(data), fetch_list=[avg_cost])
            accumulated += outs[0][0]
            count += 1
        if math.isnan(float(avg_cost_np[0])):
            sys.exit("got NaN loss, training failed.")
    print("%s: Average Cost %0.4f -> %0.4f, test %.4f" % (loss_kind, first, last, accumulated / count))
    if loss_kind == "softmax":
        fluid.io.save_inference_model(
            params_dirname, names[:-1], [predict_word], exe, main_program=main_program
        )
    return first, last


def infer(use_cuda):
    place = fluid.CUDAPlace(0) if use_cuda else fluid.CPUPlace()
    exe = fluid.Executor(place)
    inference_scope = fluid.core.Scope()
    with fluid.scope_guard(inference_scope):
        [inferencer, feed_target_names, fetch_targets] = fluid.io.load_inference_model(params_dirname, exe)
        assert feed_target_names[0] == "firstw"
        data = [[[3]], [[6]], [[9]], [[12]]]
        lod = [[1]]
        words = [fluid.create_lod_tensor(d, lod, place) for d in data]
        results = exe.run(
            inferencer,
            feed={n: w for n, w in zip(feed_target_names, words)},
            fetch_list=fetch_targets,
            return_numpy=False,
        )
        print(np.array(results[0]).shape, results[0].recursive_sequence_lengths())
        most_possible_word_index = np.argmax(results[0])
        print("next:", most_possible_word_index)
        assert most_possible_word_index == 15


if __name__ == "__main__":
    for kind in ("softmax", "nce", "hsigmoid"):
        first, last = train(False, kind)
        assert last < first, (kind, first, last)
    infer(False)
