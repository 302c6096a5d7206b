"""`import paddle` gives this package: for programs written for PaddlePaddle that are to run unchanged.

In the manner of PyMySQL's ``install_as_MySQLdb``. The names are aliases, not copies: ``paddle.nn`` *is*
``paddlelite.nn``, so a class has one identity under both names.
"""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import sys
import threading
from collections.abc import Sequence
from types import ModuleType

from .errors import PreconditionNotMetError

__all__ = ["install_as_paddle"]

ALIAS = "paddle"
PACKAGE = __name__.partition(".")[0]


class _Alias(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds ``paddle`` and ``paddle.*``, and loads them by importing the modules they stand for."""

    def __init__(self) -> None:
        # importlib writes the alias's spec into the module it is given; the module's own is put back from
        # here. Several threads may import at once: what one of them keeps belongs to it.
        self._own = threading.local()

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != ALIAS and not fullname.startswith(ALIAS + "."):
            return None
        real = PACKAGE + fullname[len(ALIAS) :]
        spec = importlib.util.find_spec(real)
        if spec is None:
            raise ModuleNotFoundError(
                f"No module named '{fullname}': paddlelite has no {real}", name=fullname
            )
        is_package = spec.submodule_search_locations is not None
        return importlib.machinery.ModuleSpec(fullname, self, origin=spec.origin, is_package=is_package)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        module = importlib.import_module(PACKAGE + spec.name[len(ALIAS) :])
        self._own.spec = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self._own.spec


_ALIAS = _Alias()


def install_as_paddle() -> None:
    """Make ``import paddle``, and every submodule, give this package in this process.

    Call it before the first ``import paddle``; calling it again changes nothing. ``paddlelite run script.py``
    calls it for an unmodified script.

    Raises:
        PreconditionNotMetError: PaddlePaddle itself has already been imported by this process.

    Example:
        >>> import paddlelite
        >>> paddlelite.install_as_paddle()
        >>> import paddle.nn.functional as F
        >>> F is paddlelite.nn.functional
        True
    """
    package = sys.modules[PACKAGE]
    present = sys.modules.get(ALIAS)
    if present is not None and present is not package:
        where = getattr(present, "__file__", "an unknown place")
        raise PreconditionNotMetError(
            f"PaddlePaddle has already been imported, from {where}: "
            "call install_as_paddle() before the first `import paddle`."
        )
    if _ALIAS not in sys.meta_path:
        # First: an installed PaddlePaddle must not be found before us.
        sys.meta_path.insert(0, _ALIAS)
    sys.modules[ALIAS] = package
