"""The Tensor: a NumPy array with a place on the tape."""

from __future__ import annotations

import itertools
import weakref
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from ..autograd import GradNode, LeafNode, backward, clock, use_tensor_class
from ..dtypes import BY_NUMPY, DType
from ..errors import (
    InvalidArgumentError,
    InvalidTypeError,
    MismatchError,
    PreconditionNotMetError,
    UnimplementedError,
)
from ..mode import mode
from ..place import CPUPlace, Place
from .views import family, may_write

__all__ = ["HookHandle", "Size", "Tensor", "method"]

_numbers = itertools.count()


class Size(list):
    """What ``Tensor.shape`` returns: a list of sizes that prints as PaddlePaddle's."""

    def numel(self) -> int:
        """The product of the sizes."""
        return int(np.prod(self)) if self else 1

    def __repr__(self) -> str:
        plain = list.__repr__(self)
        return plain if mode.tracer is not None else f"paddle.Size({plain})"

    __str__ = __repr__


class Unknown(int):
    """-1: a size of a static program's variable that is known only when it runs. ``value()`` is that size."""

    _of: tuple[Any, int]

    def __new__(cls, tensor: Any, axis: int) -> Unknown:
        self = int.__new__(cls, -1)
        self._of = (tensor, axis)
        return self

    def value(self) -> Any:
        """The size as a 0-D tensor."""
        from .attribute import size_value

        return size_value(*self._of)

    def __reduce__(self) -> tuple[Any, ...]:
        return int, (-1,)


class Tensor:
    """An n-dimensional array of one dtype that records what is computed from it.

    Made by :func:`paddlelite.to_tensor` and the creation functions, not by calling the class. ``stop_gradient`` is
    True except for parameters and what is computed from them; ``grad`` is filled by :meth:`backward`.

    >>> import paddlelite as paddle
    >>> x = paddle.to_tensor([1.0, 2.0], stop_gradient=False)
    >>> (x * x).sum().backward()
    >>> x.grad.numpy()
    array([2., 4.], dtype=float32)
    """

    # Set on the instance only where it differs, so that making a tensor costs one attribute.
    _data: Any = None
    _node: GradNode | LeafNode | None = None
    _index: int = 0
    _grad: Tensor | None = None
    _name: str | None = None
    #: As a gradient: the array of zeros that Optimizer.clear_grad left, to which nothing needs to be added.
    _zeros: Any = None
    _base: weakref.ref[Tensor] | None = None
    _views: list[weakref.ref[Tensor]] | None = None
    stop_gradient: bool = True
    persistable: bool = False
    #: Set by in-place writes; who caches something made from the array compares it.
    _version: int = 0

    __array_priority__ = 100
    __hash__ = object.__hash__

    if TYPE_CHECKING:
        # For the type checker: functions and operators are attached by the modules that define them (`method`).
        def __getattr__(self, name: str) -> Any: ...
        def __setattr__(self, name: str, value: Any) -> None: ...
        def __eq__(self, other: Any) -> Tensor: ...  # type: ignore[override]
        def __ne__(self, other: Any) -> Tensor: ...  # type: ignore[override]
        def __getitem__(self, index: Any) -> Tensor: ...
        def __setitem__(self, index: Any, value: Any) -> None: ...
        def __neg__(self) -> Tensor: ...
        def __invert__(self) -> Tensor: ...
        def __add__(self, other: Any) -> Tensor: ...
        def __radd__(self, other: Any) -> Tensor: ...
        def __sub__(self, other: Any) -> Tensor: ...
        def __rsub__(self, other: Any) -> Tensor: ...
        def __mul__(self, other: Any) -> Tensor: ...
        def __rmul__(self, other: Any) -> Tensor: ...
        def __truediv__(self, other: Any) -> Tensor: ...
        def __rtruediv__(self, other: Any) -> Tensor: ...
        def __floordiv__(self, other: Any) -> Tensor: ...
        def __rfloordiv__(self, other: Any) -> Tensor: ...
        def __mod__(self, other: Any) -> Tensor: ...
        def __rmod__(self, other: Any) -> Tensor: ...
        def __pow__(self, other: Any) -> Tensor: ...
        def __rpow__(self, other: Any) -> Tensor: ...
        def __matmul__(self, other: Any) -> Tensor: ...
        def __rmatmul__(self, other: Any) -> Tensor: ...
        def __and__(self, other: Any) -> Tensor: ...
        def __or__(self, other: Any) -> Tensor: ...
        def __xor__(self, other: Any) -> Tensor: ...
        def __lshift__(self, other: Any) -> Tensor: ...
        def __rshift__(self, other: Any) -> Tensor: ...
        def __lt__(self, other: Any) -> Tensor: ...
        def __le__(self, other: Any) -> Tensor: ...
        def __gt__(self, other: Any) -> Tensor: ...
        def __ge__(self, other: Any) -> Tensor: ...

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        from .creation import to_tensor

        made = to_tensor(*args, **kwargs) if args or kwargs else to_tensor(np.zeros((0,), np.float32))
        self._data = made._data
        self.stop_gradient = made.stop_gradient

    # What it is

    @property
    def dims(self) -> tuple[Any, ...]:
        """The sizes as a tuple; symbolic where not known (see :mod:`paddlelite.dims`)."""
        return self._data.shape

    @property
    def shape(self) -> list[Any]:
        """The sizes as a list."""
        return Size(self._data.shape)

    @property
    def dtype(self) -> DType:
        return BY_NUMPY[self._data.dtype]

    @property
    def ndim(self) -> int:
        return len(self.dims)

    dim = ndimension = lambda self: len(self.dims)

    @property
    def size(self) -> int:
        """The number of elements."""
        return self._data.size

    @property
    def place(self) -> Place:
        return CPUPlace()

    @property
    def name(self) -> str:
        if self._name is None:
            self._name = f"generated_tensor_{next(_numbers)}"
        return self._name

    @name.setter
    def name(self, name: str) -> None:
        self._name = name

    @property
    def is_leaf(self) -> bool:
        """Whether it was not computed from anything that requires a gradient."""
        return self._node is None or type(self._node) is LeafNode

    @property
    def type(self) -> str:
        return "DenseTensor"

    def is_dense(self) -> bool:
        return True

    def is_dist(self) -> bool:
        return False

    def element_size(self) -> int:
        """Bytes per element."""
        return self.dtype.itemsize

    @property
    def itemsize(self) -> int:
        return self.dtype.itemsize

    @property
    def nbytes(self) -> int:
        return int(self.size) * self.dtype.itemsize

    def __len__(self) -> int:
        if not self.dims:
            raise InvalidTypeError("len() of a 0-D tensor")
        return self.dims[0]

    def __repr__(self) -> str:
        from .printing import tensor_repr

        return tensor_repr(self) if mode.tracer is None else mode.tracer.text(self)

    # Its values

    def numpy(self, blocking: bool = True) -> np.ndarray:
        """A copy of the values as a NumPy array."""
        array = self._data.copy()
        return array if mode.tracer is None else mode.tracer.array(array)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        array = self.numpy()
        return array if dtype is None else array.astype(dtype)

    def item(self, *index: int) -> Any:
        """One element as a Python number: the only one, or that at ``index`` (flat, or one per axis)."""
        if not index:
            if self._data.size != 1:
                raise InvalidArgumentError("only one element tensors can be converted to Python scalars.")
            return self._data.item()
        try:
            return self._data.item(*index)
        except IndexError as error:
            from ..errors import OutOfRangeError

            raise OutOfRangeError(str(error)) from None

    def tolist(self) -> Any:
        """Nested lists of Python numbers."""
        return self._data.tolist()

    def _scalar(self, what: str) -> Any:
        if self._data.size != 1:
            raise InvalidTypeError(
                f"only one-element tensors can be converted to {what}, got shape {list(self.dims)}"
            )
        return self._data.reshape(())[()]

    def __bool__(self) -> bool:
        if self._data.size != 1:
            raise _AmbiguousTruth(
                f"The truth value of a tensor with {self._data.size} elements is ambiguous: when it is used as the "
                "condition of if/while it can only contain one element. Use any() or all()."
            )
        return bool(self._data.reshape(())[()])

    def __int__(self) -> int:
        return int(self._scalar("int"))

    def __float__(self) -> float:
        return float(self._scalar("float"))

    def __complex__(self) -> complex:
        return complex(self._scalar("complex"))

    def __index__(self) -> int:
        value = self._scalar("an index")
        if self._data.dtype.kind not in "iub":
            raise InvalidTypeError(f"only integer tensors can be an index, got {self.dtype.name}")
        return int(value)

    def __format__(self, spec: str) -> str:
        if not self.dims:
            return format(self.item(), spec)
        if spec:
            raise InvalidTypeError(f"unsupported format {spec!r} for a tensor of shape {list(self.dims)}")
        return str(self)

    def __iter__(self) -> Iterator[Tensor]:
        if not self.dims:
            raise InvalidTypeError("iteration over a 0-D tensor")
        return (self[i] for i in range(len(self)))

    def __contains__(self, item: Any) -> bool:
        return bool((self == item).any())

    # Gradients

    @property
    def grad(self) -> Tensor | None:
        """The gradient that backward left, or None."""
        return self._grad

    @grad.setter
    def grad(self, value: Tensor | None) -> None:
        if value is not None and not isinstance(value, Tensor):
            raise InvalidTypeError(f"grad must be a Tensor or None, got {type(value).__name__}")
        if value is not None and tuple(value.dims) != tuple(self.dims):
            raise InvalidArgumentError(f"grad has shape {list(value.dims)}, the tensor {list(self.dims)}")
        self._grad = value

    def gradient(self) -> np.ndarray | None:
        """The gradient as a NumPy array, or None."""
        return None if self._grad is None else self._grad.numpy()

    def backward(self, grad_tensor: Tensor | None = None, retain_graph: bool = False) -> None:
        """Compute the gradients of all leaves this tensor depends on. See :func:`paddlelite.autograd.backward`."""
        seed = grad_tensor if mode.tracer is None else mode.tracer.seed(grad_tensor)
        backward(self, seed, retain_graph)

    def clear_grad(self, set_to_zero: bool = False) -> None:
        """Forget the gradient (or make it zero)."""
        if not set_to_zero or self._grad is None:
            self._grad = None
        else:
            self._grad = _wrap_array(np.zeros_like(self._grad._data))

    clear_gradient = clear_grad

    def retain_grads(self) -> None:
        """Keep the gradient of this tensor in backward even if it is not a leaf."""
        if isinstance(self._node, GradNode):
            if self._node.retain is None:
                self._node.retain = {}
            self._node.retain[self._index] = weakref.ref(self)

    def register_hook(self, hook: Callable[[Tensor], Tensor | None]) -> HookHandle:
        """Call ``hook(gradient)`` whenever the gradient of this tensor is complete; what it returns replaces it."""
        if self.stop_gradient:
            raise PreconditionNotMetError(
                "Cannot register hook on a tensor that stop gradient. Set stop_gradient=False first."
            )
        node = self._node
        if node is None:
            node = self._node = LeafNode(self)
        if node.hooks is None:
            node.hooks = {}
        hooks = node.hooks.setdefault(self._index, [])
        hooks.append(hook)
        return HookHandle(hooks, hook)

    def detach(self) -> Tensor:
        """The same values outside the tape."""
        out = _wrap_array(self._data)
        out._is_view_of(self)
        if mode.capture is not None and mode.capture.is_constant(self):
            mode.capture.constant(out)
        return out

    def detach_(self) -> Tensor:
        """Take this tensor itself off the tape."""
        self._node, self._index, self.stop_gradient = None, 0, True
        return self

    # In-place change

    def _is_view_of(self, base: Tensor) -> None:
        root = base._base() if base._base is not None else base
        if root is None:
            return
        self._base = weakref.ref(root)
        views = root._views
        if views is None:
            root._views = [weakref.ref(self)]
            return
        if len(views) >= 8 and not len(views) & (len(views) - 1):  # at 8, 16, 32 ...: drop the dead ones
            views[:] = [ref for ref in views if ref() is not None]
        views.append(weakref.ref(self))

    def _write(self, value: Tensor) -> Tensor:
        """Give this tensor the value (and the place on the tape) of ``value``, a tensor computed from it.

        Where tensors share memory the write shows in all of them, or UnimplementedError is raised.
        """
        if mode.capture is not None:
            mode.capture.write(self, value)
            return self
        if self.is_leaf and not self.stop_gradient and mode.grad and not value.is_leaf:
            raise InvalidArgumentError(
                f"Leaf Var ({self.name}) that doesn't stop gradient can't use inplace strategy. Write to a clone(), "
                "or do it under paddle.no_grad()."
            )
        if self._shared_write(value):
            return self
        leaf = self._node if type(self._node) is LeafNode else None
        self._data = value._data
        if mode.grad and not value.stop_gradient:
            self._node, self._index, self.stop_gradient = value._node, value._index, False
        elif leaf is None:
            self._node, self._index = None, 0
        self._touch()
        return self

    def _shared_write(self, value: Tensor) -> bool:
        """Write ``value`` to memory that other tensors share. False when none does, and so nothing was written."""
        if self._base is None and not self._views:
            return False
        members = family(self)
        if len(members) == 1 and self._base is None:
            return False
        fits = value.stop_gradient and value._data.shape == self._data.shape and may_write(self)
        if fits:
            np.copyto(self._data, value._data)
            for t in members:
                t._touch()
            return True
        raise self._shared_error()

    def _shared_error(self) -> UnimplementedError:
        what = "a view of another tensor" if self._base is not None else "a tensor that has views"
        return UnimplementedError(
            f"in-place write to {what} ({self.name}), while gradients are recorded or something else refers to its "
            "memory: in PaddlePaddle the write would show in both. Write to a clone(), or index the base tensor "
            "directly, as in x[0, 1] = v."
        )

    def _touch(self) -> None:
        """Note that the array was replaced or changed in place."""
        self._version = next(clock)
        if type(self._node) is LeafNode:
            self._node.modified_at = self._version

    def set_value(self, value: Any) -> None:
        """Replace the values by ``value`` (a Tensor or array of the same shape; it is cast to this dtype).

        Raises MismatchError (an AssertionError, as PaddlePaddle's) when the shape differs.
        """
        if mode.capture is not None and isinstance(value, Tensor):
            mode.capture.write(self, value.detach())
            return
        array = value._data if isinstance(value, Tensor) else np.asarray(value)
        if array.shape != tuple(self._data.shape):
            raise MismatchError(
                f"Variable Shape not match, Variable [ {self.name} ] need tensor with shape {self._data.shape} but "
                f"load set tensor with shape {array.shape}"
            )
        array = np.array(array, dtype=self._data.dtype, order="C")
        if self._base is None and not self._views:
            self._data = array
            self._touch()
        else:
            self._set_shared(array)

    def _set_shared(self, array: np.ndarray) -> None:
        """Give this tensor, and those that share its memory, the values of ``array``."""
        members = family(self)
        if all(t._data is self._data for t in members):
            for t in members:  # detached from one another, but of one array
                t._data = array
        elif may_write(self):
            np.copyto(self._data, array)
        else:
            raise self._shared_error()
        for t in members:
            t._touch()

    def copy_(self, other: Any, blocking: bool = True) -> Tensor:
        """In-place :meth:`set_value`; returns self."""
        self.set_value(other)
        return self

    # Copies, pickles, devices

    def __deepcopy__(self, memo: dict[int, Any]) -> Tensor:
        if not self.is_leaf:
            raise PreconditionNotMetError(
                "Only Leaf Tensor support the deepcopy at the moment, non-Leaf Tensors contains graph information "
                "that does't support deepcopy"
            )
        out = type(self).__new__(type(self))
        memo[id(self)] = out
        for key, value in self.__dict__.items():
            if key not in ("_node", "_base", "_views", "_name"):
                out.__dict__[key] = value
        out._data = self._data.copy()
        out._grad = None
        return out

    def __reduce__(self) -> tuple[Any, ...]:
        return _unpickle, (self._data, self.stop_gradient)

    def cpu(self) -> Tensor:
        return self

    def cuda(self, device_id: Any = None, blocking: bool = True) -> Tensor:
        from ..place import warn_cpu_only

        warn_cpu_only("Tensor.cuda()")
        return self

    def pin_memory(self, blocking: bool = True) -> Tensor:
        return self

    def contiguous(self) -> Tensor:
        return self

    def is_contiguous(self) -> bool:
        return True

    def value(self) -> Tensor:
        return self

    def get_tensor(self) -> Tensor:
        return self


class _AmbiguousTruth(InvalidArgumentError, AssertionError):
    """PaddlePaddle raises AssertionError here, NumPy ValueError; this is both."""


class HookHandle:
    """What registering a hook returns; :meth:`remove` takes the hook away."""

    def __init__(self, hooks: list[Any], hook: Any) -> None:
        self._hooks, self._hook = hooks, hook

    def remove(self) -> bool:
        """Take the hook away; False when it already was."""
        if self._hook in self._hooks:
            self._hooks.remove(self._hook)
            return True
        return False


use_tensor_class(Tensor)


def _wrap_array(array: np.ndarray) -> Tensor:
    t = Tensor.__new__(Tensor)
    t._data = array
    return t


def _unpickle(array: np.ndarray, stop_gradient: bool) -> Tensor:
    t = _wrap_array(array)
    t.stop_gradient = stop_gradient
    return t


def method(*names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make a public function a method of Tensor, under its own name or under ``names``."""

    def attach(function: Callable[..., Any]) -> Callable[..., Any]:
        for name in names or (function.__name__,):
            setattr(Tensor, name, function)
        return function

    return attach
