"""A function's program as files: saved and loaded again, and exported and run by onnxruntime alone.

Files carry less than Python: a program gives its tensors flat, in order, without None or constants. A list whose length
only the run knows is one tensor.
"""

from __future__ import annotations

import re
import tempfile

import numpy as np
import onnxruntime
import pytest

import paddlelite as paddle
from paddlelite.errors import PaddleError
from paddlelite.export.exporter import export
from paddlelite.jit.arguments import flatten, static_key
from paddlelite.jit.merge import Leaf, fill
from paddlelite.static import InputSpec


def groups(calls):
    """Calls (lists of arguments) that one program serves: of one structure, with equal constants, dtypes and ranks."""
    found = {}
    for call in calls:
        args = flatten(call)
        kinds = tuple((t.dtype, t.ndim) for t in args.tensors)
        found.setdefault((static_key(args.template), kinds), []).append(call)
    return list(found.values())


def free(call):
    """The specs of a call: every size may be another one."""
    args = flatten(call)
    return fill(args.template, [InputSpec([None] * t.ndim, t.dtype) for t in args.tensors])


def wanted(template, result, sort):
    """What a file gives of `result`, in order: what stands at the leaves of `template`, dicts by their sorted keys."""
    found = []

    def walk(part, value):
        if isinstance(part, Leaf):
            found.append((part.index, np.stack(value) if isinstance(value, list) and value else value))
        elif isinstance(part, dict):
            for key in sorted(part, key=str):
                walk(part[key], value[key])
        elif isinstance(part, (list, tuple)):
            for p, v in zip(part, value, strict=True):
                walk(p, v)

    walk(template, result)
    return [value for _, value in (found if sort else sorted(found, key=lambda pair: pair[0]))]


def arrays(call, sort):
    """A call's tensors as arrays, in the order of a file's inputs."""
    args = flatten(call)
    return wanted(args.template, fill(args.template, [t.numpy() for t in args.tensors]), sort)


def saved(static, specs, folder):
    """A function that runs the program after it was saved and loaded."""
    paddle.jit.save(static, f"{folder}/m", input_spec=list(specs))
    return paddle.jit.load(f"{folder}/m")


def exported(static, specs, folder):
    """A function that runs the exported program in a bare session of onnxruntime."""
    export(static, f"{folder}/m.onnx", list(specs), verify=False)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(f"{folder}/m.onnx", options, providers=["CPUExecutionProvider"])
    names = [i.name for i in session.get_inputs()]
    return lambda *feeds: session.run(None, dict(zip(names, feeds, strict=True)))


def check_files(function, calls, refused, same):
    """The files of `function` give on each of `calls`, pairs of arguments and of the plain result or an error, what it
    gives. A loaded program raises where the function does (any error: which one is Python); ONNX has no errors.

    `refused` is what the errors say when there can be no files.
    """
    wants = {id(args): want for args, want in calls}
    refusals = 0
    for group in groups([args for args, _ in calls]):
        static = paddle.jit.to_static(function)
        for make, sort in ((saved, True), (exported, False)):
            with tempfile.TemporaryDirectory() as folder:
                try:
                    run = make(static, free(group[0]), folder)
                except (PaddleError, TypeError) as error:
                    if refused is None or not re.search(refused, str(error)):
                        raise
                    refusals += 1
                    continue
                template = static.get_concrete_program(*free(group[0])).traced.result
                for args in group:
                    feeds, want, where = arrays(args, sort), wants[id(args)], (make.__name__, args)
                    if not isinstance(want, Exception):
                        same(outputs(run(*feeds)), wanted(template, want, sort), where)
                    elif make is saved:
                        with pytest.raises(Exception):  # noqa: B017
                            run(*feeds)
                            print("no error of", where, "but eagerly", repr(want))
    assert refused is None or refusals, f"there are files now: files={refused!r} can go"


def outputs(results):
    """What a file gave, as a list of arrays."""
    results = results if isinstance(results, list) else [results]
    return [r.numpy() if isinstance(r, paddle.Tensor) else r for r in results]
