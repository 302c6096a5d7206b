"""An optimizer's accumulators: made when first needed, written and read under PaddlePaddle's names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from ..errors import InvalidArgumentError
from ..tensor.tensor import Tensor, _wrap_array

__all__ = ["Slot", "State", "StateMismatchError"]


class Slot(NamedTuple):
    """One accumulator of a parameter.

    `shape` None is the parameter's own. One number per parameter has shape (1,); PaddlePaddle stores some of those
    filled into the parameter's shape: `filled`.
    """

    name: str
    fill: float = 0.0
    shape: tuple[int, ...] | None = None
    dtype: Any = None
    filled: bool = False


class StateMismatchError(InvalidArgumentError, AssertionError):
    """A saved state that is not this optimizer's. PaddlePaddle raises AssertionError."""


class State:
    """The accumulators of all parameters, by the parameter's name."""

    def __init__(self) -> None:
        self._accs: dict[str, dict[str, np.ndarray]] = {}
        self._slots: dict[str, list[Slot]] = {}
        self._shapes: dict[str, tuple[int, ...]] = {}
        self._masters: dict[str, np.ndarray] = {}

    def get(self, name: str) -> dict[str, np.ndarray] | None:
        """The accumulators of the parameter of this name, if it has any yet."""
        return self._accs.get(name)

    def make(self, p: Any, dtype: Any, slots: list[Slot]) -> dict[str, np.ndarray]:
        """New accumulators for `p`."""
        name, shape = p.name, p._data.shape
        made = {s.name: np.full(_shape(s, shape), s.fill, s.dtype or dtype) for s in slots}
        self._accs[name] = made
        self._slots[name] = slots
        self._shapes[name] = shape
        return made

    def master(self, p: Any, keep: bool) -> np.ndarray:
        """The float32 values of a parameter of lower precision: kept between steps, or just its present ones."""
        if not keep:
            return p._data.astype(np.float32)
        held = self._masters.get(p.name)
        if held is None or not np.array_equal(held.astype(p._data.dtype), p._data, equal_nan=True):
            held = self._masters[p.name] = p._data.astype(np.float32)  # new, or the user has set other values
        return held

    def export(self) -> dict[str, Any]:
        """All accumulators as tensors of their own, all parameters' first accumulator first."""
        out: dict[str, Any] = {}
        for slot in dict.fromkeys(s.name for slots in self._slots.values() for s in slots):
            for name, accs in self._accs.items():
                if slot in accs:
                    array = accs[slot]
                    if any(s.name == slot and s.filled for s in self._slots[name]):
                        array = np.full(self._shapes[name], array[0], array.dtype)
                    out[f"{name}_{slot}_0"] = _named(array.copy(), f"{name}_{slot}_0")
        if self._masters:
            out["master_weights"] = {
                name: _named(array.copy(), f"{name}_fp32_master_0") for name, array in self._masters.items()
            }
        return out

    def read(self, saved: dict[str, Any], wanted: Sequence[tuple[Any, Any, list[Slot]]]) -> State:
        """The state in `saved` for the wanted parameters; those it has nothing for start afresh."""
        read = State()
        index = _Index(saved)
        for p, dtype, slots in wanted:
            arrays = {s.name: index.find(p.name, s.name) for s in slots}
            missing = [f"{p.name}_{slot}_0" for slot, array in arrays.items() if array is None]
            if slots and len(missing) == len(slots) and p.name not in self._accs:
                continue
            if missing:
                raise StateMismatchError(f"optimizer Tensor {missing[0]} not found in the state_dict")
            read._accs[p.name] = {s.name: _fit(p, s, arrays[s.name], dtype) for s in slots}
            read._slots[p.name] = slots
            read._shapes[p.name] = p._data.shape
        if index.arrays and not any(read._accs.values()) and any(slots for _, _, slots in wanted):
            raise StateMismatchError(
                f"the state_dict is of other parameters: it has {next(iter(index.arrays))}, "
                f"this optimizer's first parameter is {wanted[0][0].name}"
            )
        for name, value in (saved.get("master_weights") or {}).items():
            read._masters[name] = np.array(_array(value), np.float32)
        return read

    def replace(self, other: State) -> None:
        """Take over all that `other` holds."""
        self.__dict__.update(other.__dict__)


class _Index:
    """The accumulators of a saved state. PaddlePaddle counts how often a name was used: any number will do."""

    def __init__(self, saved: dict[str, Any]) -> None:
        self.arrays: dict[str, Any] = {}
        for key, value in saved.items():
            if key not in ("LR_Scheduler", "master_weights") and (hasattr(value, "shape")):
                self.arrays[re.sub(r"_\d+$", "", key)] = value

    def find(self, parameter: str, slot: str) -> np.ndarray | None:
        value = self.arrays.get(f"{parameter}_{slot}")
        return None if value is None else _array(value)


def _fit(p: Any, slot: Slot, array: Any, dtype: Any) -> np.ndarray:
    shape = p._data.shape if slot.filled else _shape(slot, p._data.shape)
    if array.shape != shape:
        if array.size != 1 or shape != (1,):
            raise StateMismatchError(
                f"Variable Shape not match, Variable [ {p.name}_{slot.name}_0 ] need tensor with shape {list(shape)} "
                f"but load set tensor with shape {list(array.shape)}"
            )
        array = array.reshape(shape)
    if slot.filled:
        array = array.reshape(-1)[:1] if array.size else np.full((1,), slot.fill)
    return np.array(array, slot.dtype or dtype, order="C")


def _shape(slot: Slot, parameter: tuple[int, ...]) -> tuple[int, ...]:
    if slot.filled:
        return (1,)
    return parameter if slot.shape is None else slot.shape


def _array(value: Any) -> np.ndarray:
    return value._data if isinstance(value, Tensor) else np.asarray(value)


def _named(array: np.ndarray, name: str) -> Tensor:
    tensor = _wrap_array(array)
    tensor.name = name
    return tensor
