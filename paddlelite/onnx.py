"""``paddle.onnx``: a layer as an ONNX file. The work is done by :mod:`paddlelite.export`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .errors import InvalidArgumentError

if TYPE_CHECKING:
    from .export.report import Report

__all__ = ["export"]

#: Options of PaddlePaddle and Paddle2ONNX that ask for what is always done here.
_ALWAYS = {
    "enable_onnx_checker": True,
    "enable_optimize": True,
    "enable_auto_update_opset": False,
    "verbose": False,
}


def export(
    layer: Any,
    path: str | os.PathLike[str],
    input_spec: Sequence[Any] | None = None,
    opset_version: int | None = None,
    **configs: Any,
) -> Report:
    """Write ``layer`` to ``path`` + ``.onnx`` and return a report of what was written and how it was checked.

    Args:
        layer: a Layer (exported as in eval mode), a function, or the path of a saved ``.pdmodel``.
        path: the file, with or without ``.onnx``.
        input_spec: InputSpecs or example tensors, one per argument. Sizes given as -1, None or a name stay dynamic.
        opset_version: ONNX opset, from 11 up; 18 when not given.
        output_names: names for the outputs.
        verify: False to leave out the comparison with eager.

    ONNX has no operator that raises or prints: `assert`, `raise` under a condition on a tensor, the checks of indices
    and of unbound names, and `print` are left out of the file, which computes something where the function would
    raise. The report lists each with its line (`report.dropped`).

    Raises ExportError listing every call that has no ONNX form, with its line; InvalidArgumentError for a wrong
    opset, spec or option. Nothing is written then.
    """
    verify = bool(configs.pop("verify", True))
    names = configs.pop("output_names", None)
    unknown = sorted(configs.keys() - _ALWAYS.keys())
    if unknown:
        raise InvalidArgumentError(f"paddle.onnx.export has no option {unknown[0]!r}")
    name = os.fspath(path)
    if not os.path.basename(name):
        raise InvalidArgumentError(f"the path must be folder/name, but {name!r} names no file")
    from .export.exporter import export as to_file

    file = name if name.endswith(".onnx") else name + ".onnx"
    return to_file(layer, file, input_spec, opset=opset_version, verify=verify, output_names=names)
