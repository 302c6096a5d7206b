"""paddlelite.jit: Python functions become programs."""

if __name__ != "paddlelite.jit":
    raise ImportError("this folder is the package paddlelite.jit: import it by that name")
