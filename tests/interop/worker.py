"""Runs inside a real PaddlePaddle: loads a saved model in every way that release has, and stores what it computes.

    python worker.py jit|static|inference PREFIX INPUTS.npz OUTPUTS.npz

Knows nothing of paddlelite. NumPy is imported before paddle: with 2.6.2, the other way round crashes in zlib.
"""

import sys

import numpy as np


def by_jit(prefix, inputs):
    import paddle

    layer = paddle.jit.load(prefix)
    outputs = layer(*[paddle.to_tensor(x) for x in inputs])
    outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
    return [as_array(o) for o in outputs]


def as_array(tensor):
    import paddle

    return (tensor.astype("float32") if tensor.dtype == paddle.bfloat16 else tensor).numpy()


def by_static(prefix, inputs):
    import paddle

    paddle.enable_static()
    exe = paddle.static.Executor(paddle.CPUPlace())
    program, feeds, fetches = paddle.static.load_inference_model(prefix, exe)
    return exe.run(program, feed=dict(zip(feeds, inputs)), fetch_list=fetches)


def by_inference(prefix, inputs):
    import os

    import paddle

    params = prefix + ".pdiparams"
    config = paddle.inference.Config(prefix + ".pdmodel", params if os.path.exists(params) else "")
    config.disable_gpu()
    config.disable_glog_info()
    predictor = paddle.inference.create_predictor(config)
    for name, x in zip(predictor.get_input_names(), inputs):
        handle = predictor.get_input_handle(name)
        handle.reshape(x.shape)
        handle.copy_from_cpu(x)
    predictor.run()
    return [predictor.get_output_handle(name).copy_to_cpu() for name in predictor.get_output_names()]


def main(how, prefix, source, target):
    with np.load(source) as data:
        cases = [
            [data[k] for k in sorted(data.files) if k.startswith(f"case{i}_")] for i in range(len(data.files))
        ]
    found = {}
    run = {"jit": by_jit, "static": by_static, "inference": by_inference}[how]
    for number, inputs in enumerate(c for c in cases if c):
        for at, output in enumerate(run(prefix, inputs)):
            found[f"case{number}_{at:03d}"] = np.asarray(output)
    np.savez(target, **found)


if __name__ == "__main__":
    main(*sys.argv[1:])
