"""Programs built and trained in static mode here, saved, and run by real PaddlePaddle."""

from __future__ import annotations

import numpy as np
import pytest

import paddlelite as paddle
from paddlelite import nn, static
from paddlelite.framework import unique_name
from paddlelite.static import folders

from .paddles import WAYS, call, outputs, python

pytestmark = pytest.mark.interop

X = np.random.RandomState(3).standard_normal((4, 1, 12, 12)).astype(np.float32)

#: 1.x's folder, read by 2.6.2: `python folder.py FOLDER INPUT OUTPUT`.
FOLDER = """
import sys
import numpy as np
import paddle
paddle.enable_static()
exe = paddle.static.Executor(paddle.CPUPlace())
names = {"model_filename": "net", "params_filename": "values"}
program, feeds, fetches = paddle.static.load_inference_model(sys.argv[1], exe, **names)
np.save(sys.argv[3], exe.run(program, feed={feeds[0]: np.load(sys.argv[2])}, fetch_list=fetches)[0])
"""

#: The parameters that static.save wrote, as PaddlePaddle reads them.
STATE = """
import sys
import numpy as np
import paddle
paddle.enable_static()
state = paddle.static.load_program_state(sys.argv[1])
np.savez(sys.argv[2], **state)
"""


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A folder with the model in every form, and what it predicts."""
    folder = tmp_path_factory.mktemp("static")
    main, startup = static.Program(), static.Program()
    with unique_name.guard(), static.scope_guard(static.Scope()):
        paddle.enable_static()
        try:
            with static.program_guard(main, startup):
                x = static.data("x", [None, 1, 12, 12])
                hidden = static.nn.batch_norm(static.nn.conv2d(x, 4, 3, act="relu"))
                hidden = nn.functional.dropout(nn.functional.max_pool2d(hidden, 2, 2), 0.3)
                out = static.nn.fc(hidden, 3, activation="softmax")
                factor = static.nn.cond(out.max() > 0.5, lambda: out * 2, lambda: out + 1)
                paddle.optimizer.Adam(0.01).minimize(out[:, 0].mean())
            exe = static.Executor()
            exe.run(startup)
            for _ in range(3):
                exe.run(main, {"x": X})
            test = main.clone(for_test=True)
            expected = exe.run(test, {"x": X}, [factor])[0]
            static.save_inference_model(folder / "m", [x], [factor], exe, program=main)
            names = {"model_filename": "net", "params_filename": "values"}
            folders.save_inference_model(folder / "old", ["x"], [factor], exe, main, **names)
            static.save(main, folder / "whole")
            state = {name: np.array(tensor._data) for name, tensor in main.state_dict().items()}
        finally:
            paddle.disable_static()
    return folder, expected, state


@pytest.mark.parametrize("release, how", WAYS)
def test_an_inference_model(trained, release, how, tmp_path):
    python(release)
    folder, expected, _ = trained
    found = outputs(release, how, {"m": (str(folder / "m"), [[X]])}, tmp_path)["m"]
    assert not isinstance(found, str), found
    np.testing.assert_allclose(found[0][0], expected, rtol=1e-4, atol=1e-5)


def run(script, tmp_path, *arguments):
    path = tmp_path / "script.py"
    path.write_text(script)
    code, _, stderr = call("26", path, *map(str, arguments))
    assert code == 0, stderr


def test_a_folder(trained, tmp_path):
    python("26")
    folder, expected, _ = trained
    np.save(tmp_path / "x.npy", X)
    run(FOLDER, tmp_path, folder / "old", tmp_path / "x.npy", tmp_path / "out.npy")
    np.testing.assert_allclose(np.load(tmp_path / "out.npy"), expected, rtol=1e-4, atol=1e-5)


def test_the_state(trained, tmp_path):
    python("26")
    folder, _, state = trained
    run(STATE, tmp_path, folder / "whole", tmp_path / "state.npz")
    with np.load(tmp_path / "state.npz") as found:
        assert set(found.files) == set(state)
        for name in found.files:
            np.testing.assert_array_equal(found[name], state[name])
