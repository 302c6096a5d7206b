"""Runs inside a real PaddlePaddle: loads saved models in one of the ways that release has, stores what they compute.

    python worker.py jit|static|inference JOBS.json

JOBS.json is a list of [prefix, number of cases, inputs.npz, outputs.npz]; outputs appear one after the other, so that
a crash shows where it happened; a Python error is written to outputs.npz.error. Knows nothing of paddlelite. NumPy is
imported before paddle: with 2.6.2, the other way round crashes in zlib.
"""

import json
import os
import sys
import traceback

import numpy as np


def by_jit(prefix, cases):
    import paddle

    layer = paddle.jit.load(prefix)
    for inputs in cases:
        outputs = layer(*[paddle.to_tensor(x) for x in inputs])
        outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
        yield [as_array(o) for o in outputs]


def as_array(tensor):
    import paddle

    return (tensor.astype("float32") if tensor.dtype == paddle.bfloat16 else tensor).numpy()


def by_static(prefix, cases):
    import paddle

    paddle.enable_static()
    with paddle.static.scope_guard(paddle.static.Scope()):
        exe = paddle.static.Executor(paddle.CPUPlace())
        program, feeds, fetches = paddle.static.load_inference_model(prefix, exe)
        for inputs in cases:
            yield exe.run(program, feed=dict(zip(feeds, inputs)), fetch_list=fetches)


def by_inference(prefix, cases):
    import paddle

    params = prefix + ".pdiparams"
    config = paddle.inference.Config(prefix + ".pdmodel", params if os.path.exists(params) else "")
    config.disable_gpu()
    config.disable_glog_info()
    predictor = paddle.inference.create_predictor(config)
    for inputs in cases:
        for name, x in zip(predictor.get_input_names(), inputs):
            handle = predictor.get_input_handle(name)
            handle.reshape(x.shape)
            handle.copy_from_cpu(x)
        predictor.run()
        yield [predictor.get_output_handle(name).copy_to_cpu() for name in predictor.get_output_names()]


def do(run, prefix, count, source, target):
    with np.load(source) as data:
        stored = {key: data[key] for key in data.files}
    numbers = [f"case{i:02d}" for i in range(count)]
    cases = [[stored[key] for key in sorted(stored) if key.startswith(number + "_")] for number in numbers]
    found = {}
    for number, outputs in zip(numbers, run(prefix, cases)):
        for at, output in enumerate(outputs):
            array = np.asarray(output)
            if array.dtype == object:
                raise ValueError(f"result {at} is {output!r}")
            found[f"{number}_{at:03d}"] = array
    np.savez(target, **found)


def main(how, jobs):
    run = {"jit": by_jit, "static": by_static, "inference": by_inference}[how]
    with open(jobs) as file:
        listed = json.load(file)
    for prefix, count, source, target in listed:
        try:
            do(run, prefix, count, source, target)
        except Exception:
            with open(target + ".error", "w") as file:
                file.write(traceback.format_exc())


if __name__ == "__main__":
    main(*sys.argv[1:])
