"""A measuring process of one framework: a request a line on stdin, an answer of JSON a line on stdout.

    prepare TASK          build and warm up; answers {"check": [...]}
    run TASK SECONDS      answers {"times": [...]} in seconds
    drop TASK             forget it

`worker.py FRAMEWORK once TASK` runs three steps and ends: the process whose peak memory is measured.
"""

import contextlib
import importlib
import json
import os
import sys

WARM_UP = 3


def tasks_of(framework):
    if framework == "paddlelite":
        import paddlelite

        paddlelite.install_as_paddle()
    return importlib.import_module("torch_side" if framework == "torch" else "paddle_side").TASKS


def answer(tasks, ready, verb, name, *rest):
    if verb == "prepare" and name not in tasks:
        return {"error": ""}  # nothing of the kind
    if verb == "prepare":
        task = ready[name] = tasks[name]()
        check = task.check() if task.check else []
        for _ in range(WARM_UP):
            task.once()
        return {"check": check}
    if verb == "run":
        return {"times": ready[name].times(float(rest[0]))}
    ready.pop(name, None)
    return {}


def serve(framework, out):
    tasks, ready = tasks_of(framework), {}
    for line in sys.stdin:
        try:
            reply = answer(tasks, ready, *line.split())
        except (
            Exception
        ) as error:  # the framework cannot do this: said in the table, and the next request comes
            first = (str(error).strip().splitlines() or [""])[0]
            reply = {"error": f"{type(error).__name__}: {first}"[:300]}
        print(json.dumps(reply), file=out, flush=True)


def main(framework, *once):
    # What frameworks print themselves goes to stderr: stdout carries the answers.
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    with contextlib.redirect_stdout(sys.stderr):
        if once:
            task = tasks_of(framework)[once[1]]()
            for _ in range(3):
                task.once()
        else:
            serve(framework, out)


if __name__ == "__main__":
    main(*sys.argv[1:])
