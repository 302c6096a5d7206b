"""paddlelite.jit: Python functions become programs."""
