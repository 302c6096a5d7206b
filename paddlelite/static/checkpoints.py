"""The values of a program's persistable variables in files: ``static.save`` and its like, and 1.x's folders."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from ..errors import InvalidArgumentError, InvalidTypeError, NotFoundError, UnimplementedError
from ..framework.atomic import FileSet
from ..framework.io import load as load_file
from ..framework.io import save as save_file
from ..ir import Persistable, Program, Value
from ..nn.parameter import Parameter
from ..ops.random import rng_advance
from ..prune import cut
from .executor import bind_program
from .programs import default_main_program
from .scope import Scope, global_scope
from .variables import set_program_state

__all__ = [
    "load",
    "load_params",
    "load_persistables",
    "load_program_state",
    "load_vars",
    "save",
    "save_params",
    "save_persistables",
    "save_vars",
    "set_program_state",
]


def _persistables(
    program: Any, keep: Callable[[Persistable], bool] = lambda v: True
) -> dict[str, Persistable]:
    program = default_main_program() if program is None else program
    program = getattr(program, "_program", program)
    if not isinstance(program, Program):
        raise InvalidTypeError(f"program must be a Program, got {type(program).__name__}.")
    found = [t for t in program.captures.values() if isinstance(t, Persistable)]
    return {t.name: t for t in found if keep(t)}


def _is_parameter(variable: Any) -> bool:
    return isinstance(variable, Parameter)


def _values(variables: Iterable[str], scope: Scope) -> dict[str, np.ndarray]:
    values = {}
    for name in variables:
        held = scope.held(name)
        if held is None:
            raise NotFoundError(f"{name} has no value to save: run the startup program first.")
        values[name] = held._data
    return values


def save(program: Program, model_path: str | os.PathLike[str], protocol: int = 4, **configs: Any) -> None:
    """Write ``.pdparams`` (parameters), ``.pdopt`` (the other variables) and ``.pdmodel`` of a static program: all of
    them, or none.

    The ``.pdmodel`` holds the forward part; updates are made again by building the program.

    Raises InvalidArgumentError when the path has no file name, NotFoundError when a variable has no value, OSError
    when a file cannot be written.
    """
    path = os.fspath(model_path)
    if not os.path.basename(path):
        raise InvalidArgumentError(
            "The input model_path MUST be format of dirname/filename [dirname\\filename in Windows system], "
            f"but received model_path is empty string: {path!r}."
        )
    variables = _persistables(program)
    values = _values(variables, global_scope())
    parameters = {n: a for n, a in values.items() if _is_parameter(variables[n])}
    others = {n: a for n, a in values.items() if n not in parameters}
    forward = _forward(program, path)
    with FileSet() as files:
        save_file(parameters, files.open(path + ".pdparams"), protocol=protocol)
        save_file(others, files.open(path + ".pdopt"), protocol=protocol)
        if forward is not None:
            files.open(path + ".pdmodel").write(forward)


def _forward(program: Program, path: str) -> bytes | None:
    """The forward part as a file; None, with a warning, where it has no file form."""
    from ..export.file_form import file_form
    from ..export.program_writer import ProgramWriter

    forward = program.clone(for_test=False)
    forward.block.nodes[:] = [n for n in forward.block.nodes if n.role == "forward"]
    read = {v for n in forward.block.nodes for v in n.read()}
    ends = [
        n.outputs[0]
        for n in forward.block.nodes
        if n.outputs and n.op is not rng_advance and read.isdisjoint(n.outputs)
    ]
    part = bind_program(cut(forward, forward.inputs, ends), global_scope())
    try:
        return ProgramWriter(file_form(part)).write().desc.encode()  # type: ignore[no-any-return]
    except UnimplementedError as error:
        warnings.warn(f"{path}.pdmodel is not written: {error}", RuntimeWarning, stacklevel=3)
        return None


def load(
    program: Program, model_path: str | os.PathLike[str], executor: Any = None, var_list: Any = None
) -> None:
    """Set a program's persistable variables in the scope to what :func:`save` (or 1.x, in a folder) wrote.

    Raises InvalidArgumentError when there are no such files or a variable is missing in them or of another shape.
    """
    wanted = _persistables(program)
    if var_list is not None:
        wanted = {v.name: wanted[v.name] for v in var_list}
    state = load_program_state(model_path, var_list)
    missing = [n for n, v in wanted.items() if n not in state and (_is_parameter(v) or _has_opt(model_path))]
    if missing:
        raise InvalidArgumentError(f"{os.fspath(model_path)} has no values of the variables {missing}.")
    set_program_state(program, {n: a for n, a in state.items() if n in wanted}, None)


def _has_opt(path: str | os.PathLike[str]) -> bool:
    return os.path.exists(os.fspath(path) + ".pdopt")


def load_program_state(model_path: str | os.PathLike[str], var_list: Any = None) -> dict[str, np.ndarray]:
    """The arrays that :func:`save` wrote under a prefix, or 1.x in a folder, by name.

    Raises InvalidArgumentError when there are none.
    """
    path = os.fspath(model_path)
    for suffix in (".pdparams", ".pdopt", ".pdmodel"):
        path = path.removesuffix(suffix)
    if os.path.exists(path + ".pdparams"):
        state = dict(load_file(path + ".pdparams", return_numpy=True))
        if _has_opt(path):
            state.update(load_file(path + ".pdopt", return_numpy=True))
        return state
    if not os.path.isdir(path):
        raise InvalidArgumentError(f"there is nothing saved at {path}: neither {path}.pdparams nor a folder.")
    from ..export.pdiparams import read_separate

    names = [v.name for v in var_list] if var_list is not None else sorted(os.listdir(path))
    return read_separate(path, [n for n in names if os.path.isfile(os.path.join(path, n)) or var_list])


# ------------------------------------------------------------------------------------------------ 1.x's folders


def save_vars(
    executor: Any,
    dirname: str | os.PathLike[str],
    main_program: Program | None = None,
    vars: Sequence[Value] | None = None,
    predicate: Callable[[Any], bool] | None = None,
    filename: str | None = None,
) -> None:
    """Write variables into a folder: one file each, or all into ``filename``, as PaddlePaddle 1.x does.

    Raises NotFoundError when a variable has no value, OSError when a file cannot be written; nothing is changed then.
    """
    from ..export.pdiparams import write_record, write_records

    names = [v.name for v in vars] if vars is not None else _persistables(main_program, predicate or _any)
    values = _values(names, global_scope())
    folder = os.fspath(dirname)
    with FileSet() as files:
        if filename is not None:
            write_records(files.open(os.path.join(folder, filename)), values)
            return
        for name, array in values.items():
            write_record(files.open(os.path.join(folder, name)), array)


def _any(variable: Any) -> bool:
    """Any variable."""
    return True


def load_vars(
    executor: Any,
    dirname: str | os.PathLike[str],
    main_program: Program | None = None,
    vars: Sequence[Value] | None = None,
    predicate: Callable[[Any], bool] | None = None,
    filename: str | None = None,
) -> None:
    """Set variables in the scope to what :func:`save_vars` or PaddlePaddle 1.x wrote.

    Raises InvalidArgumentError for missing or damaged files and for other shapes; nothing is changed then.
    """
    from ..export.pdiparams import read_records, read_separate

    program = default_main_program() if main_program is None else main_program
    known = _persistables(program)
    chosen = [v.name for v in vars] if vars is not None else list(_persistables(program, predicate or _any))
    if filename is None:
        arrays = read_separate(dirname, chosen)
    else:
        path = os.path.join(os.fspath(dirname), filename)
        if not os.path.isfile(path):
            raise InvalidArgumentError(f"{path} does not exist")
        arrays = read_records(path, sorted(chosen))
    unknown = [n for n in chosen if n not in known]
    if unknown:
        raise InvalidArgumentError(f"the program has no persistable variables {unknown}")
    set_program_state(program, arrays, None)


def _of(
    function: Callable[..., None], name: str, what: str, predicate: Callable[[Any], bool] | None = None
) -> Callable[..., None]:
    def limited(
        executor: Any, dirname: str, main_program: Program | None = None, filename: str | None = None
    ) -> None:
        function(executor, dirname, main_program, predicate=predicate, filename=filename)

    limited.__name__ = limited.__qualname__ = name
    limited.__doc__ = f":func:`{function.__name__}` of {what}."
    return limited


_ALL = "all of a program's persistable variables, the optimizer's included"
save_params = _of(save_vars, "save_params", "a program's parameters", _is_parameter)
load_params = _of(load_vars, "load_params", "a program's parameters", _is_parameter)
save_persistables = _of(save_vars, "save_persistables", _ALL)
load_persistables = _of(load_vars, "load_persistables", _ALL)
