"""``fluid.dygraph.Layer``: the Layer of 1.x, with name scopes, parameters made late, and state by parameter name."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from ...errors import InvalidArgumentError, InvalidTypeError, NotFoundError
from ...mode import mode
from ...nn.layer import layers as core
from ...nn.parameter import Parameter
from ...tensor.tensor import Tensor
from ..modes import enter

__all__ = ["Layer"]


class Layer(core.Layer):
    """The base of networks in 1.x.

    ``name_scope`` (1.4 and 1.5) gives the full name ``name_scope/ClassName_0``, from which parameters are named;
    without one (1.7) it is ``class_name_0``. ``_build_once(*inputs)``, or ``build_once``, runs before the first
    forward, for parameters whose shape depends on the input; a state loaded before that is kept for them.

    >>> import paddlelite.fluid as fluid
    >>> class MyLayer(fluid.Layer):
    ...     def __init__(self, name_scope):
    ...         super(MyLayer, self).__init__(name_scope)
    >>> with fluid.dygraph.guard():
    ...     print(MyLayer("my_layer").full_name())
    my_layer/MyLayer_0
    """

    def __init__(self, name_scope: str | None = None, dtype: Any = "float32") -> None:
        enter("dygraph.Layer")
        super().__init__(None if name_scope is None else f"{name_scope}/{type(self).__name__}", dtype)
        self.__dict__["_built"] = False
        #: What load_dict was given for parameters that do not exist yet: the state, and this layer's path in it.
        self.__dict__["_pending"] = None

    # Calling

    def build_once(self, *inputs: Any) -> None:
        """Runs once, before the first forward, on its inputs. To be overridden where that is needed."""

    def _build_once(self, *inputs: Any, **kwargs: Any) -> None:
        self.build_once(*inputs, **kwargs)

    def __call__(self, *inputs: Any, **kwargs: Any) -> Any:
        enter(f"dygraph.Layer {self._full_name}", (*inputs, *kwargs.values()))
        if not self._built:
            self._build_once(*inputs, **kwargs)
            self.__dict__["_built"] = True
            self.__dict__["_pending"] = None
        return super().__call__(*inputs, **kwargs)

    # Making

    def create_parameter(
        self,
        shape: Any = None,
        attr: Any = None,
        dtype: Any = None,
        is_bias: bool = False,
        default_initializer: Any = None,
        device: Any = None,
    ) -> Any:
        """A new parameter, to be assigned to an attribute; None when ``attr`` is False.

        1.4 and 1.5 put ``attr`` first, 1.7 ``shape``: what is a list of sizes is the shape.
        """
        if not _is_shape(shape):
            shape, attr = attr, shape
        if not _is_shape(shape):
            raise InvalidTypeError(f"create_parameter: shape must be a list of sizes, but got {shape!r}")
        return super().create_parameter(shape, attr, dtype, is_bias, default_initializer)

    def create_variable(
        self, name: str | None = None, persistable: bool | None = None, dtype: Any = None, type: Any = None
    ) -> Tensor:
        """An empty Variable for the layer to fill."""
        return self.create_tensor(name and f"{self._full_name}.{name}", bool(persistable), dtype)

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, value)
        pending = self.__dict__.get("_pending")
        if pending is not None and isinstance(value, Parameter):
            _set(value, name, *pending)

    # Looking around

    def sublayers(  # type: ignore[override]
        self, include_sublayers: bool = True, include_self: bool = False
    ) -> list[Any]:
        """The layers below, or only the direct ones."""
        if include_self or include_sublayers:
            return super().sublayers(include_self=include_self)
        return list(self.children())

    # Modes

    def train(self, training: bool = True) -> Layer:
        """Go on training: 1.x has one switch for the whole guard."""
        super().train(training)
        if mode.tracer is not None:
            mode.tracer.train(training)
        return self

    def eval(self) -> Layer:
        """Evaluate from now on: dropout and batch_norm of the whole guard are for testing, no gradient is recorded."""
        super().eval()
        if mode.tracer is not None:
            mode.tracer.train(False)
        return self

    # State

    def state_dict(  # type: ignore[override]
        self, destination: Any = None, include_sublayers: bool = True, prefix: str = "", **options: Any
    ) -> OrderedDict[str, Any]:
        """The parameters, and the statistics of normalization, by their names."""
        found = super().state_dict(None, include_sublayers)
        out = OrderedDict() if destination is None else destination
        out.update((tensor.name, tensor) for tensor in found.values())
        return out

    def load_dict(  # type: ignore[override]
        self, stat_dict: Any, include_sublayers: bool = True, use_structured_name: bool = True
    ) -> None:
        """Set the parameters from a state by parameter names, or by attribute paths as 1.7 and later save it.

        Parameters that are made at the first forward get their values then.

        Raises NotFoundError (a RuntimeError) when a parameter is not in the state, and InvalidArgumentError when its
        shape differs; nothing is set then.
        """
        if not isinstance(stat_dict, Mapping):
            got = (
                "a tuple: load_persistables of 1.5 returns (model, optimizers)"
                if isinstance(stat_dict, tuple)
                else type(stat_dict).__name__
            )
            raise InvalidTypeError(f"load_dict needs a dict of parameters, but got {got}")
        layers = list(self.named_sublayers(include_self=True)) if include_sublayers else [("", self)]
        found = []
        for path, layer in layers:
            for name, tensor in _owned(layer):
                found.append((tensor, _find(tensor, f"{path}.{name}" if path else name, stat_dict)))
        for tensor, value in found:
            _check(tensor, value)
        for tensor, value in found:
            tensor.set_value(_values(value))
        for path, layer in layers:
            if isinstance(layer, Layer) and not layer._built:
                layer.__dict__["_pending"] = (stat_dict, f"{path}." if path else "")

    set_dict = set_state_dict = load_dict  # type: ignore[assignment]


def _is_shape(given: Any) -> bool:
    return isinstance(given, (list, tuple)) and all(hasattr(s, "__index__") for s in given)


def _owned(layer: core.Layer) -> list[tuple[str, Any]]:
    kept = layer._non_persistable_buffer_names_set
    buffers = [(n, b) for n, b in layer._buffers.items() if n not in kept]
    return [(n, t) for n, t in [*layer._parameters.items(), *buffers] if t is not None]


def _find(tensor: Any, path: str, state: Mapping[str, Any]) -> Any:
    for key in (tensor.name, path):
        if key in state:
            return state[key]
    raise NotFoundError(
        f"Parameter not found, Can't not find [ {tensor.name} ] in stat_dict, nor its path [ {path} ]. "
        f"stat_dict has {list(state)[:8]}: parameters must have the names they were saved with, which start afresh in "
        "every fluid.dygraph.guard()"
    )


def _check(tensor: Any, value: Any) -> None:
    shape = list(value.shape)
    if shape != list(tensor.shape):
        raise InvalidArgumentError(
            f"load_dict: {tensor.name} has shape {list(tensor.shape)}, but the state gives it {shape}"
        )


def _set(tensor: Any, name: str, state: Mapping[str, Any], prefix: str) -> None:
    value = _find(tensor, prefix + name, state)
    _check(tensor, value)
    tensor.set_value(_values(value))


def _values(value: Any) -> Any:
    """The array of a Tensor, which could not be assigned outside of its guard."""
    return value if not isinstance(value, Tensor) or value._data is None else value._data
