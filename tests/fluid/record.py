"""Record what PaddlePaddle 1.8.5 computes for the cases: `python3.7 tests/fluid/record.py` with 1.8.5 installed."""

import json
import os
import sys

import numpy as np

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import calls  # noqa: E402
import cases  # noqa: E402
import paddle  # noqa: E402
import programs  # noqa: E402
import sampled  # noqa: E402
import training  # noqa: E402
from paddle import fluid  # noqa: E402

assert paddle.__version__ == "1.8.5", paddle.__version__
# Programs first: after a guard, 1.8.5's programs find their inputs no more.
recorded = {name: programs.run(fluid, build) for name, build in programs.PROGRAMS.items()}
drawn = sampled.record(fluid)
golden, failed = {}, []
for mode in (calls.static, calls.eager):
    for name, (function, options) in sorted(cases.CASES.items()):
        if options.get("oracle", "eager") != mode.__name__:
            continue
        try:
            found = mode(fluid, name, function)
        except Exception as error:
            failed.append(name + ": " + str(error).strip().splitlines()[-1][:200])
            continue
        for key, array in found.items():
            if key not in options.get("without", ()):
                golden[name + "|" + key] = array
print("\n".join(failed))
print(len(cases.CASES), "cases,", len(golden), "arrays,", len(failed), "failed")
where = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "golden", "fluid", "layers.npz")
np.savez_compressed(where, **golden)
with fluid.dygraph.guard():
    trained = training.results(fluid)
with fluid.dygraph.guard():
    trained["text|all"] = np.array([str(make(fluid.dygraph)) for make in training.TEXTS])
np.savez_compressed(where.replace("layers.npz", "dygraph.npz"), **trained)
print(len(trained), "arrays of dygraph")
np.savez_compressed(where.replace("layers.npz", "nce.npz"), **drawn)
with open(where.replace("layers.npz", "programs.json"), "w") as file:
    json.dump(recorded, file)

# A model and its parameters, in 1.8.5's files.
folder = os.path.dirname(where)
main, startup = fluid.Program(), fluid.Program()
main.random_seed = startup.random_seed = 7
with fluid.program_guard(main, startup), fluid.unique_name.guard():
    y = programs.saved_model(fluid)
    exe = fluid.Executor(fluid.CPUPlace())
    exe.run(startup)
    (out,) = exe.run(main.clone(for_test=True), feed={"x": programs.IMAGES}, fetch_list=[y])
    fluid.io.save_inference_model(os.path.join(folder, "model"), ["x"], [y], exe, None, "m", "p")
    fluid.io.save_persistables(exe, os.path.join(folder, "persistables"), main)
np.save(os.path.join(folder, "model.npy"), out)
