"""Writes to attributes and items, raise and assert at run time."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any

from paddlelite.errors import CaptureError, UnimplementedError, line_of, note_line
from paddlelite.mode import mode
from paddlelite.nn.layer.layers import Layer
from paddlelite.ops.check import assert_op
from paddlelite.staged.branches import Branch
from paddlelite.staged.items import check_key
from paddlelite.staged.journal import current, learn, note, recording
from paddlelite.staged.places import Attribute, Contents, Item, Place
from paddlelite.staged.replaced import replaces
from paddlelite.staged.symbolic import is_symbolic, predicate, refuse, rewriting
from paddlelite.staged.text import later
from paddlelite.tensor.creation import to_tensor
from paddlelite.tensor.tensor import Tensor

from ..convert import class_attribute
from .expressions import meet


def store_attr(value: Any, target: Any, name: str) -> None:
    """`target.name = value`."""
    _note_attribute(target, name)
    run = rewriting()
    if run is not None:
        run.guards.wrote(target, name)
    setattr(target, name, value)


replaces(setattr)(lambda target, name, value: store_attr(value, target, name))


@replaces(delattr)
def del_attr(target: Any, name: str) -> None:
    """`del target.name`."""
    _note_attribute(target, name)
    delattr(target, name)


def store_item(value: Any, target: Any, key: Any) -> None:
    """`target[key] = value`."""
    _note_item(target, key)
    target[key] = value


def del_item(target: Any, key: Any) -> None:
    """`del target[key]`."""
    _note_item(target, key, whole=True)
    del target[key]


def _note_attribute(target: Any, name: str) -> None:
    """Journal an attribute. (A property journals what it writes to itself.)"""
    meet(target)
    if recording() is not None and type(class_attribute(type(target), name)) is not property:
        note(_attribute(target, name))


def _attribute(target: Any, name: str) -> Place:
    """The place of an attribute: that in the object's own dict, if nothing else has a say."""
    called, kind = f"{_called(target)}.{name}", type(target)
    own = getattr(target, "__dict__", None)
    plain = kind.__setattr__ == object.__setattr__ and type(own) is dict and not hasattr(kind, name)  # type: ignore[comparison-overlap]
    return Item(called, own, name) if plain else Attribute(called, target, name)


def _called(target: Any) -> str:
    return "self" if isinstance(target, Layer) else type(target).__name__


def _note_item(target: Any, key: Any, whole: bool = False) -> None:
    """Journal one key of a dict, or all of it or of a list. (Tensors keep a journal of their own in the capture.)"""
    meet(target)
    check_key(target, key)
    if recording() is None or not isinstance(target, (dict, list)):
        return
    if isinstance(key, (int, str)) and not whole and not isinstance(target, list):
        note(Item(f"{_called(target)}[{key!r}]", target, key))
    else:
        note(Contents(f"a {type(target).__name__}", target))


HANDLED = (
    "an exception raised under a condition on a tensor cannot be handled by the `try` or `with` around it",
    "Use the condition itself instead of the exception.",
)


def caught() -> None:
    """At the start of a handler: errors of the capture are not the user's to handle, and neither are those that have
    left a branch or a loop's body, which a graph may or may not come to.
    """
    error = sys.exc_info()[1]
    if isinstance(error, CaptureError):
        raise error
    if mode.capture is not None and mode.capture.left:
        raise refuse(*HANDLED) from error


def raises(error: Any, cause: Callable[[], Any] | None = None, handled: bool = False) -> bool:
    """Whether to raise now. In a branch on a tensor the graph raises, when it comes there; then False."""
    journal = current()
    if journal is None or isinstance(error, CaptureError):
        return True
    if handled:
        raise refuse(*HANDLED)
    if isinstance(error, type) and issubclass(error, BaseException):
        error = error()
    if not isinstance(error, Exception):
        return True
    if cause is not None:
        error.__cause__ = cause()
    _check(to_tensor(False), error)
    journal.dead = True
    return False


def fails(arm: Any) -> bool:
    """In a handler around the branches of an `if`: whether what one of them raised is raised now. Of a branch on a
    tensor the graph raises it, when it comes there; then False.
    """
    error = sys.exc_info()[1]
    capture: Any = mode.capture
    if not isinstance(arm, Branch) or arm.journal is not current() or capture.left:
        return True  # (what left a loop's body, say, may not happen even if the graph comes to the branch)
    refused = (CaptureError, UnimplementedError, RecursionError)
    if not isinstance(error, Exception) or isinstance(error, refused):
        return True
    where = line_of(error)
    note_line(error, where)
    _check(to_tensor(False), error.with_traceback(None))
    capture.frame.block.nodes[-1].source = where
    arm.journal.dead = True
    return False


def _check(test: Tensor, error: BaseException) -> None:
    args, data = later(error.args)
    kind = type(error)

    def again(arrays: Sequence[Any]) -> BaseException:
        """An exception like the one that was raised while the graph was built, with what the tensors are."""
        made = kind.__new__(kind)  # its __init__ may take other arguments than `args`
        made.args = args(arrays)
        made.__dict__.update(error.__dict__)
        made.__cause__, made.__suppress_context__ = error.__cause__, error.__suppress_context__
        return made

    assert_op(test, data, error=again)


def assert_(test: Any, message: Callable[[], Any] | None = None) -> None:
    """`assert test, message()`. Of a tensor, the graph checks it when it runs."""
    known = not is_symbolic(test)
    if known and test:
        return
    error = AssertionError(*([] if message is None else [message()]))
    if known and current() is None:
        raise error
    holds = predicate(test) if is_symbolic(test) else to_tensor(bool(test))
    _check(holds, error)
    learn(holds, True)
