"""A list of nodes compiled to steps: the longest runs that lower go to onnxruntime sessions, the rest to
kernels.

Random ops and prints are always kernel calls; random ones read nothing but the generator's state, so they run
first and do not cut the graph. A session tells whether an assertion in it failed: then its nodes run once more, by
their kernels, and the one that fails raises. Arrays travel between steps without copies.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import ml_dtypes
import numpy as np

from ..errors import PaddleError
from ..interpret import run_node
from ..ir import Node, Value
from ..prune import EFFECTS, has_effect
from .builder import Builder
from .draws import hoist_draws, is_draw
from .lower import Env, Problem, lower_nodes, placeholder
from .model import to_model
from .session import Session, to_array, to_value

__all__ = ["KernelStep", "Plan", "SessionFailed", "SessionStep", "compile_plan"]

#: Between kernel calls, a session of fewer nodes costs more than the kernels it replaces.
_FEW = 3

Arrays = dict[Value, Any]


class SessionFailed(Exception):
    """onnxruntime's own error, which names no line of the user's: who runs the plan explains it."""


class KernelStep:
    """One node run by its NumPy kernel. ``constants`` are the inputs that are part of the plan."""

    def __init__(self, node: Node, constants: Mapping[Value, np.ndarray]) -> None:
        self.node = node
        self.constants = {v: constants[v] for v in node.read() if v in constants}
        self.reads = [v for v in node.read() if v not in constants]
        self._lists = [v for v in self.reads if v.array]

    def run(self, env: Arrays) -> None:
        for v in self._lists:
            if type(env[v]) is not list:
                env[v] = to_array(env[v])
        inputs = {**{v: env[v] for v in self.reads}, **self.constants} if self.constants else env
        env.update(zip(self.node.outputs, run_node(self.node, inputs), strict=True))


class SessionStep:
    """Nodes run by one onnxruntime session. ``reads`` and ``gives`` are its inputs and outputs.

    A TensorArray goes from one session to the next as the sequence it is; a list that a kernel made can not be made
    into one, so for that call the nodes run by their kernels.
    """

    def __init__(
        self,
        nodes: Sequence[Node],
        reads: list[Value],
        gives: list[Value],
        b: Builder,
        constants: Mapping[Value, np.ndarray],
    ) -> None:
        self.nodes, self.reads, self.gives = nodes, reads, gives
        self.session = Session(to_model(b))
        self._checked = b.failed is not None
        self._feeds = [(ref.name or "", v) for ref, v in zip(b.inputs, reads, strict=True)]
        self._constants = constants
        self._arrays = [v for v in reads if v.array]
        # onnxruntime's own conversion to NumPy knows no bfloat16 and no empty sequence.
        self._by_value = any(v.array or v.dtype.np == ml_dtypes.bfloat16 for v in (*reads, *gives))

    def run(self, env: Arrays) -> None:
        if self._by_value:
            self._run_values(env)
            return
        feeds = {name: env[v] for name, v in self._feeds}
        try:
            outs = self.session.run(feeds)
        except Exception as error:
            raise SessionFailed(str(error)) from error
        if self._checked and outs.pop():
            self._run_kernels(env)
        else:
            env.update(zip(self.gives, outs, strict=True))

    def _run_kernels(self, env: Arrays) -> None:
        for node in self.nodes:
            KernelStep(node, self._constants).run(env)

    def _run_values(self, env: Arrays) -> None:
        if any(type(env[v]) is list for v in self._arrays):
            self._run_kernels(env)
            return
        # An OrtValue does not keep its array alive: `arrays` does.
        arrays = {k: env[v] if v.array else np.asarray(env[v], order="C") for k, v in self._feeds}
        feeds = {k: a if v.array else to_value(a) for (k, v), a in zip(self._feeds, arrays.values())}
        try:
            results = self.session.run_values(feeds)
        except Exception as error:
            raise SessionFailed(str(error)) from error
        if self._checked and to_array(results[len(self.gives)]):
            self._run_kernels(env)
            return
        env.update((v, results[i] if v.array else to_array(results[i])) for i, v in enumerate(self.gives))


class Plan:
    """Steps in order. ``run`` takes the arrays of the sources and returns those of the wanted values."""

    def __init__(
        self, steps: list[Any], wanted: Sequence[Value], problems: list[Problem], constants: Arrays
    ) -> None:
        self.steps, self.wanted = steps, list(wanted)
        # Results that nothing computes: the answer was known when the graph was built.
        self._constants = {v: constants[v] for v in self.wanted if v in constants}
        #: Why nodes are kernel calls; empty when everything lowered.
        self.problems = problems
        self._last = _last_reads(steps, self.wanted)
        self._single = len(steps) == 1

    def run(self, env: Arrays) -> list[Any]:
        """The wanted arrays. ``env`` holds the sources and is used up."""
        if self._constants:
            env.update(self._constants)
        if self._single:
            self.steps[0].run(env)
            return [env[v] for v in self.wanted]
        for step, dead in zip(self.steps, self._last):
            step.run(env)
            for v in dead:
                del env[v]
        return [env[v] for v in self.wanted]


def _last_reads(steps: Sequence[Any], wanted: Sequence[Value]) -> list[list[Value]]:
    """For each step the values nobody reads after it."""
    last: dict[Value, int] = {}
    for i, step in enumerate(steps):
        last.update(dict.fromkeys(step.reads, i))
    dead: list[list[Value]] = [[] for _ in steps]
    for v, i in last.items():
        if v not in set(wanted):
            dead[i].append(v)
    return dead


def compile_plan(
    nodes: Sequence[Node],
    sources: Iterable[Value],
    frozen: Mapping[Value, np.ndarray],
    wanted: Sequence[Value],
) -> Plan:
    """Compile ``nodes`` to a plan. ``frozen`` values become constants of the graph, ``sources`` are fed."""
    sources = list(sources)
    nodes = hoist_draws(nodes, sources)
    by_kernel = {id(n) for n in nodes if is_draw(n) or _prints(n)}
    problems: list[Problem] = []
    while True:
        segments = _schedule(nodes, by_kernel, {*sources, *frozen})
        steps, failed = _build(segments, by_kernel, frozen, wanted)
        if not failed:
            return Plan(steps, wanted, problems, dict(frozen))
        problems += failed
        by_kernel.update(_culprits(failed, nodes))


def _prints(node: Node) -> bool:
    inside = (n for block in node.blocks for n in block.walk())
    return any(n.type in EFFECTS - {"assert"} for n in (node, *inside))


def _culprits(failed: Sequence[Problem], nodes: Sequence[Node]) -> set[int]:
    """The top-level nodes that the problems (some inside blocks) belong to."""
    inside = {id(p.node) for p in failed}
    return {
        id(n) for n in nodes if id(n) in inside or any(id(m) in inside for b in n.blocks for m in b.walk())
    }


def _schedule(nodes: Sequence[Node], by_kernel: set[int], known: set[Value]) -> list[list[Node]]:
    """Runs of nodes of one kind, kernels before sessions whenever they are ready, so that the runs are
    long.
    """
    remaining, segments = list(nodes), []
    while remaining:
        before = len(remaining)
        for kernels in (True, False):
            taken, left, effects_wait = [], [], False
            for n in remaining:
                mine = (id(n) in by_kernel) == kernels
                blocked = effects_wait and has_effect(n)
                if mine and not blocked and all(v in known for v in n.read()):
                    taken.append(n)
                    known.update(n.outputs)
                else:
                    left.append(n)
                    effects_wait = effects_wait or has_effect(n)
            remaining = left
            if taken:
                segments.append(taken)
        assert len(remaining) < before, "a node reads a value that no node gives"
    return segments


def _build(
    segments: Sequence[Sequence[Node]],
    by_kernel: set[int],
    frozen: Mapping[Value, np.ndarray],
    wanted: Sequence[Value],
) -> tuple[list[Any], list[Problem]]:
    steps: list[Any] = []
    failed: list[Problem] = []
    needed_after = _needed_after(segments, wanted)
    several = len(segments) > 1
    for segment, needed in zip(segments, needed_after):
        small = several and len(segment) < _FEW and not any(n.blocks for n in segment)
        if id(segment[0]) in by_kernel or small:
            steps += [KernelStep(n, frozen) for n in segment]
            continue
        step, problems = _session(segment, frozen, needed)
        failed += problems
        if step is not None:
            steps.append(step)
    return steps, failed


def _needed_after(segments: Sequence[Sequence[Node]], wanted: Sequence[Value]) -> list[set[Value]]:
    needed, result = set(wanted), []
    for segment in reversed(segments):
        result.append(set(needed))
        for n in segment:
            needed.update(n.read())
    return result[::-1]


def _session(
    segment: Sequence[Node], frozen: Mapping[Value, np.ndarray], needed: set[Value]
) -> tuple[SessionStep | None, list[Problem]]:
    made = {v for n in segment for v in n.outputs}
    reads = list(dict.fromkeys(v for n in segment for v in n.read() if v not in made))
    fed = [v for v in reads if v not in frozen]
    gives = [v for n in segment for v in n.outputs if v in needed]
    strange = {v for v in (*fed, *gives) if v.dtype.is_complex}  # a set: == of two values would be an op
    if strange:
        touching = [n for n in segment if not strange.isdisjoint((*n.read(), *n.outputs))]
        return None, [Problem(n, "onnxruntime has no complex tensors") for n in touching]
    b, problems = _graph(segment, fed, gives, frozen)
    if problems:
        return None, problems
    try:
        return SessionStep(segment, fed, gives, b, frozen), []
    except PaddleError:
        raise
    except Exception as error:
        return None, _refused(segment, frozen, error)


def _graph(
    nodes: Sequence[Node], fed: Sequence[Value], gives: Sequence[Value], frozen: Mapping[Value, np.ndarray]
) -> tuple[Builder, list[Problem]]:
    """The graph of some nodes, and what kept nodes out of it."""
    reads = dict.fromkeys(v for n in nodes for v in n.read())
    b = Builder(checks=True)
    env: Env = {v: b.initializer(f"c{i}", frozen[v]) for i, v in enumerate(reads) if v in frozen}
    for i, v in enumerate(fed):
        env[v] = placeholder(v, f"x{i}")
        b.inputs.append(env[v])
    problems = lower_nodes(b, nodes, env, labels=False)
    if not problems:
        results, names = [env[v] for v in gives], [f"y{i}" for i in range(len(gives))]
        b.outputs(*((results, names) if b.failed is None else ([*results, b.failed], [*names, "failed"])))
    return b, problems


def _refused(segment: Sequence[Node], frozen: Mapping[Value, np.ndarray], error: Exception) -> list[Problem]:
    """onnxruntime does not take the graph, which is a defect of a lowering: find whose, warn, and go on without."""
    culprits = []
    for n in segment:
        reads = [v for v in dict.fromkeys(n.read()) if v not in frozen]
        try:
            Session(to_model(_graph([n], reads, n.outputs, frozen)[0]))
        except Exception as own:
            culprits.append(Problem(n, f"onnxruntime refuses its graph: {own}"))
    found = culprits or [Problem(n, f"onnxruntime refuses a graph with it: {error}") for n in segment]
    warnings.warn(
        f"A part of the program runs without onnxruntime, which is slower. This is a defect of paddlelite: {found[0]}",
        RuntimeWarning,
        stacklevel=2,
    )
    return found
