"""``export``: a program, layer, function or saved model as a checked ONNX file.

Everything that can not be lowered is reported in one error; the file is written only after onnx's full
check, after onnxruntime has loaded it, and (unless ``verify=False``) after its results were compared with
eager's.
"""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

from ..errors import InvalidArgumentError, InvalidTypeError, PreconditionNotMetError
from ..framework.atomic import FileSet
from ..ir import Program
from ..nn.layer.layers import Layer
from ..nn.layer.state import evaluating
from ..prune import EFFECTS, cut
from ..tensor.tensor import Tensor
from .builder import Builder, Ref
from .lower import Env, lower_nodes, placeholder
from .model import to_model
from .opsets import MIN_OPSET, latest_opset
from .report import ExportError, Report, dropped, refusal
from .session import Session
from .signatures import BASE_OPSET
from .verify import verify as verify_program

__all__ = ["ExportError", "Report", "export", "to_onnx"]

#: Weights beyond this go to a file of their own: one protobuf message may hold 2 GB.
EXTERNAL_BYTES = 1_500_000_000


def export(
    model: Any,
    path: str | os.PathLike[str],
    spec: Sequence[Any] | None = None,
    *,
    opset: int | None = None,
    verify: bool = True,
    input_names: Sequence[str] | None = None,
    output_names: Sequence[str] | None = None,
) -> Report:
    """Write ``model`` to ``path`` as ONNX and return a :class:`Report`.

    ``model`` is a Program, a Layer, a function (decorated with ``to_static`` or not), or the path of a saved
    ``.pdmodel``; ``spec`` is its list of InputSpecs where it does not bring one. A named or unknown size in
    the spec stays dynamic in the file. Layers are exported as in eval mode.

    Raises ExportError naming every call that has no ONNX form (with the user's lines), InvalidArgumentError
    for an opset or names that can not be, VerificationError when the graph deviates from eager; then
    nothing is written.
    """
    path = Path(path)
    opset = BASE_OPSET if opset is None else check_opset(opset)
    start = perf_counter()
    program, names, results = as_program(model, spec)
    if not program.outputs:
        raise InvalidArgumentError("the model returns no tensor: a file would have nothing to give.")
    traced = perf_counter()
    if output_names is None and results is not None:
        used = set(_input_names(program, input_names))
        output_names = [_free(name, used) for name in results]
    b, proto = to_onnx(program, opset=opset, input_names=input_names, output_names=output_names, names=names)
    built = perf_counter()
    data = check(proto)
    session = load(data if data is not None else proto, opset)
    checked = perf_counter()
    report = _report(program, b, proto, path, opset)
    if verify:
        fed = [r.name or "" for r in b.inputs]
        report.difference, report.samples = verify_program(program, session, fed)
    done = perf_counter()
    write(proto, data, path)
    report.bytes = path.stat().st_size
    report.seconds = {
        "trace": traced - start,
        "lower": built - traced,
        "check": checked - built,
        "verify": done - checked,
        "write": perf_counter() - done,
    }
    return report


def check_opset(opset: int) -> int:
    """``opset`` when it can be written. Raises InvalidArgumentError."""
    if not isinstance(opset, int) or not MIN_OPSET <= opset <= latest_opset():
        raise InvalidArgumentError(
            f"opset must be an integer from {MIN_OPSET} to {latest_opset()} (the latest of the installed onnx), "
            f"not {opset!r}"
        )
    return opset


def to_onnx(
    program: Program,
    *,
    opset: int = BASE_OPSET,
    input_names: Sequence[str] | None = None,
    output_names: Sequence[str] | None = None,
    names: dict[int, str] | None = None,
) -> tuple[Builder, Any]:
    """The graph of a program and its ModelProto. ``names`` gives captured tensors (by id) their names.

    Raises ExportError with all problems.
    """
    b = Builder(opset)
    env: Env = {}
    taken = _input_names(program, input_names)
    for v, name in zip(program.inputs, taken):
        env[v] = placeholder(v, name)
        b.inputs.append(env[v])
    results = _output_names(program, output_names, taken)
    used = {*taken, *results}
    for i, (v, t) in enumerate(program.captures.items()):
        # Names made up while printing differ from run to run; what nobody named is numbered.
        name = (names or {}).get(id(t)) or t._name or f"constant_{i}"
        env[v] = b.initializer(_free(name, used), t._data)
    problems = lower_nodes(b, program.block.nodes, env)
    if problems:
        raise refusal(problems, opset)
    b.path = b.source = ""
    b.outputs([env[v] for v in program.outputs], results)
    for v, ref in zip(program.outputs, b.results):
        ref.dims = v.dims if ref.dims is None else ref.dims
    return b, to_model(b, labels=True, metadata={"paddlelite.version": _version()})


def _version() -> str:
    from .. import __version__

    return __version__


def _input_names(program: Program, names: Sequence[str] | None) -> list[str]:
    chosen = [v.name for v in program.inputs] if names is None else list(names)
    return _distinct(chosen, len(program.inputs), "input_names")


def _output_names(program: Program, names: Sequence[str] | None, inputs: Sequence[str]) -> list[str]:
    chosen = [f"output_{i}" for i in range(len(program.outputs))] if names is None else list(names)
    chosen = _distinct(chosen, len(program.outputs), "output_names")
    clash = set(chosen) & set(inputs)
    if clash:
        raise InvalidArgumentError(f"inputs and outputs of the graph share the name {sorted(clash)[0]!r}")
    return chosen


def _distinct(names: list[str], count: int, what: str) -> list[str]:
    if len(names) != count:
        raise InvalidArgumentError(f"{what} has {len(names)} names for {count} values")
    twice = [n for n in names if names.count(n) > 1]
    if twice:
        raise InvalidArgumentError(f"{what} has {twice[0]!r} twice")
    return names


def _free(name: str, used: set[str]) -> str:
    """``name``, or with a number when it is taken."""
    free, k = name, 0
    while free in used:
        k += 1
        free = f"{name}.{k}"
    used.add(free)
    return free


def as_program(model: Any, spec: Sequence[Any] | None) -> tuple[Program, dict[int, str], list[str] | None]:
    """The program of anything that can be exported, the names of its parameters (by id of the tensor) and, where they
    are known, of its outputs.
    """
    if isinstance(model, Program):
        return model, {}, None
    if isinstance(model, (str, os.PathLike)):
        return _saved(os.fspath(model)), {}, None
    if not callable(model):
        raise InvalidTypeError(f"export takes a Program, Layer, function or path, not {type(model).__name__}")
    if isinstance(model, Layer) and hasattr(model, "program"):  # a loaded model
        return model.program(), _paths(model), None
    program, result = _traced(model, spec)
    return program, _paths(model), result_names(result, len(program.outputs))


def _traced(model: Any, spec: Sequence[Any] | None) -> tuple[Program, Any]:
    """The program of a function or of a layer's forward, as it computes in eval mode, and its result's structure."""
    from ..jit import InputSpec, StaticFunction, to_static

    function = model.forward if isinstance(model, Layer) else model
    static = function if isinstance(function, StaticFunction) else to_static(function)
    owner = model if isinstance(model, Layer) else getattr(static, "class_instance", None)
    with evaluating(owner):
        if spec is not None:
            spec = [InputSpec.from_tensor(s) if isinstance(s, Tensor) else s for s in spec]
        program = static.for_files(spec)
    whole = program.main_program
    if program.count < len(whole.outputs):  # a file has no caller to give the rest to
        whole = cut(whole, whole.inputs, whole.outputs[: program.count])
    return whole, program.result


def result_names(template: Any, count: int) -> list[str]:
    """Names of the outputs by their places in the result (keys and fields, joined); ``output_0`` ... without."""
    names = [f"output_{i}" for i in range(count)]

    def walk(part: Any, path: tuple[str, ...], keyed: bool) -> None:
        if isinstance(part, dict):
            for key, value in part.items():
                walk(value, (*path, str(key)), True)
        elif isinstance(part, (list, tuple)):
            fields = getattr(part, "_fields", None)
            for i, value in enumerate(part):
                walk(value, (*path, fields[i] if fields else str(i)), keyed or fields is not None)
        elif keyed and isinstance(getattr(part, "index", None), int):
            names[part.index] = "_".join(path)

    walk(template, (), False)
    return names


def _saved(path: str) -> Program:
    from .pdmodel import find_model, read_model

    prefix = path.removesuffix(".pdmodel")
    found = find_model(prefix)
    if found is None:
        raise InvalidArgumentError(f"there is no model {prefix}.pdmodel")
    return read_model(found).program


def _paths(model: Any) -> dict[int, str]:
    """Layer paths of parameters and buffers."""
    layer = (
        model
        if isinstance(model, Layer)
        else getattr(model, "__self__", getattr(model, "class_instance", None))
    )
    if not isinstance(layer, Layer):
        return {}
    found = {id(t): name for name, t in layer.named_buffers()}
    found.update({id(t): name for name, t in layer.named_parameters()})
    return found


def check(proto: Any) -> bytes | None:
    """Run onnx's full check; returns the serialised model (None when it is too large for one message).

    Raises ExportError when the model is not valid, which is a defect of a lowering.
    """
    try:
        import onnx
    except ImportError as error:
        raise PreconditionNotMetError(
            "Exporting needs onnx, which is not installed: pip install onnx"
        ) from error
    large = sum(len(t.raw_data) for t in proto.graph.initializer) > EXTERNAL_BYTES
    try:
        if not large:
            onnx.checker.check_model(proto, full_check=True)
    except Exception as error:
        raise ExportError(
            f"the exported model does not pass onnx's check, nothing was written: {error}"
        ) from error
    return None if large else proto.SerializeToString(deterministic=True)


def load(model: Any, opset: int) -> Session:
    """A session of the model. Raises ExportError when the installed onnxruntime does not take it."""
    try:
        return Session(model)
    except PreconditionNotMetError:
        raise
    except Exception as error:
        raise ExportError(
            f"the installed onnxruntime can not load the model of opset {opset}, nothing was written: {error}"
        ) from error


def write(proto: Any, data: bytes | None, path: Path) -> None:
    """Write the model under a temporary name and rename it, so that the file is whole or is not there."""
    if not path.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, "the folder to write to does not exist", os.fspath(path))
    if data is None:
        try:
            _write_external(proto, path)
        except OSError as error:  # of a temporary file, which the user does not know
            raise OSError(error.errno, error.strerror or str(error), os.fspath(path)) from error
        return
    with FileSet() as files:
        files.open(path).write(data)


def _write_external(proto: Any, path: Path) -> None:
    """Weights beside the model, in one file named after it. Both are complete before either gets its name."""
    import onnx

    with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as folder:
        model, data = Path(folder) / path.name, f"{path.name}.data"
        onnx.save_model(
            proto,
            model,
            save_as_external_data=True,
            all_tensors_to_one_file=True,
            location=data,
            size_threshold=1024,
        )
        onnx.checker.check_model(os.fspath(model), full_check=True)
        os.replace(Path(folder) / data, path.parent / data)
        os.replace(model, path)


def _report(program: Program, b: Builder, proto: Any, path: Path, opset: int) -> Report:
    counts: dict[str, int] = {}
    for node in _all_nodes(proto.graph):
        counts[node.op_type] = counts.get(node.op_type, 0) + 1
    constants = [t for t in program.captures.values() if t.dtype.is_inexact]
    ops = dict(sorted(program.op_counts().items()))
    return Report(
        path=os.fspath(path),
        opset=opset,
        inputs={r.name or "": _kind(r) for r in b.inputs},
        outputs={r.name or "": _kind(r) for r in b.results},
        ops=ops,
        dropped=list(dict.fromkeys(dropped(n) for n in program.block.walk() if n.type in EFFECTS)),
        onnx_ops=dict(sorted(counts.items())),
        parameters=sum(int(t._data.size) for t in constants),
        bytes=0,
    )


def _all_nodes(graph: Any) -> Any:
    for node in graph.node:
        yield node
        for attribute in node.attribute:
            if attribute.HasField("g"):
                yield from _all_nodes(attribute.g)


def _kind(ref: Ref) -> str:
    sizes = ", ".join(map(str, ref.dims)) if ref.dims is not None else "?"
    return f"{ref.dtype.name if ref.dtype else '?'}[{sizes}]"
