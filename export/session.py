"""An onnxruntime session of a model: the only module that imports onnxruntime.

Measured with onnxruntime 1.31 on 2 cores (microseconds a call, tiny graphs): the session object below
``InferenceSession`` with a dict of arrays costs 2.4 + 0.75 an input, the public ``run`` 1.5 times that, and
``run_with_ort_values`` of the public class 34 (it walks a C++ vector until it throws). OrtValues kept between
calls cost 0.35 an input. Contiguous arrays are read in place and results are not copied either way; an
OrtValue does not keep its array alive, so whoever holds one must hold the other.
"""

from __future__ import annotations

import ctypes
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import ml_dtypes
import numpy as np

from ..errors import PreconditionNotMetError

__all__ = ["Session", "to_array", "to_value"]


@cache
def _runtime() -> Any:
    try:
        import onnxruntime
    except ImportError as error:
        raise PreconditionNotMetError(
            "Running a graph needs onnxruntime, which is not installed: pip install onnxruntime"
        ) from error
    return onnxruntime


@cache
def _core() -> Any:
    from onnxruntime.capi import onnxruntime_pybind11_state

    return onnxruntime_pybind11_state


@cache
def _cpu() -> Any:
    core = _core()
    return core.OrtDevice(core.OrtDevice.cpu(), core.OrtDevice.default_memory(), 0)


class Session:
    """A model ready to run. ``inputs`` and ``outputs`` are names in the model's order."""

    def __init__(self, model: Any, *, threads: int | None = None, optimize: bool = True) -> None:
        ort = _runtime()
        options = ort.SessionOptions()
        # Only fatal errors are logged: failures come as exceptions, and are explained by who called.
        options.log_severity_level = 4
        options.inter_op_num_threads = 1
        options.intra_op_num_threads = threads or 0
        # A pool that goes on waiting by spinning after a run takes a core from NumPy and from the next session. (One
        # pool for all sessions would be faster still, but then every session of the process must join it, the
        # user's own too.)
        options.add_session_config_entry("session.force_spinning_stop", "1")
        # Within a run workers wait by spinning, which is worth 15 % in small graphs; but not for long: beside other
        # busy processes a step of ResNet-18 took twice as long with unlimited spinning (older releases ignore this).
        options.add_session_config_entry("session.intra_op.spin_duration_us", "50")
        if not optimize:
            options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
        data = model if isinstance(model, (bytes, str)) else model.SerializeToString()
        try:
            self._public = ort.InferenceSession(data, options, providers=["CPUExecutionProvider"])
        except _core().NotImplemented:
            # The fusions of 1.23 (the last release for Python 3.10) make operators of dtypes that they have no
            # kernel for, QuickGelu of float64 for one. Without those fusions the model runs.
            options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_BASIC
            self._public = ort.InferenceSession(data, options, providers=["CPUExecutionProvider"])
        self._session = self._public._sess
        self._options = ort.RunOptions()
        self._options.log_severity_level = 4
        self.inputs = [i.name for i in self._public.get_inputs()]
        self.outputs = [o.name for o in self._public.get_outputs()]

    def run(self, feeds: Mapping[str, np.ndarray]) -> list[np.ndarray]:
        """Arrays in, arrays out. bfloat16 is not possible here: use :meth:`run_values`."""
        result: list[np.ndarray] = self._session.run(self.outputs, feeds, self._options)
        return result

    def run_values(self, feeds: Mapping[str, Any], names: Sequence[str] | None = None) -> Any:
        """OrtValues in, a vector of them out: index it, do not iterate (the C++ vector ends by throwing)."""
        return self._session.run_with_ort_values(feeds, names or self.outputs, self._options)


def to_value(array: np.ndarray) -> Any:
    """An OrtValue over ``array``, which must be C-contiguous and stay alive as long as the OrtValue."""
    if array.dtype == ml_dtypes.bfloat16:
        return _core().OrtValue.ortvalue_from_numpy_with_onnx_type(array.view(np.uint16), 16)
    return _core().OrtValue.ortvalue_from_numpy(array, _cpu())


def to_array(value: Any) -> np.ndarray:
    """The array of an OrtValue, sharing its memory. A sequence becomes a list of arrays."""
    if value.is_tensor_sequence():
        return _list_of(value)  # type: ignore[return-value]
    if value.element_type() != 16:
        return value.numpy()  # type: ignore[no-any-return]
    shape = value.shape()
    count = int(np.prod(shape))
    if not count:
        return np.empty(shape, ml_dtypes.bfloat16)
    memory: Any = (ctypes.c_uint16 * count).from_address(value.data_ptr())
    # NumPy knows no bfloat16, so onnxruntime can not hand one over; the buffer holds on to its OrtValue
    # instead.
    memory._owner = value  # type: ignore[attr-defined]
    return np.frombuffer(memory, np.uint16).view(ml_dtypes.bfloat16).reshape(shape)


def _list_of(sequence: Any) -> list[np.ndarray]:
    """The arrays of a sequence. An OrtValue of one can only be read as the output of a session with bound inputs."""
    session = _reader(sequence.element_type())._session
    binding = _core().SessionIOBinding(session)
    binding.bind_ortvalue_input("in", sequence)
    binding.bind_output("out", _cpu())
    session.run_with_iobinding(binding, None)
    found: list[np.ndarray] = binding.copy_outputs_to_cpu()[0]
    return found


@cache
def _reader(element_type: int) -> Session:
    """A session that gives a sequence back."""
    import onnx
    from onnx import helper

    ends = [helper.make_tensor_sequence_value_info(name, element_type, None) for name in ("in", "out")]
    graph = helper.make_graph([helper.make_node("Identity", ["in"], ["out"])], "reader", ends[:1], ends[1:])
    return Session(
        helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 18)], ir_version=8), threads=1
    )
