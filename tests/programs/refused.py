"""Programs that `to_static` refuses, one of each kind, with what it says of them.

`python -m tests.programs.refused` writes jit/LIMITATIONS.md from them; test_refused.py holds both to what is said now.
"""

import inspect
import pathlib
import sys

import numpy as np

import paddlelite as paddle
from paddlelite.errors import CaptureError

PAGE = pathlib.Path(__file__).parents[2] / "jit" / "LIMITATIONS.md"
X, N = np.ones([2], "float32"), np.array(3)


def two_dtypes(x, n):
    if n > 1:
        y = x.astype("int64")
    else:
        y = x * 2
    return y


def tensor_or_none(x, n):
    if n > 1:
        return x * 2


def two_structures(x, n):
    if n > 1:
        return x, x
    return x


def two_ranks(x, n):
    if n > 1:
        y = x.reshape([1, 2])
    else:
        y = x
    return y + 1


def dtype_changes_in_a_loop(x, n):
    while n > 0:
        x = (x * 2).astype("float64")
        n = n - 1
    return x


def rank_changes_in_a_loop(x, n):
    for _ in range(n):
        x = paddle.stack([x, x])
    return x


def truth_of_two_elements(x, n):
    if x > 0:
        x = x + n
    return x


def values_outside_the_graph(x, n):
    scale = np.sqrt(x)
    return x * float(scale.sum()) + x.numpy()


def recursion_on_a_tensor(x, n):
    return recursion_on_a_tensor(x * 2, n - 1) if n > 0 else x


def yield_under_a_condition(x, n):
    def numbers():
        if n > 1:
            yield x

    return [v + 1 for v in numbers()]


def raise_that_is_handled(x, n):
    try:
        if n > 1:
            raise ValueError("large")
    except ValueError:
        x = x + 1
    return x


def several_problems(x, n):
    large = x.tolist()[0] > 1
    if n > 1:
        y = x.astype("int64")
        z = x
    else:
        y = x
        z = None
    return y, z, large


#: What to know of each, as the page says it.
PROGRAMS = {
    two_dtypes: "A tensor has one dtype, whichever branch computes it.",
    tensor_or_none: "What a function returns is a tensor on every path, or on none.",
    two_structures: "Both paths return containers of one structure.",
    two_ranks: "A tensor has one rank, whichever branch computes it. Its sizes may differ.",
    dtype_changes_in_a_loop: "A loop on tensors keeps the dtype of what it carries.",
    rank_changes_in_a_loop: "It keeps the rank, too; sizes may change.",
    truth_of_two_elements: "A condition is one number, as eagerly.",
    values_outside_the_graph: "Values are not known while the graph is built.",
    recursion_on_a_tensor: "Both branches are recorded, so recursion needs a bound that Python knows.",
    yield_under_a_condition: "A generator cannot be suspended in a branch on a tensor.",
    raise_that_is_handled: "What is raised in a branch on a tensor is raised by the running graph.",
    several_problems: "All problems of a function are told at once.",
}


def refusal(program):
    """What `to_static` says of a program, with this file's name in place of its path."""
    try:
        paddle.jit.to_static(program)(paddle.to_tensor(X), paddle.to_tensor(N))
    except CaptureError as error:
        return str(error).replace(__file__, pathlib.Path(__file__).name)
    raise AssertionError(f"{program.__name__} is captured: it is no limitation any more")


def page():
    """The text of jit/LIMITATIONS.md."""
    head = (
        "# What cannot become a graph\n\nMade by `python -m tests.programs.refused`: each program is refused as shown, "
        "with the line, and what to write instead.\nEverything runs eagerly as it is."
    )
    parts = [head]
    for program, text in PROGRAMS.items():
        lines, first = inspect.getsourcelines(program)
        title = program.__name__.replace("_", " ").capitalize()
        numbered = "".join(f"{first + i:>4}  {line}" for i, line in enumerate(lines))
        parts.append(f"## {title}\n\n{text}\n\n```\n{numbered}```\n```text\n{refusal(program)}\n```")
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    if sys.version_info < (3, 11):
        sys.exit("carets need Python 3.11 or newer")
    PAGE.write_text(page(), encoding="utf-8")
