"""A function's program as files: saved and loaded again, and exported and run by onnxruntime alone.

Files carry less than Python: a program gives its tensors flat, in order, without None or constants. A list whose length
only the run knows is one tensor.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import tempfile
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

import paddlelite as paddle
from paddlelite.errors import CaptureError, PaddleError
from paddlelite.export.exporter import export
from paddlelite.jit.trace import flatten
from paddlelite.nested import Leaf, Object, fill, key_of
from paddlelite.static import InputSpec


def groups(calls, sized=False):
    """Calls (lists of arguments) that one program serves: of one structure, with equal constants, dtypes and ranks (or
    sizes).
    """
    found = {}
    for call in calls:
        args = flatten(call)
        kinds = tuple((t.dtype, tuple(t.shape) if sized else t.ndim) for t in args.tensors)
        found.setdefault((key_of(args.template), kinds), []).append(call)
    return list(found.values())


def specs(call, sized=False):
    """The specs of a call: every size may be another one, unless `sized`."""
    args = flatten(call)
    return fill(
        args.template, [InputSpec(t.shape if sized else [None] * t.ndim, t.dtype) for t in args.tensors]
    )


def wanted(template, result, sort):
    """What a file gives of `result`, in order: what stands at the leaves of `template`, dicts by their sorted keys."""
    found = []

    def walk(part, value):
        if isinstance(part, Leaf):
            found.append((part.index, value))
        elif isinstance(part, Object):
            walk(part.attributes, vars(value))
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

    `refused` is what the errors say when there can be no files for arguments of any size. Then there may be some for
    those of given sizes. Returns the refusals.
    """
    wants = {id(args): want for args, want in calls}
    static = paddle.jit.to_static(function)
    refusals = []
    for make in (saved, exported):
        for group in groups([args for args, _ in calls]):
            try:
                check_file(make, static, specs(group[0]), group, wants, same)
            except (PaddleError, TypeError) as error:
                if type(error) in _always(group, wants):
                    continue  # there is nothing to capture
                if refused is None or not re.search(refused, str(error)):
                    raise
                refusals.append(error)
                for part in groups(group, sized=True):
                    # What always raises cannot be captured.
                    with contextlib.suppress(CaptureError, *_always(part, wants)):
                        check_file(make, static, specs(part[0], sized=True), part, wants, same)
    return refusals


def _always(calls, wants):
    """The types of the errors, when all calls raise one."""
    found = {type(wants[id(args)]) for args in calls}
    return found if all(issubclass(kind, Exception) for kind in found) else ()


def check_file(make, static, spec, group, wants, same):
    """One file gives what is wanted for each call of a group."""
    with tempfile.TemporaryDirectory() as folder:
        run = make(static, spec, folder)
        if make is saved and "PADDLELITE_KEEP_PROGRAMS" in os.environ:
            keep(folder, Path(os.environ["PADDLELITE_KEEP_PROGRAMS"]), group, wants)
        template = static.get_concrete_program(*spec)[0].result
        sort = make is saved
        for args in group:
            feeds, want, where = arrays(args, sort), wants[id(args)], (make.__name__, args)
            if not isinstance(want, Exception):
                want = wanted(template, want, sort)
                got = [
                    [np.asarray(row) for row in g] if isinstance(w, list) else g
                    for g, w in zip(outputs(run(*feeds)), want, strict=True)
                ]
                same(got, want, where)
            elif make is saved:
                with pytest.raises(Exception):  # noqa: B017
                    run(*feeds)
                    print("no error of", where, "but eagerly", repr(want))


def outputs(results):
    """What a file gave, as a list of arrays."""
    results = results if isinstance(results, list) else [results]
    return [r.numpy() if isinstance(r, paddle.Tensor) else r for r in results]


def keep(folder, where, group, wants):
    """Leave a saved program with its inputs and what a loaded one gives, for real PaddlePaddle to run."""
    loaded = paddle.jit.load(f"{folder}/m")
    feeds = [arrays(args, True) for args in group if not isinstance(wants[id(args)], Exception)]
    if not feeds or not feeds[0]:
        return
    target = where / f"{len(list(where.iterdir())):04d}"
    shutil.copytree(folder, target)
    np.savez(
        target / "feeds.npz",
        **{f"{i:02d}_{k:03d}": x for i, case in enumerate(feeds) for k, x in enumerate(case)},
    )
    given = [outputs(loaded(*case)) for case in feeds]
    np.savez(
        target / "wants.npz",
        **{f"{i:02d}_{k:03d}": x for i, case in enumerate(given) for k, x in enumerate(case)},
    )
    (target / "test").write_text(os.environ["PYTEST_CURRENT_TEST"].split(" ")[0])
