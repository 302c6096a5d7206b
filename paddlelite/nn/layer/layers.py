"""Layer: what every network is made of."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Any

from ...dtypes import dtype_of
from ...errors import InvalidArgumentError
from ...framework import unique_name
from ...mode import mode
from ...tensor.tensor import Tensor
from ..parameter import Parameter, make_parameter
from . import state
from .hooks import Hook, HookRemoveHelper, add_hook, call_with_hooks

__all__ = ["Layer"]

_WORD = re.compile("(.)([A-Z][a-z]+)")
_CAPITAL = re.compile("([a-z])([A-Z])")


def _snake(name: str) -> str:
    return _CAPITAL.sub(r"\1_\2", _WORD.sub(r"\1_\2", name)).lower()


class Layer:
    """The base of all networks: owns parameters, buffers and sublayers, and computes in ``forward``.

    Assigning a Parameter, a Layer or a Tensor to an attribute registers it. ``name_scope`` is the stem of
    :meth:`full_name` (the class's name when None), ``dtype`` that of the parameters made by :meth:`create_parameter`.

    >>> import paddlelite as paddle
    >>> class Net(paddle.nn.Layer):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.fc = paddle.nn.Linear(2, 3)
    ...
    ...     def forward(self, x):
    ...         return self.fc(x)
    >>> net = Net()
    >>> net
    Net(
      (fc): Linear(in_features=2, out_features=3, dtype=float32)
    )
    >>> [name for name, _ in net.named_parameters()]
    ['fc.weight', 'fc.bias']
    """

    training: bool
    _parameters: dict[str, Any]
    _sub_layers: dict[str, Layer | None]
    _buffers: dict[str, Tensor | None]
    #: The attribute it is registered under, which names its nodes in a program.
    _path_name: str | None = None

    def __init__(self, name_scope: str | None = None, dtype: Any = "float32") -> None:
        new = self.__dict__
        new["training"] = True
        new["_full_name"] = unique_name.generate(
            _snake(type(self).__name__) if name_scope is None else name_scope
        )
        new["_dtype"] = dtype_of(dtype).name
        new["_parameters"] = OrderedDict()
        new["_buffers"] = OrderedDict()
        new["_non_persistable_buffer_names_set"] = set()
        new["_sub_layers"] = OrderedDict()
        new["_forward_pre_hooks"] = OrderedDict()
        new["_forward_post_hooks"] = OrderedDict()
        new["_state_dict_hooks"] = OrderedDict()

    # Calling

    def forward(self, *inputs: Any, **kwargs: Any) -> Any:
        """What the layer computes; to be defined by subclasses."""
        raise NotImplementedError(
            f"{type(self).__name__} has no forward(): define def forward(self, ...) in the class"
        )

    def __call__(self, *inputs: Any, **kwargs: Any) -> Any:
        if mode.capture is None:
            own = self.__dict__
            if not own["_forward_pre_hooks"] and not own["_forward_post_hooks"]:
                return self.forward(*inputs, **kwargs)
            return call_with_hooks(self, self.forward, inputs, kwargs)
        capture = mode.capture
        forward = self.forward if capture.convert is None else capture.convert(self.forward)
        with capture.scope(self._path_name or self._full_name):
            return call_with_hooks(self, forward, inputs, kwargs)

    def register_forward_pre_hook(
        self, hook: Callable[..., Any], *, prepend: bool = False, with_kwargs: bool = False
    ) -> HookRemoveHelper:
        """Call ``hook(layer, inputs)`` before forward; what it returns replaces the inputs."""
        return add_hook(self._forward_pre_hooks, Hook(hook, with_kwargs), prepend)

    def register_forward_post_hook(
        self,
        hook: Callable[..., Any],
        *,
        prepend: bool = False,
        with_kwargs: bool = False,
        always_call: bool = False,
    ) -> HookRemoveHelper:
        """Call ``hook(layer, inputs, outputs)`` after forward; what it returns replaces the outputs."""
        return add_hook(self._forward_post_hooks, Hook(hook, with_kwargs, always_call), prepend)

    register_forward_hook = register_forward_post_hook

    # Making

    def create_parameter(
        self,
        shape: Any,
        attr: Any = None,
        dtype: Any = None,
        is_bias: bool = False,
        default_initializer: Any = None,
        device: Any = None,
    ) -> Any:
        """A new parameter named after this layer, or None when ``attr`` is False. It is registered by assigning it.

        ``attr``: a ParamAttr, a name, an initializer, or None. Without an initializer a bias starts at 0 and a weight
        from Xavier's uniform distribution.
        """
        return make_parameter(
            self._full_name, shape, attr, dtype or self._dtype, is_bias, default_initializer
        )

    def create_tensor(self, name: str | None = None, persistable: bool = False, dtype: Any = None) -> Tensor:
        """An empty tensor, for the layer to fill."""
        from ...tensor.creation import zeros

        out = zeros([0], dtype or self._dtype)
        out.name = name or unique_name.generate(f"{self._full_name}._generated_var")
        out.persistable = persistable
        return out

    create_variable = create_tensor

    # Registering

    def add_parameter(self, name: str, parameter: Parameter | None) -> Parameter | None:
        """Register ``parameter`` (or None) as attribute ``name``."""
        self._check_name(name, "parameter", self._parameters)
        if parameter is not None and not isinstance(parameter, Parameter):
            raise TypeError(
                f"The parameter to be added should be a Parameter, but received {type(parameter).__name__}."
            )
        self._parameters[name] = parameter
        return parameter

    register_parameter = add_parameter

    def add_sublayer(self, name: str, sublayer: Layer | None) -> Layer | None:
        """Register ``sublayer`` as attribute ``name``."""
        if sublayer is not None and not isinstance(sublayer, Layer):
            raise TypeError(
                f"The sublayer to be added should be a Layer, but received {type(sublayer).__name__}."
            )
        self._sub_layers[name] = sublayer
        if sublayer is not None:
            sublayer.__dict__["_path_name"] = name
        return sublayer

    add_module = register_module = add_sublayer

    def register_buffer(self, name: str, tensor: Tensor | None, persistable: bool = True) -> None:
        """Register a tensor that is not trained; it is part of :meth:`state_dict` when ``persistable``."""
        self._check_name(name, "buffer", self._buffers)
        if tensor is not None and not isinstance(tensor, Tensor):
            raise TypeError(
                f"The registered buffer should be a Paddle.Tensor, but received {type(tensor).__name__}."
            )
        self._buffers[name] = tensor
        (
            self._non_persistable_buffer_names_set.discard
            if persistable
            else self._non_persistable_buffer_names_set.add
        )(name)

    def _check_name(self, name: str, what: str, registered: dict[str, Any]) -> None:
        if "_parameters" not in self.__dict__:
            raise RuntimeError("super().__init__() should be called firstly.")
        if not isinstance(name, str):
            raise TypeError(f"The name of {what} should be a string, but received {type(name).__name__}.")
        if "." in name:
            raise KeyError(
                f"The name of {what} can not contain `.`, because when you access the newly added {what} in the form "
                "of `self.**.**`, it will cause AttributeError."
            )
        if not name:
            raise KeyError(f"The name of {what} can not be empty.")
        if hasattr(self, name) and name not in registered:
            raise KeyError(f"The {what} '{name}' already exists.")

    def __setattr__(self, name: str, value: Any) -> None:
        own = self.__dict__
        if isinstance(value, (Parameter, Layer)):
            if "_parameters" not in own:
                raise ValueError("super().__init__() should be called first")
            self._forget(name)
            if isinstance(value, Layer):
                self.add_sublayer(name, value)
            else:
                own["_parameters"][name] = value
            return
        for store, kind in (("_parameters", "Parameter"), ("_sub_layers", "Layer")):
            if name in own.get(store, ()):
                if value is not None:
                    what = {"Parameter": "parameter", "Layer": "sublayer"}[kind]
                    raise TypeError(
                        f"assignment to {what} '{name}' should be of type {kind} or None, but got "
                        f"'{type(value).__name__}'"
                    )
                own[store][name] = None
                return
        if isinstance(value, Tensor) and not isinstance(getattr(type(self), name, None), property):
            self._set_tensor(name, value)
        elif name in own.get("_buffers", ()):
            if value is not None:
                raise TypeError(
                    f"assignment to buffer '{name}' should be of type core.Tensor or None, but got "
                    f"'{type(value).__name__}'"
                )
            own["_buffers"][name] = None
        else:
            object.__setattr__(self, name, value)

    def _set_tensor(self, name: str, value: Tensor) -> None:
        buffers = self.__dict__.get("_buffers")
        if buffers is None:
            raise ValueError("super().__init__() should be called first")
        if mode.capture is not None:
            # A program can not re-bind Python attributes: a buffer becomes state of the program, anything else
            # is an attribute of the layer for the rest of the capture.
            if buffers.get(name) is None:
                object.__setattr__(self, name, value)
            elif mode.capture.convert is None or mode.capture.static:
                mode.capture.write(buffers[name], value)
            else:
                mode.capture.rebind(buffers, name, value)
            return
        if name not in buffers:
            self._forget(name)
            self._non_persistable_buffer_names_set.add(name)
        buffers[name] = value

    def _forget(self, name: str) -> None:
        own = self.__dict__
        for store in (own, own.get("_parameters"), own.get("_buffers"), own.get("_sub_layers")):
            if store is not None:
                store.pop(name, None)
        own.get("_non_persistable_buffer_names_set", set()).discard(name)

    def __getattr__(self, name: str) -> Any:
        own = self.__dict__
        for store in ("_parameters", "_sub_layers", "_buffers"):
            found = own.get(store)
            if found is not None and name in found:
                return found[name]
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    def __delattr__(self, name: str) -> None:
        if any(name in self.__dict__.get(store, ()) for store in ("_parameters", "_sub_layers", "_buffers")):
            self._forget(name)
        else:
            object.__delattr__(self, name)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._parameters, *self._sub_layers, *self._buffers]

    # Looking around

    def full_name(self) -> str:
        """The layer's unique name, such as ``linear_0``."""
        return self._full_name

    def children(self) -> Iterator[Layer]:
        """The direct sublayers."""
        return (layer for _, layer in self.named_children())

    def named_children(self) -> Iterator[tuple[str, Layer]]:
        """The direct sublayers with their names, each once."""
        seen: set[int] = set()
        for name, layer in self._sub_layers.items():
            if layer is not None and id(layer) not in seen:
                seen.add(id(layer))
                yield name, layer

    def sublayers(self, include_self: bool = False) -> list[Layer]:
        """All layers below this one, depth first."""
        return [layer for _, layer in self.named_sublayers(include_self=include_self)]

    def named_sublayers(
        self,
        prefix: str = "",
        include_self: bool = False,
        layers_set: set[Any] | None = None,
        remove_duplicate: bool = True,
    ) -> Iterator[tuple[str, Layer]]:
        """All layers below this one with their dotted names, depth first, each once."""
        seen = set() if layers_set is None else layers_set
        if self in seen:
            return
        if remove_duplicate:
            seen.add(self)
        if include_self:
            yield prefix, self
        for key, layer in self._sub_layers.items():
            if layer is not None:
                below = f"{prefix}.{key}" if prefix else key
                yield from layer.named_sublayers(below, True, seen, remove_duplicate)

    def modules(self) -> Iterator[Layer]:
        """All layers, this one first."""
        return (layer for _, layer in self.named_sublayers(include_self=True))

    def parameters(self, include_sublayers: bool = True) -> list[Parameter]:
        """All parameters, each once."""
        return [p for _, p in self.named_parameters(include_sublayers=include_sublayers)]

    def named_parameters(
        self, prefix: str = "", include_sublayers: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Parameter]]:
        """All parameters with their dotted names, each once."""
        return self._named("_parameters", prefix, include_sublayers, remove_duplicate)

    def buffers(self, include_sublayers: bool = True) -> list[Tensor]:
        """All buffers, each once."""
        return [b for _, b in self.named_buffers(include_sublayers=include_sublayers)]

    def named_buffers(
        self, prefix: str = "", include_sublayers: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Tensor]]:
        """All buffers with their dotted names, each once."""
        return self._named("_buffers", prefix, include_sublayers, remove_duplicate)

    def _named(self, store: str, prefix: str, below: bool, once: bool) -> Iterator[tuple[str, Any]]:
        seen: set[int] = set()
        layers = self.named_sublayers(prefix, True, None, once) if below else iter([(prefix, self)])
        for path, layer in layers:
            for key, value in layer.__dict__[store].items():
                if value is not None and id(value) not in seen:
                    if once:
                        seen.add(id(value))
                    yield f"{path}.{key}" if path else key, value

    def get_sublayer(self, target: str) -> Layer:
        """The layer with a dotted name. Raises AttributeError when there is none."""
        layer: Any = self
        for part in target.split(".") if target else ():
            layer = getattr(layer, part)
            if not isinstance(layer, Layer):
                raise AttributeError(f"`{part}` of {target} is not a Layer")
        return layer

    get_submodule = get_sublayer

    # Modes

    def train(self, mode: bool = True) -> Layer:
        """Set this layer and all below to training."""
        for layer in self.sublayers(include_self=True):
            layer.training = bool(mode)
        return self

    def eval(self) -> Layer:
        """Set this layer and all below to evaluation."""
        for layer in self.sublayers(include_self=True):
            layer.training = False
        return self

    def apply(self, fn: Callable[[Layer], Any]) -> Layer:
        """Call ``fn`` on every layer, sublayers before the layers that hold them."""
        for layer in self.children():
            layer.apply(fn)
        fn(self)
        return self

    def clear_gradients(self, set_to_zero: bool = True) -> None:
        """Forget the gradients of all parameters."""
        for p in self.parameters():
            if not p.stop_gradient:
                p.clear_gradient(set_to_zero)

    zero_grad = clear_gradients

    def requires_grad_(self, requires_grad: bool = True) -> Layer:
        """Set whether gradients are computed for the parameters."""
        for p in self.parameters():
            p.stop_gradient = not requires_grad
        return self

    # State and types

    def state_dict(
        self,
        destination: Any = None,
        include_sublayers: bool = True,
        structured_name_prefix: str = "",
        use_hook: bool = True,
        keep_vars: bool = True,
    ) -> OrderedDict[str, Any]:
        """Parameters and persistable buffers by dotted name; the tensors themselves unless ``keep_vars`` is False."""
        return state.collect(
            self, destination, include_sublayers, structured_name_prefix, use_hook, keep_vars, False
        )

    def to_static_state_dict(
        self,
        destination: Any = None,
        include_sublayers: bool = True,
        structured_name_prefix: str = "",
        use_hook: bool = True,
        keep_vars: bool = True,
    ) -> OrderedDict[str, Any]:
        """:meth:`state_dict` with the buffers that are not persistable."""
        return state.collect(
            self, destination, include_sublayers, structured_name_prefix, use_hook, keep_vars, True
        )

    def set_state_dict(
        self, state_dict: Any, use_structured_name: bool = True
    ) -> tuple[list[str], list[str]]:
        """Set parameters and buffers from a state dict of tensors or arrays; returns (missing, unexpected) names.

        A name that is missing or whose shape differs is skipped with a warning. A value of another dtype raises
        MismatchError (an AssertionError, as PaddlePaddle's), and nothing is set then.
        """
        return state.restore(self, state_dict, use_structured_name)

    set_dict = load_dict = set_state_dict

    def register_state_dict_hook(self, hook: Callable[[Any], Any]) -> HookRemoveHelper:
        """Call ``hook(state_dict)`` at the end of :meth:`state_dict`; what it returns replaces it."""
        return add_hook(self._state_dict_hooks, hook)

    def to(
        self, device: Any = None, dtype: Any = None, blocking: Any = None, non_blocking: Any = None
    ) -> Layer:
        """Cast floating parameters and buffers to ``dtype``. ``device`` may name any device; all run on the CPU."""
        return state.to(self, device, dtype)

    def astype(self, dtype: Any = None) -> Layer:
        """Cast floating parameters and buffers to ``dtype``."""
        if dtype is None:
            raise InvalidArgumentError("astype() needs a dtype")
        return state.to(self, None, dtype)

    def float(self, excluded_layers: Any = None) -> Layer:
        """Cast to float32."""
        return state.to(self, None, "float32", excluded_layers)

    def float16(self, excluded_layers: Any = None) -> Layer:
        """Cast to float16."""
        return state.to(self, None, "float16", excluded_layers)

    def bfloat16(self, excluded_layers: Any = None) -> Layer:
        """Cast to bfloat16."""
        return state.to(self, None, "bfloat16", excluded_layers)

    def cpu(self) -> Layer:
        """This layer: everything is on the CPU."""
        return self

    def cuda(self, device_id: Any = None, blocking: bool = True) -> Layer:
        """This layer, with one warning: everything runs on the CPU."""
        return state.to(self, "gpu", None)

    # Printing

    def extra_repr(self) -> str:
        """What :func:`repr` shows between the parentheses."""
        return ""

    def __repr__(self) -> str:
        extra = self.extra_repr().split("\n") if self.extra_repr() else []
        head = extra[0] if len(extra) == 1 else "".join(f"\n  {line}" for line in extra)
        below = ""
        for name, layer in self._sub_layers.items():
            text = repr(layer).replace("\n", "\n  ")
            below += f"\n  ({name}): {text}"
        return (
            f"{self._get_name()}({head}{below}\n)"
            if below or len(extra) > 1
            else f"{self._get_name()}({head})"
        )

    def _get_name(self) -> str:
        return type(self).__name__
