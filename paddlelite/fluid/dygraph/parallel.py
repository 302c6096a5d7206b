"""``fluid.dygraph.parallel``: training on several devices, of which there is one."""

from __future__ import annotations

from typing import Any

from .layers import Layer

__all__ = ["DataParallel", "Env", "ParallelEnv", "ParallelStrategy", "prepare_context"]


class ParallelEnv:
    """One process, on the CPU."""

    nranks = world_size = 1
    local_rank = rank = dev_id = device_id = 0
    current_endpoint = ""
    trainer_endpoints: list[str] = []


Env = ParallelEnv


class ParallelStrategy:
    """What :func:`prepare_context` gives."""

    nranks = 1
    local_rank = 0


def prepare_context(strategy: Any = None) -> Any:
    """The strategy for one device."""
    return strategy or ParallelStrategy()


class DataParallel(Layer):
    """A layer that trains on the one device there is: calls and state are those of the layer inside."""

    def __init__(self, layers: Any, strategy: Any = None) -> None:
        super().__init__(layers.full_name() + "_data_parallel")
        self._layers = layers

    def forward(self, *inputs: Any, **kwargs: Any) -> Any:
        """What the layer computes."""
        return self._layers(*inputs, **kwargs)

    def scale_loss(self, loss: Any) -> Any:
        """The loss: there is one device."""
        return loss

    def apply_collective_grads(self) -> None:
        """Nothing is to be collected."""

    def state_dict(self, *args: Any, **kwargs: Any) -> Any:
        """The layer's state."""
        return self._layers.state_dict(*args, **kwargs)

    def load_dict(self, *args: Any, **kwargs: Any) -> Any:
        """Set the layer's state."""
        return self._layers.load_dict(*args, **kwargs)

    set_dict = set_state_dict = load_dict
