"""Runs inside a real PaddlePaddle: reads what paddlelite saved, or saves what paddlelite is to read.

python exchange.py read FOLDER    prints the sum of every tensor found in FOLDER's files, as JSON
python exchange.py write FOLDER
"""

import json
import os
import sys

import numpy as np


def numbers(tree):
    import paddle

    if isinstance(tree, paddle.Tensor):
        values = tree.astype("float64") if tree.dtype != paddle.complex64 else tree.real().astype("float64")
        return [
            tree.name,
            str(tree.dtype).replace("paddle.", ""),
            list(tree.shape),
            float(np.asarray(values).sum()),
        ]
    if isinstance(tree, dict):
        return {str(key): numbers(value) for key, value in tree.items()}
    if isinstance(tree, (list, tuple)):
        return [numbers(value) for value in tree]
    return tree


def read(folder):
    import paddle

    print(
        json.dumps(
            {name: numbers(paddle.load(os.path.join(folder, name))) for name in sorted(os.listdir(folder))}
        )
    )


def write(folder):
    import paddle

    layer = paddle.nn.Sequential(paddle.nn.Linear(3, 2), paddle.nn.BatchNorm1D(2))
    for name, parameter in layer.named_parameters():
        parameter.set_value(np.full(parameter.shape, len(name), "float32"))
    schedule = paddle.optimizer.lr.StepDecay(0.1, 3)
    adam = paddle.optimizer.Adam(schedule, parameters=layer.parameters())
    layer(paddle.ones([4, 3])).sum().backward()
    adam.step()
    schedule.step()
    for protocol in (2, 3, 4):
        paddle.save(layer.state_dict(), os.path.join(folder, f"net{protocol}.pdparams"), protocol=protocol)
        paddle.save(adam.state_dict(), os.path.join(folder, f"net{protocol}.pdopt"), protocol=protocol)
    half = paddle.to_tensor([1.5, 2.5]).astype("bfloat16")
    paddle.save({"list": [half, {"x": paddle.to_tensor([1 + 2j])}], "n": 3}, os.path.join(folder, "tree.pd"))
    paddle.save(paddle.arange(6).reshape([2, 3]), os.path.join(folder, "one.bin"), use_binary_format=True)


if __name__ == "__main__":
    {"read": read, "write": write}[sys.argv[1]](sys.argv[2])
