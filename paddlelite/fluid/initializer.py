"""``fluid.initializer``: the initializers of 1.x on those of ``paddle.nn.initializer``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ..errors import UnimplementedError
from ..framework.random import default_generator
from ..mode import mode
from ..nn import initializer as core
from ..nn.initializer import Initializer

__all__ = [
    "MSRA",
    "Bilinear",
    "BilinearInitializer",
    "Constant",
    "ConstantInitializer",
    "Initializer",
    "MSRAInitializer",
    "Normal",
    "NormalInitializer",
    "NumpyArrayInitializer",
    "TruncatedNormal",
    "TruncatedNormalInitializer",
    "Uniform",
    "UniformInitializer",
    "Xavier",
    "XavierInitializer",
    "force_init_on_cpu",
    "init_on_cpu",
]


def force_init_on_cpu() -> bool:
    """Accepted: everything is on the CPU."""
    return True


@contextmanager
def init_on_cpu() -> Iterator[None]:
    """Accepted: everything is on the CPU."""
    yield


class _Seeded(Initializer):
    """Draws by another initializer; with a seed, the same numbers every time."""

    def __init__(self, drawn: Initializer, seed: int = 0) -> None:
        self._drawn, self._seed = drawn, int(seed or 0)

    def _values(self, shape: tuple[int, ...], dtype: Any) -> Any:
        if not self._seed:
            return self._drawn._values(shape, dtype)
        was_mode, mode.capture = mode.capture, None
        generator = default_generator()
        was = generator.get_state()
        generator.manual_seed(self._seed)
        try:
            return self._drawn._values(shape, dtype).numpy()
        finally:
            generator.set_state(was)
            mode.capture = was_mode


class ConstantInitializer(core.Constant):
    """One value."""

    def __init__(self, value: float = 0.0, force_cpu: bool = False) -> None:
        super().__init__(value)


class UniformInitializer(_Seeded):
    """Uniform in [``low``, ``high``)."""

    def __init__(
        self,
        low: float = -1.0,
        high: float = 1.0,
        seed: int = 0,
        diag_num: int = 0,
        diag_step: int = 0,
        diag_val: float = 1.0,
    ) -> None:
        if diag_num:
            raise UnimplementedError(
                "UniformInitializer(diag_num=...): give the values with NumpyArrayInitializer"
            )
        super().__init__(core.Uniform(low, high), seed)


class NormalInitializer(_Seeded):
    """Normal, with mean ``loc`` and standard deviation ``scale``."""

    def __init__(self, loc: float = 0.0, scale: float = 1.0, seed: int = 0) -> None:
        super().__init__(core.Normal(loc, scale), seed)


class TruncatedNormalInitializer(_Seeded):
    """Normal, with nothing further than two standard deviations from the mean."""

    def __init__(self, loc: float = 0.0, scale: float = 1.0, seed: int = 0) -> None:
        super().__init__(core.TruncatedNormal(loc, scale, loc - 2 * scale, loc + 2 * scale), seed)


class XavierInitializer(_Seeded):
    """Glorot's, uniform or normal."""

    def __init__(
        self, uniform: bool = True, fan_in: float | None = None, fan_out: float | None = None, seed: int = 0
    ) -> None:
        super().__init__((core.XavierUniform if uniform else core.XavierNormal)(fan_in, fan_out), seed)


class MSRAInitializer(_Seeded):
    """He's, uniform or normal."""

    def __init__(self, uniform: bool = True, fan_in: float | None = None, seed: int = 0) -> None:
        super().__init__((core.KaimingUniform if uniform else core.KaimingNormal)(fan_in), seed)


class BilinearInitializer(core.Bilinear):
    """The weights of bilinear upsampling, for a transposed convolution."""


class NumpyArrayInitializer(core.Assign):
    """The values of an array."""


Constant, Uniform, Normal = ConstantInitializer, UniformInitializer, NormalInitializer
TruncatedNormal, Xavier, MSRA = TruncatedNormalInitializer, XavierInitializer, MSRAInitializer
Bilinear = BilinearInitializer
