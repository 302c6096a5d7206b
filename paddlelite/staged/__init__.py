"""Control flow on Python values of which tensors decide, while a graph is built.

What a value is, or how often something happens, may be known only when the graph runs. Here is what stands for such
values meanwhile, and how two branches or the rounds of a loop become one `cond` or `while_loop`; `paddle.jit` lets
Python's own syntax do that, `paddle.static.nn` functions. No source code is looked at.

- `symbolic`                what counts as such a value; truths
- `places` `journal`        where a value lives; what recorded code changes there
- `merge` `carry` `blame`   one value for two, of branches and of a loop's rounds; the error where there is none
- `branches` `rounds`       recording two branches, and a loop's body
- `undecided` `lists` `iterables` `items` `text`  values: one of two, a list of unknown length, a `range` of a tensor …
- `builtins` `replaced`     Python's builtins on them
"""
