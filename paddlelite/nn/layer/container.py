"""Layers that hold layers or parameters: Sequential, LayerList, LayerDict, ParameterList, ParameterDict."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ...errors import OutOfRangeError
from ..parameter import Parameter
from .layers import Layer

__all__ = ["LayerDict", "LayerList", "ParameterDict", "ParameterList", "Sequential"]


class Sequential(Layer):
    """Layers called one after the other. They are given as layers, ``(name, layer)`` pairs, or one OrderedDict.

    >>> import paddlelite as paddle
    >>> net = paddle.nn.Sequential(paddle.nn.Linear(4, 2), paddle.nn.ReLU())
    >>> net(paddle.ones([3, 4])).shape
    paddle.Size([3, 2])
    """

    def __init__(self, *layers: Any) -> None:
        super().__init__()
        if len(layers) == 1 and isinstance(layers[0], OrderedDict):
            layers = tuple(layers[0].items())
        elif len(layers) == 1 and isinstance(layers[0], (list, tuple)) and not _is_pair(layers[0]):
            layers = tuple(layers[0])
        for i, layer in enumerate(layers):
            name, layer = layer if _is_pair(layer) else (str(i), layer)
            self.add_sublayer(str(name), layer)

    def forward(self, input: Any) -> Any:
        for layer in self._sub_layers.values():
            input = layer(input)  # type: ignore[misc]
        return input

    def __getitem__(self, name: Any) -> Any:
        if isinstance(name, slice):
            return type(self)(*list(self._sub_layers.values())[name])
        return self._sub_layers[_key(self, name)]

    def __setitem__(self, name: Any, layer: Layer) -> None:
        self.add_sublayer(_key(self, name, new=True), layer)

    def __delitem__(self, name: Any) -> None:
        del self._sub_layers[_key(self, name)]

    def __len__(self) -> int:
        return len(self._sub_layers)

    def __iter__(self) -> Iterator[Any]:
        return iter(list(self._sub_layers.values()))

    def append(self, module: Layer) -> Sequential:
        """Add a layer at the end."""
        self.add_sublayer(str(len(self)), module)
        return self

    def extend(self, sequential: Iterable[Layer]) -> Sequential:
        """Add several layers at the end."""
        for layer in sequential:
            self.append(layer)
        return self

    def insert(self, index: int, module: Layer) -> Sequential:
        """Put a layer before ``index``."""
        _insert(self, index, module)
        return self


def _is_pair(x: Any) -> bool:
    return isinstance(x, (list, tuple)) and len(x) == 2 and isinstance(x[0], str)


def _key(container: Layer, name: Any, new: bool = False) -> str:
    """The registered name that ``name`` (a name or a position) means."""
    keys = list(container._sub_layers)
    if isinstance(name, str):
        if name not in container._sub_layers and not new:
            raise KeyError(name)
        return name
    if not -len(keys) <= name < len(keys):
        raise OutOfRangeError(f"index {name} is out of range of {len(keys)} layers")
    return keys[name]


def _insert(container: Layer, index: int, layer: Layer) -> None:
    layers = list(container._sub_layers.values())
    if not -len(layers) <= index <= len(layers):
        raise OutOfRangeError(
            f"index should be an integer in range [{-len(layers)}, {len(layers)}], but got {index}"
        )
    layers.insert(index, layer)
    _renumber(container, layers)


def _renumber(container: Layer, layers: Iterable[Any]) -> None:
    layers = list(layers)
    container._sub_layers.clear()
    for i, layer in enumerate(layers):
        container.add_sublayer(str(i), layer)


class LayerList(Layer):
    """A list of layers, registered under their positions."""

    def __init__(self, sublayers: Iterable[Layer] | None = None) -> None:
        super().__init__()
        self.extend(sublayers or ())

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return type(self)(list(self)[index])
        return self._sub_layers[_key(self, index)]

    def __setitem__(self, index: int, sublayer: Layer) -> None:
        self.add_sublayer(_key(self, index), sublayer)

    def __delitem__(self, index: Any) -> None:
        layers = list(self._sub_layers.values())
        del layers[index]
        _renumber(self, layers)

    def __len__(self) -> int:
        return len(self._sub_layers)

    def __iter__(self) -> Iterator[Any]:
        return iter(list(self._sub_layers.values()))

    def __iadd__(self, sublayers: Iterable[Layer]) -> LayerList:
        return self.extend(sublayers)

    def __add__(self, other: Iterable[Layer]) -> LayerList:
        return LayerList([*self, *other])

    def append(self, sublayer: Layer) -> LayerList:
        """Add a layer at the end."""
        self.add_sublayer(str(len(self)), sublayer)
        return self

    def extend(self, sublayers: Iterable[Layer]) -> LayerList:
        """Add several layers at the end."""
        for layer in sublayers:
            self.append(layer)
        return self

    def insert(self, index: int, sublayer: Layer) -> None:
        """Put a layer before ``index``."""
        _insert(self, index, sublayer)

    def pop(self, index: Any = -1) -> Layer:
        """Take the layer at ``index`` out and return it."""
        layer = self[index]
        del self[index]
        return layer


class LayerDict(Layer):
    """A dict of layers, in order of insertion."""

    def __init__(self, sublayers: Any = None) -> None:
        super().__init__()
        self.update(sublayers or {})

    def __getitem__(self, key: str) -> Any:
        return self._sub_layers[key]

    def __setitem__(self, key: str, sublayer: Layer) -> None:
        self.add_sublayer(key, sublayer)

    def __delitem__(self, key: str) -> None:
        del self._sub_layers[key]

    def __len__(self) -> int:
        return len(self._sub_layers)

    def __iter__(self) -> Iterator[str]:
        return iter(list(self._sub_layers))

    def __contains__(self, key: str) -> bool:
        return key in self._sub_layers

    def clear(self) -> None:
        """Remove all layers."""
        self._sub_layers.clear()

    def pop(self, key: str) -> Any:
        """Take the layer out and return it."""
        return self._sub_layers.pop(key)

    def keys(self) -> Any:
        """The names."""
        return self._sub_layers.keys()

    def items(self) -> Any:
        """Names and layers."""
        return self._sub_layers.items()

    def values(self) -> Any:
        """The layers."""
        return self._sub_layers.values()

    def update(self, sublayers: Any) -> LayerDict:
        """Add layers from a dict or a list of ``(name, layer)`` pairs."""
        for key, layer in sublayers.items() if isinstance(sublayers, (Mapping, LayerDict)) else sublayers:
            self.add_sublayer(key, layer)
        return self


class ParameterList(Layer):
    """A list of parameters, registered under their positions."""

    def __init__(self, parameters: Iterable[Parameter] | None = None) -> None:
        super().__init__()
        for p in parameters or ():
            self.append(p)

    def __getitem__(self, index: int) -> Parameter:
        return list(self._parameters.values())[index]  # type: ignore[return-value]

    def __setitem__(self, index: int, parameter: Parameter) -> None:
        keys = list(self._parameters)
        if not -len(keys) <= index < len(keys):
            raise OutOfRangeError(f"index {index} is out of range of {len(keys)} parameters")
        self.add_parameter(keys[index], parameter)

    def __len__(self) -> int:
        return len(self._parameters)

    def __iter__(self) -> Iterator[Any]:
        return iter(list(self._parameters.values()))

    def append(self, parameter: Parameter) -> ParameterList:
        """Add a parameter at the end."""
        self.add_parameter(str(len(self)), parameter)
        return self


class ParameterDict(Layer):
    """A dict of parameters, in order of insertion."""

    def __init__(self, parameters: Any = None) -> None:
        super().__init__()
        self.update(parameters or {})

    def __getitem__(self, key: str) -> Parameter:
        return self._parameters[key]  # type: ignore[return-value]

    def __setitem__(self, key: str, parameter: Parameter) -> None:
        self.add_parameter(key, parameter)

    def __len__(self) -> int:
        return len(self._parameters)

    def __iter__(self) -> Iterator[str]:
        return iter(list(self._parameters))

    def update(self, parameters: Any) -> ParameterDict:
        """Add parameters from a dict or a list of ``(name, parameter)`` pairs."""
        for key, p in parameters.items() if isinstance(parameters, Mapping) else parameters:
            self.add_parameter(key, p)
        return self
