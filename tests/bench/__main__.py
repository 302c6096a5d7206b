"""Times of ours beside real PaddlePaddle's and PyTorch's, measured alternately: `python -m tests.bench`.

PADDLE_PYTHON and TORCH_PYTHON name interpreters that have them; without them ours is measured alone. Every
framework runs as it comes, in a process of its own; the ones whose turn it is not are stopped (SIGSTOP), so
that no spinning thread of one disturbs another. A number is the median over the rounds of the median of a
round. Before anything is timed, ours and PaddlePaddle's first losses and outputs are compared: a difference
is an error.
"""

import argparse
import contextlib
import json
import os
import pathlib
import signal
import statistics
import subprocess
import sys

from tests.bench import table
from tests.bench.machine import machine

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parent.parent
MODELS = ("cifar", "lenet", "mlp", "resnet18", "lstm", "transformer")
MODES = ("train.eager", "train.static", "infer.eager", "infer.static", "infer.loaded")
PROGRAMS = ("mnist.program.sgd", "mnist.program.adam", "mnist.program.test")
SINGLE = (
    "op.add", "op.multiply_backward", "loop.eager", "loop.static", "loop.checked", "capture", "resnet18.save",
    "resnet18.onnx",
)  # fmt: skip
IMPORTS = {"paddlelite": "import paddlelite", "paddle": "import paddle", "torch": "import torch"}


def interpreters():
    found = {"paddlelite": sys.executable}
    for framework in ("paddle", "torch"):
        if path := os.environ.get(f"{framework.upper()}_PYTHON"):
            found[framework] = path
    return found


def environment(framework):
    """A bare checkout is not installed: ours is found through PYTHONPATH, and nobody else may see it.

    Bytecode is cached, as pip does for what it installs.
    """
    without = ("PYTHONPATH", "PYTHONDONTWRITEBYTECODE")
    kept = {name: value for name, value in os.environ.items() if name not in without}
    return {**kept, "PYTHONPATH": str(ROOT)} if framework == "paddlelite" else kept


class Worker:
    """A process of one framework, stopped whenever it is not asked."""

    def __init__(self, framework, python, log):
        self.framework = framework
        self.process = subprocess.Popen(
            [python, HERE / "worker.py", framework],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env=environment(framework),
        )

    def ask(self, *words):
        self.process.send_signal(signal.SIGCONT)
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(
                f"the worker of {self.framework} ended during `{' '.join(map(str, words))}`: see --log"
            )
        self.process.send_signal(signal.SIGSTOP)
        return json.loads(line)

    def close(self):
        """End the process, also one that is stopped in the middle of a task (after an error or Ctrl-C)."""
        self.process.kill()
        self.process.wait()


def measure(workers, task, rounds, seconds):
    """Median seconds of `task` by framework (or the error's text), and what each computed."""
    checks, medians, errors = {}, {}, {}
    for worker in workers:
        reply = worker.ask("prepare", task)
        if "error" in reply:
            errors[worker.framework] = reply["error"]
        else:
            checks[worker.framework] = reply["check"]
            medians[worker.framework] = []
    able = [worker for worker in workers if worker.framework not in errors]
    for round_number in range(rounds):
        turn = round_number % max(len(able), 1)
        for worker in able[turn:] + able[:turn]:
            reply = worker.ask("run", task, seconds)
            medians[worker.framework].append(statistics.median(reply["times"]))
    for worker in workers:
        worker.ask("drop", task)
    return {name: statistics.median(values) for name, values in medians.items()}, checks, errors


def differences(task, checks, tolerance=2e-3):
    """Where ours and PaddlePaddle's first numbers differ: they ran the same file from the same weights."""
    if not {"paddlelite", "paddle"} <= checks.keys():
        return []
    ours, theirs = checks["paddlelite"], checks["paddle"]
    allowed = tolerance * max(map(abs, theirs), default=1.0)
    if len(ours) == len(theirs) and all(abs(a - b) <= allowed for a, b in zip(ours, theirs)):
        return []
    return [f"{task}: ours computed {ours[:3]}, PaddlePaddle {theirs[:3]}"]


def spent(command, framework):
    """CPU seconds and peak memory (MB) of a whole process."""
    process = subprocess.Popen(
        command, env=environment(framework), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    unit = 1 if sys.platform == "darwin" else 1024
    seconds = usage.ru_utime + usage.ru_stime
    return (seconds, usage.ru_maxrss * unit / 1e6) if process.returncode == 0 else None


def whole_processes(pythons, rounds):
    """Import times (CPU seconds) and peak memory of three ResNet-18 training steps, in fresh processes."""
    imports = {name: [] for name in pythons}
    for name, python in pythons.items():
        spent([python, "-c", IMPORTS[name]], name)  # the first import of all writes the bytecode
    for _ in range(rounds):
        for name, python in pythons.items():
            imports[name].append(spent([python, "-c", IMPORTS[name]], name))
    memory = {}
    for task in ("resnet18.train.eager", "resnet18.train.static"):
        memory[task] = {
            name: spent([python, HERE / "worker.py", name, "once", task], name)
            for name, python in pythons.items()
        }
    seconds = {
        name: statistics.median(run[0] for run in runs if run) for name, runs in imports.items() if any(runs)
    }
    return seconds, {
        task: {name: run[1] for name, run in runs.items() if run} for task, runs in memory.items()
    }


def into_readme(tables):
    """Replace what stands between the two marks."""
    readme = ROOT / "README.md"
    before, mark, rest = readme.read_text(encoding="utf-8").partition("<!-- bench -->\n")
    _, end, after = rest.partition("<!-- /bench -->")
    if not mark or not end:
        raise SystemExit("README.md has lost the marks <!-- bench --> and <!-- /bench -->")
    readme.write_text(before + mark + tables.strip() + "\n" + end + after, encoding="utf-8")


def arguments():
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__.split("\n\n")[0])
    parser.add_argument("--models", default=",".join(MODELS), help="of " + ",".join(MODELS))
    parser.add_argument("--modes", default=",".join(MODES), help="of " + ",".join(MODES))
    parser.add_argument("--programs", action="store_true", help="static mode also with --only-models")
    parser.add_argument(
        "--only-models", action="store_true", help="no single operations, import, save or memory"
    )
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=0.25, help="of each framework in each round")
    parser.add_argument(
        "--threads", type=int, help="OMP_NUM_THREADS for all (PaddlePaddle's own default is 1)"
    )
    parser.add_argument("--readme", action="store_true", help="put the tables into README.md too")
    parser.add_argument("--log", default=os.devnull, help="where the workers' stderr goes")
    return parser.parse_args()


def main():
    options = arguments()
    if options.threads:
        os.environ["OMP_NUM_THREADS"] = str(options.threads)
    # Also when it is told to end: a worker that stays stopped would stay for good.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by SIGTERM"))
    pythons = interpreters()
    about = machine(pythons)
    models = [
        f"{model}.{mode}"
        for model in filter(None, options.models.split(","))
        for mode in options.modes.split(",")
    ]
    models += PROGRAMS if options.programs or not options.only_models else ()
    tasks = models + ([] if options.only_models else list(SINGLE))
    times, wrong, refused = {}, [], []
    with contextlib.ExitStack() as stack:
        log = stack.enter_context(open(options.log, "w"))
        workers = [Worker(name, python, log) for name, python in pythons.items()]
        for worker in workers:
            stack.callback(worker.close)
        for task in tasks:
            print(f"  {task}", file=sys.stderr, flush=True)
            rounds = options.rounds if task in models or task.startswith("op.") else min(3, options.rounds)
            times[task], checks, errors = measure(workers, task, rounds, options.seconds)
            wrong += differences(task, checks)
            refused += [f"{task}: {name} – {text}" for name, text in errors.items() if text]
    tables = [about, table.of_times(times, list(pythons)), table.of_means(times)]
    if not options.only_models:
        tables.append(table.of_processes(*whole_processes(pythons, options.rounds), list(pythons)))
    print("\n".join(tables))
    if options.readme:
        into_readme("\n".join(tables))
    for line in refused:
        print(f"not run: {line}")
    for line in wrong:
        print(f"WRONG: {line}")
    ours_failed = any(": paddlelite – " in line for line in refused)
    return 1 if wrong or ours_failed else 0


if __name__ == "__main__":
    sys.exit(main())
