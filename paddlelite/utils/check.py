"""paddle.utils.run_check: whether training works here, eagerly and as a program."""

from __future__ import annotations

import numpy as np

from ..errors import FatalError

__all__ = ["run_check"]


def run_check() -> None:
    """Train a layer for a step, eagerly and translated, compare, and say so.

    Raises FatalError if the two differ; whatever is wrong with the installation is raised as it is.

    >>> import paddlelite as paddle
    >>> paddle.utils.run_check()
    Running verify PaddlePaddle program ...
    PaddlePaddle works well on 1 CPU.
    PaddlePaddle is installed successfully! Let's start deep learning with PaddlePaddle now.
    """
    print("Running verify PaddlePaddle program ...")  # noqa: T201 (printing is what it is for)
    eager, translated = _trained(False), _trained(True)
    if not np.allclose(eager, translated, rtol=1e-4, atol=1e-6):
        raise FatalError(f"a step of training gives {eager} eagerly and {translated} as a program")
    print("PaddlePaddle works well on 1 CPU.")  # noqa: T201
    print(  # noqa: T201
        "PaddlePaddle is installed successfully! Let's start deep learning with PaddlePaddle now."
    )


def _trained(translate: bool) -> np.ndarray:
    """A weight after a step."""
    from .. import jit, nn, optimizer
    from ..framework import unique_name
    from ..tensor.creation import to_tensor

    with unique_name.guard():
        net = nn.Linear(2, 1, weight_attr=nn.initializer.Constant(0.5))
        run = jit.to_static(net) if translate else net
        trainer = optimizer.SGD(0.1, parameters=net.parameters())
        loss = (run(to_tensor([[1.0, 2.0], [3.0, 4.0]])) ** 2).mean()
        loss.backward()
        trainer.step()
    return net.weight.numpy()
