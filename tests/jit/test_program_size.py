"""A program grows linearly with the nesting of its control flow, in `if`s and in loops."""

import importlib.util

import pytest

from paddlelite.jit import to_static
from paddlelite.static import InputSpec

DEPTHS = (2, 4, 6)


def nested(folder, depth, head):
    """A function with `head` nested `depth` times, each level with a statement of its own before and after."""
    lines = ["def f(x, n):"]
    for level in range(depth):
        pad = "    " * (level + 1)
        lines += [f"{pad}x = x + {level + 1}", pad + head.format(level=level)]
    lines += ["    " * (depth + 1) + "x = x * 2"]
    lines += ["    " * (level + 1) + f"x = x - {level + 1}" for level in reversed(range(1, depth))]
    path = folder / f"nested{depth}.py"
    path.write_text("\n".join([*lines, "    return x", ""]))
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.f


@pytest.mark.parametrize("head", ["if x.sum() > {level}:", "for k{level} in range(n):"])
def test_growth_is_linear(tmp_path, head):
    specs = [InputSpec([None], "float32", "x"), InputSpec([], "int64", "n")]
    sizes = []
    for depth in DEPTHS:
        static = to_static(nested(tmp_path, depth, head), input_spec=specs)
        sizes.append(sum(static.main_program.op_counts().values()))
    first, second = sizes[1] - sizes[0], sizes[2] - sizes[1]
    assert 0 < second <= first + 2, sizes
