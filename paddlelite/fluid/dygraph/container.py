"""``fluid.dygraph``'s containers."""

from __future__ import annotations

from typing import Any

from ...nn.layer import container as core
from ..modes import enter
from .layers import Layer

__all__ = ["LayerList", "ParameterList", "Sequential"]


class Sequential(Layer):
    """Layers one after the other: layers, or pairs of a name and a layer. 1.5 put a name scope in front."""

    def __init__(self, *layers: Any) -> None:
        scope = None
        if layers and isinstance(layers[0], str):
            scope, layers = layers[0], layers[1:]
        super().__init__(scope)
        for at, given in enumerate(layers):
            name, layer = given if isinstance(given, (tuple, list)) else (str(at), given)
            self.add_sublayer(name, layer)

    def __getitem__(self, name: Any) -> Any:
        return self._sub_layers[str(name)]

    def __setitem__(self, name: Any, layer: Any) -> None:
        self.add_sublayer(str(name), layer)

    def __delitem__(self, name: Any) -> None:
        del self._sub_layers[str(name)]

    def __len__(self) -> int:
        return len(self._sub_layers)

    def forward(self, input: Any) -> Any:
        """The input through all layers."""
        for layer in self._sub_layers.values():
            input = layer(input)  # type: ignore[misc]
        return input


class LayerList(core.LayerList):
    """A list of layers."""

    def __init__(self, sublayers: Any = None) -> None:
        enter("dygraph.LayerList")
        super().__init__(sublayers)


class ParameterList(core.ParameterList):
    """A list of parameters."""

    def __init__(self, parameters: Any = None) -> None:
        enter("dygraph.ParameterList")
        super().__init__(parameters)
