"""Run PaddlePaddle's own documents, whose texts are not part of this repository: `python -m tests.documents FOLDER`.

The code blocks of each document are taken out as they stand, and put together to the programs that their author ran:
`paddlelite run` runs them, in an empty folder with small data sets in the true formats. Changed is only what the
document itself gets wrong: every change is in a list below with its reason, and an unused one fails the run. With
``--whole`` the 2.x report trains on as much as it says, else on fewer steps.

It prints one line a program, and ends with status 1 when one of them failed.
"""

from __future__ import annotations

import argparse
import dataclasses
import hashlib
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import textwrap
import time

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))


@dataclasses.dataclass
class Piece:
    """The lines of a document from the one that starts with `start` to the one before `end`, `indent` deep."""

    start: str
    end: str
    indent: int = 0
    skip: int = 0  # of lines that start so
    #: The first line's own depth, where the document has it wrong; None: as it stands.
    first: int | None = None


@dataclasses.dataclass
class Change:
    """A correction: what the document has, what it should be, and why."""

    old: str
    new: str
    why: str


@dataclasses.dataclass
class Sample:
    """One program: its pieces, and what it must print."""

    name: str
    pieces: list
    prints: list
    before: str = ""
    changes: tuple = ()
    after: str = ""


def taken(text: str, piece: Piece) -> str:
    """A piece as source: tabs are four spaces, and it starts at the piece's depth."""
    lines = [line.expandtabs(4).rstrip() for line in text.splitlines()]
    at = [i for i, line in enumerate(lines) if line.strip().startswith(piece.start)][piece.skip]
    stop = next(i for i in range(at + 1, len(lines)) if lines[i].strip().startswith(piece.end))
    part = lines[at:stop]
    if piece.first is not None:
        part[0] = " " * piece.first + part[0].strip()
    return textwrap.indent(textwrap.dedent("\n".join(part)).strip("\n"), " " * piece.indent) + "\n"


# ------------------------------------------------------------------------- DyGraph 1.4, in Chinese and in English

IMPORTS_14 = """\
import os
import numpy as np
from PIL import Image
import paddle
import paddle.fluid as fluid
from paddle.fluid import core
from paddle.fluid.dygraph.nn import Conv2D, Pool2D, FC
from paddle.fluid.dygraph.base import to_variable
from paddle.fluid.optimizer import SGDOptimizer, AdamOptimizer
BATCH_SIZE, epoch_num, seed = 64, 2, 90
"""
READER = "train_reader = paddle.batch(paddle.dataset.mnist.train(), batch_size=BATCH_SIZE, drop_last=True)\n"
ANTIALIAS = Change("Image.ANTIALIAS", "Image.LANCZOS", "Pillow 10 has renamed it")
WITH_ACCURACY = (
    Change(
        "def forward(self, inputs):\n        x = self._simple_img_conv_pool_1(inputs)",
        "def forward(self, inputs, label=None):\n        x = self._simple_img_conv_pool_1(inputs)",
        "the evaluation calls the network with the label",
    ),
    Change(
        "        x = self._fc(x)\n        return x",
        "        x = self._fc(x)\n        if label is not None:\n"
        "            return x, fluid.layers.accuracy(input=x, label=label)\n        return x",
        "and wants the accuracy back",
    ),
)
TEST_TRAIN = """
def _test_train(reader, model, batch_size):
    costs, accuracies = [], []
    for data in reader():
        img = to_variable(np.array([x[0].reshape(1, 28, 28) for x in data]).astype('float32'))
        label = to_variable(np.array([x[1] for x in data]).astype('int64').reshape(batch_size, 1))
        prediction, acc = model(img, label)
        costs.append(float(fluid.layers.mean(fluid.layers.cross_entropy(prediction, label)).numpy()))
        accuracies.append(float(acc.numpy()))
    return np.mean(costs), np.mean(accuracies)
"""
NETWORK = [Piece("class SimpleImgConvPool(", "> "), Piece("class MNIST(", "4. ")]
STEP = "for epoch in range(epoch_num):"

FIRST_STEPS = [
    Piece("import paddle.fluid as fluid", "with fluid.dygraph.guard():"),
    Piece("x = np.ones([2, 2], np.float32)", "[[10. 10.]"),
    Piece("loss = fluid.layers.reduce_sum(ret)", "[1.]", indent=4),
]
PYLAYER = [
    Piece("class MyPyLayer(fluid.PyLayer):", "然后在`fluid.dygraph.guard()`"),
    Piece("np_inp = np.ones([2, 2], np.float32)", ">  "),
]
LAYER_14 = [
    Piece("class MyLayer(fluid.Layer):", "2. "),
    Piece("def forward(self, inputs):", "3. ", indent=4, first=12, skip=0),
    Piece("def build_once(self, input):", "2. ", indent=4),
    Piece("np_inp = np.array([1.0, 2.0, -1.0], dtype=np.float32)", "2. "),
    Piece("with fluid.dygraph.guard():", "3. ", skip=3),
    Piece("x.backward()", "## ", indent=4),
]
NUMPY = Change(
    "import paddle.fluid as fluid", "import numpy as np\nimport paddle.fluid as fluid", "np is not imported"
)


def dygraph_14():
    """The programs of the first two documents."""
    inside = "with fluid.dygraph.guard():\n    mnist = MNIST('mnist')\n    sgd = SGDOptimizer(learning_rate=1e-3)\n"
    inside += textwrap.indent(READER, "    ")
    yield Sample(
        "sums and their gradient", FIRST_STEPS, ["[[10. 10.]\n [10. 10.]]", "[1.]"], changes=(NUMPY,)
    )
    yield Sample(
        "a PyLayer", PYLAYER, ["[[0.41997433 0.41997433]"], before="import numpy as np\nimport paddle.fluid as fluid\n",
        changes=(Change("np.square(np.array(out))", "np.square(np.array(out)))", "a parenthesis is missing"),),
        after="print(dy_grad)\n",
    )  # fmt: skip
    yield Sample(
        "a Layer", LAYER_14, ["[2. 4. 0.]"], before="import numpy as np\nimport paddle.fluid as fluid\n",
        after="    print(dy_grad)\n",
    )  # fmt: skip
    yield Sample(
        "MNIST: the network's output", [*NETWORK, Piece("with fluid.dygraph.guard():", "cost is:", skip=4)],
        ["cost is: [["],
        before=IMPORTS_14 + READER,
    )  # fmt: skip
    yield Sample(
        "MNIST: the loop", [*NETWORK, Piece(STEP, "6. ", indent=4)], ["["],
        before=IMPORTS_14, changes=(Change("    for epoch in range(epoch_num):",
                                           inside + "    for epoch in range(epoch_num):",
                                           "the loop is shown without the lines before it"),),
        after="    print(dy_out)\n",
    )  # fmt: skip
    yield Sample(
        "MNIST: training", [*NETWORK, Piece("with fluid.dygraph.guard():", "Loss at step 0", skip=5)],
        ["Loss at step 0: [2.", "Final loss: [", "conv2d W's mean is: ", "conv2d Bias's mean is: "], before=IMPORTS_14,
    )  # fmt: skip
    yield Sample(
        "MNIST: saving and loading", [*NETWORK, Piece(STEP, "## ", indent=4, skip=2)],
        ["model save and load success? True"],
        before=IMPORTS_14, changes=(Change("    for epoch in range(epoch_num):",
                                           inside + "    dy_param_init_value = {}\n    for epoch in range(epoch_num):",
                                           "the loop is shown without the lines before it"),),
    )  # fmt: skip
    yield Sample(
        "MNIST: evaluation", [*NETWORK, Piece("with fluid.dygraph.guard():", "Loss at epoch 3 ,", skip=6)],
        ["Loss at epoch 0 step 0: [2.", "acc is: ", "checkpoint saved\ncheckpoint loaded",
         "Inference result of image/infer_3.png is: "],
        before=IMPORTS_14,
        changes=(*WITH_ACCURACY, ANTIALIAS,
                 Change("self._test_train(", "_test_train(", "a method of the author's test case, which is not shown"),
                 Change("class SimpleImgConvPool(", TEST_TRAIN + "class SimpleImgConvPool(", "so here is one")),
    )  # fmt: skip
    yield Sample(
        "MNIST: the static graph", [*NETWORK, Piece("exe = fluid.Executor(", "\0", first=8)],
        ["["], before=IMPORTS_14, after="print(static_out)\n",
    )  # fmt: skip


# ----------------------------------------------------------------------------------------------------- DyGraph 1.5

IMPORTS_15 = """\
import os
import numpy as np
from PIL import Image
import paddle
import paddle.fluid as fluid
BATCH_SIZE = 64
"""


def dygraph_15():
    """The programs of the third document."""
    layer = [
        Piece("class MyLayer(fluid.Layer):", "2. "),
        Piece("def forward(self, inputs):", "2. ", indent=4, first=12),
        Piece("np_inp = np.array([1.0, 2.0, -1.0], dtype=np.float32)", "2. "),
        Piece("with fluid.dygraph.guard():", "3. ", skip=3),
        Piece("x.backward()", "完整代码如下", indent=4),
    ]
    yield Sample(
        "sums and their gradient", FIRST_STEPS, ["[[10. 10.]\n [10. 10.]]", "[1.]"], changes=(NUMPY,)
    )
    yield Sample(
        "a Layer", layer, ["[2. 4. 0.]"], before="import numpy as np\nimport paddle.fluid as fluid\n",
        after="    print(dy_grad)\n",
    )  # fmt: skip
    yield Sample(
        "the whole Layer", [Piece("import paddle.fluid as fluid", "## ", skip=1)], ["[2. 4. 0.]"],
        after="        print(dy_grad)\n",
    )  # fmt: skip
    yield Sample(
        "MNIST: the network's output", [*NETWORK, Piece("with fluid.dygraph.guard():", "cost is:", skip=5)],
        ["cost is: [["],
        before=IMPORTS_15 + READER,
    )  # fmt: skip
    yield Sample(
        "MNIST: the loop", [*NETWORK, Piece("with fluid.dygraph.guard():", "6. ", skip=6)], ["["], before=IMPORTS_15,
        after="    print(avg_loss.numpy())\n",
    )  # fmt: skip
    yield Sample(
        "MNIST: training", [*NETWORK, Piece("with fluid.dygraph.guard():", "Loss at step 0", skip=7)],
        ["Loss at step 0: [2.", "Final loss: [", "conv2d W's mean is: ", "conv2d Bias's mean is: "], before=IMPORTS_15,
    )  # fmt: skip
    yield Sample(
        "MNIST: saving and loading", [*NETWORK, Piece("with fluid.dygraph.guard():", "## ", skip=8)],
        ["model save and load success? True"], before=IMPORTS_15,
    )  # fmt: skip
    yield Sample(
        "MNIST: evaluation", [*NETWORK, Piece("def test_mnist(", "Loss at epoch 0 step 0:")],
        ["Loss at epoch 0 step 0: [2.", "acc is: ",
         "checkpoint saved\nNo optimizer loaded. If you didn't save optimizer, please ignore this.",
         "checkpoint loaded",
         "Inference result of image/infer_3.png is: "],
        before=IMPORTS_15, changes=(ANTIALIAS,),
    )  # fmt: skip
    yield Sample(
        "MNIST: the static graph", [*NETWORK, Piece("epoch_num = 1", "\0", skip=1)], ["["], before=IMPORTS_15,
        after="print(static_out)\n",
    )  # fmt: skip


# ---------------------------------------------------------------------------------- the report on to_static (2.2)

SHORTER = (("50000", "1000"), ("10000", "200"), ("num_batchs=1000", "num_batchs=40"),
           ("epoch_num = 10", "epoch_num = 2"), ("batch_id % 500", "batch_id % 20"))  # fmt: skip
PLOTS = """\
import sys, types
for _name in ("matplotlib", "matplotlib.pyplot"):
    sys.modules.setdefault(_name, types.ModuleType(_name))
"""
REPORT = (
    Change(
        "import matplotlib.pyplot as plt", PLOTS + "import matplotlib.pyplot as plt", "imported, and not used"
    ),
    Change(
        "x_spec = InputSpec(shape=[None, 3]",
        "x_spec = InputSpec(shape=[None, 10]",
        "the layer takes ten numbers",
    ),
    Change("    train_step(net, train_reader)", "    pass", "pseudo code, as it says"),
)


def report(text, whole):
    """The fourth document: one program, in the order of its blocks. Outputs that it shows are no code."""
    blocks = re.findall(r"^```python\n(.*?)^```", text, re.M | re.S)
    code = [
        b for b in blocks if re.search(r"^\s*(import|from|class|def|model_2|paddle\.|train\(|near_)", b, re.M)
    ]
    source = "\n".join(b for b in code if not b.startswith(("conda", "start training", "2.2.2")))
    for old, new in () if whole else SHORTER:
        source = source.replace(old, new)
    prints = [
        "start training ... ", "epoch: 0, batch_id: 0, loss is: ", "Total params: 94,280",
        "Estimated Total Size (MB): 1.36", "{'total_params': 94280, 'trainable_params': 94280}",
        "InputSpec(shape=(-1, 784), dtype=paddle.float32, name=x",
        "InputSpec(shape=(-1, 1), dtype=paddle.int64, name=label",
        "InputSpec(shape=(2, 2), dtype=paddle.float32, name=x",
    ]  # fmt: skip
    yield Sample("image search, InputSpec, saving and loading", [], prints, source, REPORT)


# --------------------------------------------------------------------------------------- the tour of eager mode (2.0)


def tour(text):
    """The fifth document: one program."""
    blocks = re.findall(r"^\.\. code:: ipython3\n\n((?:    .*\n|\s*\n)+)", text, re.M)
    source = "\n".join(textwrap.dedent(b) for b in blocks)
    prints = [
        "Tensor(shape=[4, 2], dtype=float32, place=", "Tensor(shape=[2], dtype=float32, place=", "       [1., 2.])",
        "Tensor(shape=[4], dtype=float32, place=", "9 ", "2800 ", "step: 9, loss: 0.",
    ]  # fmt: skip
    yield Sample("the tour", [], prints, source)


# ------------------------------------------------------------------------------------------------------------ running


def data(home: pathlib.Path, whole: bool) -> str:
    """Small MNIST and CIFAR-10 in the cache folder under `home`; returns the lines that name their MD5s."""
    from tests.vision.files import write_cifar10, write_idx

    folder = home / ".cache" / "paddle" / "dataset"
    for name in ("mnist", "cifar"):
        (folder / name).mkdir(parents=True)
    rng = np.random.default_rng(7)
    strokes = rng.integers(0, 256, (10, 28, 28)) * (rng.uniform(size=(10, 28, 28)) < 0.2)
    lines = ["import paddle.dataset.mnist as _mnist", "import paddle.vision.datasets.cifar as _cifar"]
    for kind, prefix, count in (("TRAIN", "train", 2048), ("TEST", "t10k", 256)):
        labels = np.arange(count) % 10
        images = np.clip(strokes[labels] + rng.integers(0, 30, (count, 28, 28)), 0, 255)
        for what, magic, array in (("IMAGE", 2051, images), ("LABEL", 2049, labels)):
            name = f"{prefix}-{what.lower()}s-idx{array.ndim}-ubyte.gz"
            path = write_idx(folder / "mnist" / name, magic, array)
            lines.append(f"_mnist.{kind}_{what}_MD5 = {_md5(path)!r}")
    sizes = (50000, 10000) if whole else (1000, 200)
    archive = write_cifar10(
        folder / "cifar" / "cifar-10-python.tar.gz", np.arange(sizes[0]) % 10, np.arange(sizes[1]) % 10
    )
    lines.append(f"_cifar.CIFAR10_MD5 = {_md5(archive)!r}")
    return "\n".join(lines) + "\n"


def _md5(path: pathlib.Path) -> str:
    return hashlib.md5(path.read_bytes()).hexdigest()


def source_of(text: str, sample: Sample) -> str:
    """A sample's program."""
    source = "".join(taken(text + "\n\0", piece) for piece in sample.pieces)
    source = source or sample.before
    for change in sample.changes:
        if change.old not in source:
            raise SystemExit(f"the document does not have {change.old!r} to be corrected ({change.why})")
        source = source.replace(change.old, change.new, 1)
    return (sample.before if sample.pieces else "") + source + sample.after


def run(source: str, served: str, home: pathlib.Path) -> subprocess.CompletedProcess:
    """Run a program as its reader does, in an empty folder but for the images it reads."""
    from PIL import Image

    with tempfile.TemporaryDirectory() as folder:
        where = pathlib.Path(folder)
        (where / "image").mkdir()
        for name in ("infer_3.png", "2.png"):
            Image.fromarray(np.full((40, 30), 200, np.uint8)).save(where / "image" / name)
        (where / "script.py").write_text(served + source, encoding="utf-8")
        return subprocess.run(
            [sys.executable, "-m", "paddlelite", "run", "script.py"],
            cwd=where,
            env={**os.environ, "PYTHONPATH": str(ROOT), "HOME": str(home)},
            capture_output=True,
            text=True,
        )


def missing(prints: list, printed: str) -> list:
    """What was to be printed, in this order, and was not."""
    at, lost = 0, []
    for text in prints:
        found = printed.find(text, at)
        if found < 0:
            lost.append(text)
        else:
            at = found + 1
    return lost


def samples_of(name: str, text: str, whole: bool):
    """The programs of the document whose file is called `name`."""
    number = name[:3]
    if number in ("000", "001"):
        return list(dygraph_14())
    if number == "002":
        return list(dygraph_15())
    return list(report(text, whole)) if number == "003" else list(tour(text))


def main() -> int:
    """Run all documents of a folder."""
    options = argparse.ArgumentParser(prog="python -m tests.documents", description=__doc__)
    options.add_argument("folder", type=pathlib.Path)
    options.add_argument("--whole", action="store_true", help="train as long as the 2.x report says")
    options.add_argument("--only", default="", help="documents whose file name starts so")
    options.add_argument("--show", action="store_true", help="print what the programs print")
    given = options.parse_args()
    failed = 0
    with tempfile.TemporaryDirectory() as home:
        served = data(pathlib.Path(home), given.whole)
        for path in sorted(given.folder.glob("00*.txt")):
            if not path.name.startswith(given.only):
                continue
            text = path.read_text(encoding="utf-8")
            for sample in samples_of(path.name, text, given.whole):
                start = time.perf_counter()
                answer = run(source_of(text, sample), served, pathlib.Path(home))
                lost = missing(sample.prints, answer.stdout)
                good = answer.returncode == 0 and not lost
                failed += not good
                print(
                    f"{'ok  ' if good else 'FAIL'} {path.name[:3]} {sample.name} ({time.perf_counter() - start:.0f} s)"
                )
                for change in sample.changes:
                    print(f"       corrected: {change.why}: {change.old.strip().splitlines()[0]!r}")
                if given.show or not good:
                    print(textwrap.indent(answer.stdout[-3000:], "       | "))
                if not good:
                    print(textwrap.indent(answer.stderr[-3000:], "       ! "))
                    print(f"       not printed: {lost}")
    print(f"{failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
