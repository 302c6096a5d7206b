"""The ways in which the releases of 1.x call a layer."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from ...errors import InvalidTypeError

__all__ = ["scoped"]


def scoped(*orders: str) -> Callable[[Any], Any]:
    """Let an ``__init__`` be called as 1.4 and 1.5 do, with a name scope in front and the arguments in ``orders``.

    ``__init__`` itself is written as 1.7 and 1.8 have it, with ``name_scope`` as a keyword. Where 1.4 and 1.5 differ
    there are two orders, and a call must tell them apart: by keywords that only one has, or by few positional
    arguments.
    """
    forms = [order.split() for order in orders]

    def decorate(init: Any) -> Any:
        @functools.wraps(init)
        def call(self: Any, *args: Any, **kwargs: Any) -> None:
            if "name_scope" in kwargs or (args and isinstance(args[0], str) and args[0] not in _MODES):
                given = args if "name_scope" in kwargs else args[1:]
                if "name_scope" not in kwargs:
                    kwargs["name_scope"] = args[0]
                order = _chosen(type(self).__name__, forms, given, kwargs)
                twice = [name for name in order[: len(given)] if name in kwargs]
                if twice or len(given) > len(order):
                    raise InvalidTypeError(
                        f"{type(self).__name__}(name_scope, {', '.join(order)}): got "
                        + (f"{twice[0]} twice" if twice else f"{len(given)} arguments after the name scope")
                    )
                kwargs.update(zip(order, given))
                args = ()
            init(self, *args, **kwargs)

        return call

    return decorate


#: What PRelu's first argument is in 1.8, and no name scope.
_MODES = {"all", "channel", "element"}


def _chosen(kind: str, forms: list[list[str]], given: Any, kwargs: dict[str, Any]) -> list[str]:
    """The order that a call can mean."""
    if len(forms) == 1:
        return forms[0]
    old, new = forms
    if old[0] in kwargs:  # by keyword: what is positional is the rest, in the old order
        return [name for name in old if name != old[0]] if given else old
    if len(given) < 3:
        return new
    raise InvalidTypeError(
        f"{kind}(name_scope, {', '.join(map(str, given[:3]))}, ...): 1.4 reads this as {', '.join(old[:3])}, 1.5 as "
        f"{', '.join(new[:3])}. Say which by keywords: {kind}(name_scope, {old[0]}=..., {new[0]}=..., ...) of 1.4, or "
        f"{kind}(name_scope, {new[0]}=..., {new[1]}=..., ...) of 1.5."
    )
