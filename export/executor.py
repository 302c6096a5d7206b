"""Running a Program on tensors, as one differentiable call.

    run = Executor(program)
    outputs = run([x, y])            # Tensors in the order of program.inputs

Without gradients, what the program captured is frozen into the session as constants, so that onnxruntime
can pack and fuse; a session is thrown away when a captured tensor was written to, and weights that keep
changing are fed instead. With gradients the call is an op on the tape (:mod:`.training`). Running
statistics and the generator's state are written back after each run. Programs of a few nodes stay in the
NumPy interpreter when that is measured to be faster.
"""

from __future__ import annotations

from collections.abc import Sequence
from time import perf_counter
from typing import Any

import numpy as np

from ..capture import replay
from ..errors import InvalidArgumentError, UnimplementedError, led_to
from ..interpret import run_program
from ..ir import Block, Program, Value
from ..mode import mode
from ..tensor.tensor import Tensor
from .plan import Plan, SessionFailed, compile_plan

__all__ = ["Executor", "run_onnxruntime"]

#: A program of so many nodes may be faster in the interpreter than through a session ...
_TINY_NODES = 8
#: ... when it takes less than a session's call does (seconds, measured).
_TINY_SECONDS = 10e-6
#: Captured tensors are frozen again after they have stayed the same for so many calls.
_PATIENCE = 3


class Executor:
    """Runs one program. ``backend``: "auto", "onnxruntime" (no interpreter), or "numpy" (no sessions, no
    training). ``volatile``: captured tensors that will often change.
    """

    def __init__(self, program: Program, *, backend: str = "auto", volatile: Sequence[Tensor] = ()) -> None:
        if backend not in ("auto", "onnxruntime", "numpy"):
            raise InvalidArgumentError(f"backend must be auto, onnxruntime or numpy, not {backend!r}")
        self.program = program
        self.backend = backend
        written = {id(t) for t, _ in program.state} | {id(t) for t in volatile}
        #: Tensors that the program itself writes, or that are ``volatile``, are fed; the others may be frozen.
        self._fed = [(v, t) for v, t in program.captures.items() if id(t) in written]
        self._constant = [(v, t) for v, t in program.captures.items() if id(t) not in written]
        self._n_outputs = len(program.outputs)
        self._results = program.results
        self._seen: list[tuple[Any, int]] | None = None
        self._frozen: Plan | None = None
        self._loose: Plan | None = None
        self._unchanged = 0
        #: Captured tensors that were seen to change.
        self._volatile: set[Value] = set()
        self._tiny = backend == "auto" and _is_tiny(program)
        self._tiny_runs: list[float] = []
        self._training: dict[tuple[bool, ...], Any] = {}

    def __call__(self, inputs: Sequence[Tensor]) -> list[Tensor]:
        """Run on ``inputs``, one tensor per input of the program; returns its outputs."""
        if mode.capture is not None:
            return self._inline(inputs)
        if mode.grad and self.backend != "numpy":
            wants = tuple(not t.stop_gradient for t in (*inputs, *self.program.captures.values()))
            if True in wants:
                return self._train(inputs, wants)
        arrays = self.run([t._data for t in inputs])
        return [_tensor(a) for a in arrays]

    def run(self, arrays: Sequence[np.ndarray]) -> list[Any]:
        """Run on arrays without gradients; returns the outputs' arrays and writes the state back."""
        if len(arrays) != len(self.program.inputs):
            raise InvalidArgumentError(
                f"the program takes {len(self.program.inputs)} inputs, not {len(arrays)}"
            )
        results = self.results_of(arrays)
        self.write_state(results[self._n_outputs :])
        return results[: self._n_outputs]

    def results_of(self, arrays: Sequence[np.ndarray]) -> list[Any]:
        """The arrays of the program's results, state included, without gradients; nothing is written back."""
        if self.backend == "numpy":
            return run_program(self.program, arrays)
        if self._tiny:
            return self._run_tiny(arrays)
        plan, env = self._plan()
        env.update(zip(self.program.inputs, arrays))
        try:
            return plan.run(env)
        except SessionFailed as error:
            problem = self.explain(error, arrays)
            raise problem from led_to(problem, error.__cause__)

    def write_state(self, arrays: Sequence[Any]) -> None:
        """Give the program's state tensors their new values."""
        for (tensor, _), array in zip(self.program.state, arrays, strict=True):
            tensor._data = array
            tensor._touch()

    # ------------------------------------------------------------------ plans

    def _plan(self) -> tuple[Plan, dict[Value, Any]]:
        """The plan to use now, and what it is fed besides the inputs."""
        now = [(t._data, t._version) for _, t in self._constant]
        changed = self._changed(now)
        env: dict[Value, Any] = {v: t._data for v, t in self._fed}
        if self._frozen is not None and not changed:
            return self._frozen, env
        first = self._seen is None
        self._seen = now
        self._unchanged = 0 if changed else self._unchanged + 1
        if first or self._unchanged >= _PATIENCE:
            self._frozen = self._compile(set())
            return self._frozen, env
        self._frozen = None
        if self._loose is None or not self._volatile >= changed:
            self._volatile |= changed
            self._loose = self._compile(self._volatile)
        env.update({v: t._data for v, t in self._constant if v in self._volatile})
        return self._loose, env

    def _changed(self, now: list[tuple[Any, int]]) -> set[Value]:
        """The captured tensors that are not what they were at the last call."""
        if self._seen is None:
            return set()
        return {
            v
            for (v, _), (array, version), (old_array, old_version) in zip(self._constant, now, self._seen)
            if array is not old_array or version != old_version
        }

    def _compile(self, fed: set[Value]) -> Plan:
        """A plan with everything that was captured frozen, but for ``fed`` and what the program writes."""
        program = self.program
        frozen = {v: t._data for v, t in self._constant if v not in fed}
        sources = [*program.inputs, *(v for v in program.captures if v not in frozen)]
        return compile_plan(program.block.nodes, sources, frozen, self._results)

    @property
    def plan(self) -> Plan:
        """The plan without gradients (compiled if it was not yet)."""
        return self._plan()[0]

    def _run_tiny(self, arrays: Sequence[np.ndarray]) -> list[Any]:
        """Interpret, and decide from the second and third run whether a session would be faster."""
        start = perf_counter()
        results = run_program(self.program, arrays)
        if len(self._tiny_runs) < 3:
            self._tiny_runs.append(perf_counter() - start)
            if len(self._tiny_runs) == 3:
                self._tiny = min(self._tiny_runs[1:]) < _TINY_SECONDS
        return results

    # ------------------------------------------------------------------ gradients and nesting

    def _train(self, inputs: Sequence[Tensor], wants: tuple[bool, ...]) -> list[Tensor]:
        from .training import Training

        training = self._training.get(wants)
        changed = training.changed() if training is not None else set()
        if training is None or changed:
            self._volatile |= changed
            training = self._training[wants] = Training(self, wants, self._volatile)
        return training(inputs)  # type: ignore[no-any-return]

    def _inline(self, inputs: Sequence[Tensor]) -> list[Tensor]:
        """Called while another program is captured: this one becomes part of it."""
        assert mode.capture is not None
        program = self.program
        block = Block(program.block.params, program.block.nodes, self._results)
        results = replay(block, [*inputs, *program.captures.values()])
        for (tensor, _), value in zip(program.state, results[self._n_outputs :]):
            mode.capture.write(tensor, value)
        return results[: self._n_outputs]

    def explain(self, error: Exception, arrays: Sequence[np.ndarray]) -> Exception:
        """The error to raise for a session that failed: the interpreter's, which names the op and the
        user's line.
        """
        try:
            run_program(self.program, arrays)
        except Exception as clearer:
            return clearer
        return InvalidArgumentError(f"onnxruntime could not run the graph: {error}")


def run_onnxruntime(program: Program, feeds: Sequence[np.ndarray]) -> list[Any]:
    """The arrays of ``program.results`` by onnxruntime; nothing is written back.

    Raises UnimplementedError with every node that has no lowering (random ops, which read the generator,
    excepted).
    """
    frozen = {v: t._data for v, t in program.captures.items()}
    plan = compile_plan(program.block.nodes, program.inputs, frozen, program.results)
    if plan.problems:
        raise UnimplementedError("no ONNX form:\n" + "\n".join(map(str, plan.problems)))
    return plan.run(dict(zip(program.inputs, feeds)))


def _is_tiny(program: Program) -> bool:
    nodes = program.block.nodes
    return len(nodes) <= _TINY_NODES and not any(n.blocks for n in nodes)


def _tensor(array: Any) -> Tensor:
    t = Tensor.__new__(Tensor)
    t._data = array
    return t
