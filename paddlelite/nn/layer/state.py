"""A layer's state: collecting it, setting it, casting it."""

from __future__ import annotations

import warnings
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from ...dtypes import DType, bfloat16, dtype_of
from ...errors import InvalidArgumentError, InvalidTypeError, MismatchError, UnimplementedError
from ...place import Place, warn_cpu_only
from ...tensor.tensor import Tensor

__all__ = ["collect", "evaluating", "restore", "to"]


def collect(
    layer: Any, destination: Any, below: bool, prefix: str, use_hook: bool, keep_vars: bool, everything: bool
) -> OrderedDict[str, Any]:
    """Parameters and (persistable, or with ``everything`` all) buffers of ``layer`` by dotted name.

    Those of a static program are given as they are: their values are in a scope.
    """
    out = OrderedDict() if destination is None else destination
    for name, p in layer._parameters.items():
        if p is not None:
            out[prefix + name] = p if keep_vars or p._data is None else p.detach()
    for name, b in layer._buffers.items():
        if b is not None and (everything or name not in layer._non_persistable_buffer_names_set):
            out[prefix + name] = b if keep_vars or b._data is None else b.detach()
    if below:
        for name, sublayer in layer._sub_layers.items():
            if sublayer is not None:
                collect(sublayer, out, True, f"{prefix}{name}.", use_hook, keep_vars, everything)
    if use_hook:
        for hook in list(layer._state_dict_hooks.values()):
            changed = hook(out)
            out = out if changed is None else changed
    return out


def restore(layer: Any, given: Any, structured: bool) -> tuple[list[str], list[str]]:
    """Set what ``given`` has for ``layer``; returns the names that were missing and those that did not fit."""
    if not hasattr(given, "items"):
        raise InvalidTypeError(
            f"set_state_dict() needs a dict of tensors or arrays, got {type(given).__name__}"
        )
    missing, used, wrong = [], set(), []
    fitting: list[tuple[Any, np.ndarray]] = []
    for key, target in collect(layer, None, True, "", False, True, False).items():
        name = key if structured else target.name
        if name not in given:
            missing.append(key)
            warnings.warn(f"Skip loading for {key}. {key} is not found in the provided dict.", stacklevel=3)
            continue
        used.add(name)
        array = _array(key, given[name])
        if tuple(array.shape) != tuple(target.dims):
            missing.append(key)
            wrong.append(name)
            warnings.warn(
                f"Skip loading for {key}. {key} receives a shape {list(array.shape)}, but the expected shape is "
                f"{list(target.dims)}.",
                stacklevel=3,
            )
            continue
        fitting.append((target, _of_dtype(key, array, target.dtype)))
    for target, array in fitting:  # all of them or, when a dtype was wrong, none
        target.set_value(array)
    ignored = {"StructuredToParameterName@@"}
    unexpected = [k for k in given if k not in used and k not in ignored]
    return missing, unexpected + wrong


def _array(key: str, value: Any) -> np.ndarray:
    array = value._data if isinstance(value, Tensor) else np.asarray(value)
    if array is None or array.dtype.kind in "OSU":
        raise InvalidTypeError(
            f"set_state_dict() needs tensors or arrays, but {key} receives a {type(value).__name__}."
        )
    return array


def _of_dtype(key: str, array: np.ndarray, dtype: DType) -> np.ndarray:
    """The array, which must have the dtype; bfloat16 may come as its bits, as files hold it."""
    if array.dtype == dtype.np:
        return array
    if dtype is bfloat16 and array.dtype == np.uint16:
        return array.view(dtype.np)
    raise MismatchError(
        f"Variable dtype not match, Variable [ {key} ] need tensor with dtype {dtype!r} but load tensor with dtype "
        f"{array.dtype}. Cast it first: value.astype('{dtype.name}')."
    )


def to(layer: Any, device: Any, dtype: Any, excluded: Any = None) -> Any:
    """Cast the floating parameters and buffers of ``layer`` and below, except in layers of the ``excluded`` types."""
    if device is not None:
        if not isinstance(device, (str, Place)):
            raise InvalidArgumentError(
                "device value error, must be str, paddle.CPUPlace(), paddle.CUDAPlace(), paddle.CUDAPinnedPlace() or "
                f"paddle.XPUPlace(), but the type of device is {type(device).__name__}"
            )
        if str(device) not in ("cpu", "Place(cpu)"):
            warn_cpu_only(f"Layer.to({str(device)!r})")
    if dtype is None:
        return layer
    target = dtype_of(dtype)
    skipped = (excluded,) if isinstance(excluded, type) else tuple(excluded or ())
    for sublayer in layer.sublayers(include_self=True):
        if skipped and isinstance(sublayer, skipped):
            continue
        sublayer.__dict__["_dtype"] = target.name
        for tensor in [*sublayer._parameters.values(), *sublayer._buffers.values()]:
            if tensor is not None and tensor.dtype.is_floating:
                _cast(tensor, target)
    return layer


def _cast(tensor: Tensor, dtype: DType) -> None:
    if tensor.dtype is not dtype:
        if tensor._data is None:
            raise UnimplementedError(
                f"the parameter {tensor.name} of a static program is {tensor.dtype.name}, and can not become "
                f"{dtype.name}: call paddle.set_default_dtype('{dtype.name}') before the layer is made"
            )
        tensor._data = tensor._data.astype(dtype.np)
        tensor._touch()
        if tensor._grad is not None:
            tensor._grad = tensor._grad.astype(dtype)


@contextmanager
def evaluating(layer: Any) -> Iterator[None]:
    """A layer and its sublayers in eval mode inside the ``with``, and as they were after it.

    Anything that is not a layer has no mode.
    """
    layers = layer.sublayers(include_self=True) if hasattr(layer, "sublayers") else []
    was = [sub.training for sub in layers]
    try:
        for sub in layers:
            sub.training = False
        yield
    finally:
        for sub, training in zip(layers, was):
            sub.training = training
