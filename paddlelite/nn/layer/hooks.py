"""Forward hooks: what runs before and after a layer's forward."""

from __future__ import annotations

import itertools
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from ...mode import mode

__all__ = ["Hook", "HookRemoveHelper", "add_hook", "call_with_hooks"]

_ids = itertools.count()


class Hook:
    """A registered function and how it wants to be called."""

    __slots__ = ("always", "function", "with_kwargs")

    def __init__(self, function: Callable[..., Any], with_kwargs: bool, always: bool = False) -> None:
        self.function, self.with_kwargs, self.always = function, with_kwargs, always


class HookRemoveHelper:
    """What registering a hook returns; :meth:`remove` takes the hook away."""

    def __init__(self, hooks: OrderedDict[int, Any], key: int) -> None:
        self._hooks, self._key = hooks, key

    def remove(self) -> None:
        """Take the hook away (nothing happens when it already was)."""
        self._hooks.pop(self._key, None)


def add_hook(hooks: OrderedDict[int, Any], hook: Any, prepend: bool = False) -> HookRemoveHelper:
    """Put a hook at the end (or the front) of ``hooks``."""
    key = next(_ids)
    hooks[key] = hook
    if prepend:
        hooks.move_to_end(key, last=False)
    return HookRemoveHelper(hooks, key)


def call_with_hooks(
    layer: Any, forward: Callable[..., Any], inputs: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    """``forward(*inputs, **kwargs)`` with the layer's hooks around it."""
    for hook in list(layer._forward_pre_hooks.values()):
        inputs, kwargs = _before(layer, hook, inputs, kwargs)
    done: set[int] = set()
    try:
        outputs = forward(*inputs, **kwargs)
        for key, hook in list(layer._forward_post_hooks.items()):
            done.add(key)
            outputs = _after(layer, hook, inputs, kwargs, outputs)
    except Exception:
        for key, hook in list(layer._forward_post_hooks.items()):
            if hook.always and key not in done:
                _after(layer, hook, inputs, kwargs, None)
        raise
    return outputs


def _before(
    layer: Any, hook: Hook, inputs: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[Any, dict[str, Any]]:
    if hook.with_kwargs:
        changed = _written(hook)(layer, inputs, kwargs)
        if changed is None:
            return inputs, kwargs
        if not (isinstance(changed, tuple) and len(changed) == 2):
            raise RuntimeError(
                f"a pre-hook with keyword arguments must return None or (args, kwargs), got {changed!r}"
            )
        return changed
    changed = _written(hook)(layer, inputs)
    if changed is None:
        return inputs, kwargs
    return changed if isinstance(changed, tuple) else (changed,), kwargs


def _after(layer: Any, hook: Hook, inputs: tuple[Any, ...], kwargs: dict[str, Any], outputs: Any) -> Any:
    given = (inputs, kwargs) if hook.with_kwargs else (inputs,)
    changed = _written(hook)(layer, *given, outputs)
    return outputs if changed is None else changed


def _written(hook: Hook) -> Callable[..., Any]:
    """The hook's function, rewritten where a graph is being built."""
    capture = mode.capture
    return hook.function if capture is None or capture.convert is None else capture.convert(hook.function)
