"""Training a Program: forward and backward as two plans that share what the backward needs of the forward.

The program is replayed into a capture with the tape on and differentiated there, which appends the
backward's nodes to the forward's; the joint graph is then cut at that point. Values of the forward that the
backward reads (residuals) go from one session to the other without copies. On the eager tape the whole
program is one call of the op ``run_program``.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from ..autograd import grad
from ..bind import bind
from ..capture import Capture, replay
from ..errors import InvalidArgumentError, led_to
from ..ir import Block, Node, Value
from ..mode import mode
from ..op import Op, Slot
from ..prune import has_effect
from ..tensor.creation import zeros_like
from ..tensor.tensor import Tensor
from .draws import is_draw
from .plan import Plan, SessionFailed, compile_plan

if TYPE_CHECKING:
    from .executor import Executor

__all__ = ["Training"]

#: Forwards without a backward after which a model is taken to be serving.
_PATIENCE = 8


class Training:
    """One program with gradients for the inputs and captured tensors that ``wants`` marks.

    Captured tensors without gradients are constants of the graphs, unless the program writes them or they
    are among ``volatile``; :meth:`changed` tells when one was written to by somebody else and this object
    is out of date.
    """

    def __init__(self, executor: Executor, wants: tuple[bool, ...], volatile: set[Value]) -> None:
        self.executor, self.wants = executor, wants
        program = executor.program
        self.captured = list(program.captures.values())
        written = {id(t) for t, _ in program.state}
        marks = wants[len(program.inputs) :]
        constant = [
            (v, t)
            for (v, t), wanted in zip(program.captures.items(), marks)
            if not wanted and id(t) not in written and v not in volatile
        ]
        self._constants = [(v, t, t._data, t._version) for v, t in constant]
        #: Forwards since the last backward, and whether the next one may go without residuals.
        self._unused = 0
        nodes = list(program.block.walk())
        self._may_defer = not program.state and not any(is_draw(n) or has_effect(n) for n in nodes)
        self._joint()
        self.n_outputs = len(program.outputs)
        self.n_state = len(program.state)

    def __call__(self, inputs: Sequence[Tensor]) -> list[Tensor]:
        results = bind(run_program, [*inputs, *self.captured], training=self)
        kept = results[:-1]
        for t, differentiable in zip(kept, self.differentiable):
            if not differentiable:
                # The tape marks every floating output of a recorded call.
                t.stop_gradient, t._node = True, None
        return kept

    def changed(self) -> set[Value]:
        """The constants that are not what they were when this was built."""
        return {
            v for v, t, array, version in self._constants if t._data is not array or t._version != version
        }

    # ------------------------------------------------------------------ building

    def _joint(self) -> None:
        """Trace forward and backward into one block and cut it."""
        program = self.executor.program
        block = Block(program.block.params, program.block.nodes, program.results)
        was, mode.grad = mode.grad, True
        try:
            with Capture() as capture:
                arguments = self._arguments(capture)
                results = replay(block, arguments)
                outputs = results[: len(program.outputs)]
                mark = len(capture.frame.block.nodes)
                self.differentiable = [not t.stop_gradient for t in outputs]
                seeds = [
                    capture.input(capture.read(o).spec, f"{o.name}@GRAD")
                    for o, d in zip(outputs, self.differentiable)
                    if d
                ]
                wanted = [t for t, w in zip(arguments, self.wants) if w]
                found = self._differentiate(outputs, wanted, seeds)
                computed = [capture.read(t) for t in results]
                gradients = [None if g is None else capture.read(g) for g in found]
        finally:
            mode.grad = was
        self.sources = [(i, v) for i, v in enumerate(arguments) if isinstance(v, Value)]
        constants = {v: t._data for v, t in capture.program.captures.items()}
        self._cut(capture.program.block.nodes, mark, seeds, computed, gradients, constants)

    def _arguments(self, capture: Capture) -> list[Tensor]:
        """What to replay the program on: inputs, so that any gradient can be asked for, and constants."""
        program = self.executor.program
        constants = {v: t for v, t, _, _ in self._constants}
        return [
            capture.constant(constants[v])
            if v in constants
            else capture.input(v.spec, v.name, stop_gradient=not w)
            for v, w in zip((*program.inputs, *program.captures), self.wants)
        ]

    def _differentiate(
        self, outputs: Sequence[Tensor], wanted: list[Tensor], seeds: list[Value]
    ) -> list[Any]:
        roots = [o for o, d in zip(outputs, self.differentiable) if d]
        if not roots:
            return [None] * len(wanted)
        return grad(roots, wanted, seeds, allow_unused=True)  # type: ignore[arg-type]

    def _cut(
        self,
        nodes: Sequence[Node],
        mark: int,
        seeds: list[Value],
        results: Sequence[Value],
        gradients: list[Value | None],
        constants: dict[Value, np.ndarray],
    ) -> None:
        """Compile both parts. The backward reads its seeds and, of the forward, as little as it needs."""
        wanted = list({id(g): g for g in gradients if g is not None}.values())
        place = {id(g): i for i, g in enumerate(wanted)}
        backward = _needed(nodes[mark:], wanted)
        made = {v for n in nodes[:mark] for v in n.outputs}
        reads = dict.fromkeys(v for n in backward for v in n.read())
        reads.update(dict.fromkeys(wanted))
        residuals = [v for v in reads if v in made]
        sources = [v for _, v in self.sources]
        again = [v for v in sources if v in reads]
        forward = _needed(nodes[:mark], [*results, *residuals])
        self.forward_plan = compile_plan(forward, sources, constants, [*results, *residuals])
        self._backward = (backward, [*seeds, *again, *residuals], constants, wanted)
        self._backward_plan: Plan | None = None
        self.seeds = seeds
        self._again = [(i, v) for i, v in self.sources if v in reads]
        self.residuals = residuals
        self._places = [None if g is None else place[id(g)] for g in gradients]

    @property
    def backward_plan(self) -> Plan:
        """Compiled when the first backward asks for it: a forward under grad mode may be all there is."""
        if self._backward_plan is None:
            nodes, sources, constants, wanted = self._backward
            self._backward_plan = compile_plan(nodes, sources, constants, wanted)
        return self._backward_plan

    @cached_property
    def gradients(self) -> tuple[Executor, list[int | None]]:
        """The program of the gradients themselves, for gradients of gradients: from what this one takes and the
        seeds it computes the gradients that there are. Also where among them that of each wanted input is.
        """
        program = self.executor.program
        was, mode.grad = mode.grad, True
        try:
            with Capture() as capture:
                arguments = self._arguments(capture)
                outs = replay(Block(program.block.params, program.block.nodes, program.outputs), arguments)
                roots = [o for o, d in zip(outs, self.differentiable) if d]
                seeds = [capture.input(capture.read(o).spec, f"{o.name}@GRAD", False) for o in roots]
                wanted = [t for t, w in zip(arguments, self.wants) if w]
                found: list[Any] = [None] * len(wanted)
                if roots:
                    found = grad(roots, wanted, seeds, create_graph=True, allow_unused=True)  # type: ignore[arg-type]
                given = [g for g in found if g is not None]
                again = type(self.executor)(capture.finish(given), backend=self.executor.backend)
        finally:
            mode.grad = was
        each = itertools.count()
        return again, [None if g is None else next(each) for g in found]

    # ------------------------------------------------------------------ running

    def forward(self, arrays: Sequence[Any]) -> list[Any]:
        """The outputs, then all residuals as one object; the state is written back.

        A model that only serves, in grad mode because nobody switched it off, is run as without gradients: after a
        number of forwards that no backward followed, residuals are left to the backward that may still come.
        """
        residuals = np.empty((), object)
        self._unused += 1
        if self._may_defer and self._unused > _PATIENCE:
            return [*self.executor.results_of(arrays[: len(self.executor.program.inputs)]), residuals]
        results = self._run_forward(arrays)
        n, s = self.n_outputs, self.n_state
        if s:
            self.executor.write_state(results[n : n + s])
        residuals[()] = results[n + s :]
        return [*results[:n], residuals]

    def _run_forward(self, arrays: Sequence[Any]) -> list[Any]:
        try:
            return self.forward_plan.run({v: arrays[i] for i, v in self.sources})
        except SessionFailed as error:
            n = len(self.executor.program.inputs)
            problem = self.executor.explain(error, arrays[:n])
            raise problem from led_to(problem, error.__cause__)

    def backward(
        self, arrays: Sequence[Any], residuals: Sequence[Any] | None, seeds: Sequence[Any]
    ) -> list[Any]:
        """Gradients of the wanted inputs (None where the outputs do not depend on one)."""
        self._unused = 0
        if residuals is None:
            self._may_defer = False
            residuals = self._run_forward(arrays)[self.n_outputs + self.n_state :]
        env = dict(zip(self.seeds, seeds))
        env.update({v: arrays[i] for i, v in self._again})
        env.update(zip(self.residuals, residuals))
        try:
            found = self.backward_plan.run(env)
        except SessionFailed as error:
            raise InvalidArgumentError(
                f"onnxruntime could not run the backward graph: {error}"
            ) from error.__cause__
        return [None if p is None else found[p] for p in self._places]


def _needed(nodes: Sequence[Node], wanted: Sequence[Value]) -> list[Node]:
    """The nodes that ``wanted`` depends on, in order. Blocks are left alone: the program shares them."""
    needed, kept = {id(v) for v in wanted}, []
    for node in reversed(nodes):
        if has_effect(node) or any(id(o) in needed for o in node.outputs):
            kept.append(node)
            needed.update(id(v) for v in node.read())
    return kept[::-1]


#: A whole program as one call on the tape. Its last output holds the residuals, so that they go when the tape does.
#: It exists in memory only and is not in the table of ops.
run_program = Op(
    "run_program",
    lambda X, *, training: training.forward(X),
    (Slot("X", False, True),),
    ("*Out",),
    {"training": None},
)


@run_program.grad
def _(c: Any, gs: Sequence[Any]) -> Any:
    training: Training = c.training
    if mode.grad:
        return _again(training, c.X, c.Out, gs)
    n = training.n_outputs
    outs = c.Out
    seeds = [
        np.zeros_like(o._data) if g is None else g._data
        for o, g, d in zip(outs[:n], gs[:n], training.differentiable)
        if d
    ]
    found = iter(training.backward([x._data for x in c.X], outs[n]._data.item(), seeds))
    return ([_maybe(next(found)) if w else None for w in training.wants],)


def _maybe(array: Any) -> Tensor | None:
    if array is None:
        return None
    t = Tensor.__new__(Tensor)
    t._data = array
    return t


def _again(training: Training, inputs: Sequence[Tensor], outs: Sequence[Tensor], gs: Sequence[Any]) -> Any:
    """Gradients that are to be differentiated again: a call of the program that computes them, on the tape."""
    executor, places = training.gradients
    seeds = [zeros_like(o) if g is None else g for o, g, d in zip(outs, gs, training.differentiable) if d]
    found = executor([*(inputs[i] for i, _ in training.sources), *seeds])
    each = iter(places)
    return ([None if not w or (p := next(each)) is None else found[p] for w in training.wants],)
