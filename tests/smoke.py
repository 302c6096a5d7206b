"""An installed package in a clean environment, where there is no pytest: `python smoke.py bin/paddlelite`."""

import pathlib
import subprocess
import sys
import tempfile

import numpy as np

import paddlelite as paddle
from paddlelite import nn


class Net(nn.Layer):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 2)

    @paddle.jit.to_static(input_spec=[paddle.static.InputSpec(["n", 4], "float32", "x")])
    def forward(self, x):
        y = self.fc(x)
        if y.sum() > 0:
            y = y * 2
        return y


def command(program, *arguments):
    return subprocess.run([program, *arguments], check=True, capture_output=True, text=True).stdout


def main(program):
    where = pathlib.Path(paddle.__file__).resolve()
    assert pathlib.Path(sys.prefix).resolve() in where.parents, f"{where} is not the installed package"
    for name in ("jit", "export", "tests", "samples"):
        assert not (where.parent.parent / name).exists(), f"{name} was installed by itself"
    assert {"jit", "export"} <= {path.name for path in where.parent.iterdir()}

    net = Net()
    optimizer = paddle.optimizer.SGD(0.1, parameters=net.parameters())
    x = paddle.to_tensor(np.arange(12, dtype="float32").reshape(3, 4))
    losses = []
    for _ in range(3):
        loss = (net(x) ** 2).mean()
        loss.backward()
        optimizer.step()
        optimizer.clear_grad()
        losses.append(float(loss))
    assert losses[-1] != losses[0]

    net.eval()
    expected = net(x).numpy()
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/net"
        paddle.jit.save(net, path)
        assert np.allclose(paddle.jit.load(path)(x).numpy(), expected, atol=1e-5)
        assert "x" in command(program, "info", f"{path}.pdmodel")
        command(program, "export", f"{path}.pdmodel", "-o", f"{path}.onnx")
        import onnxruntime

        session = onnxruntime.InferenceSession(f"{path}.onnx", providers=["CPUExecutionProvider"])
        assert np.allclose(session.run(None, {"x": x.numpy()})[0], expected, atol=1e-5)
        script = pathlib.Path(folder, "script.py")
        script.write_text(
            "import paddle.nn.functional as F, paddle\nprint(F.relu(paddle.to_tensor([-1.0])).item())\n"
        )
        assert command(program, "run", script).strip() == "0.0"
    assert command(program, "--version").split() == ["paddlelite", paddle.__version__]
    print(f"paddlelite {paddle.__version__} works from {where.parent}")


if __name__ == "__main__":
    main(*sys.argv[1:])
