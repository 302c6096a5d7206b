"""The command line, in processes of its own: what it prints, where, and how it ends."""

import pathlib
import subprocess
import sys

import numpy as np
import pytest

import paddlelite as paddle

ROOT = pathlib.Path(__file__).parent.parent


def paddlelite(*arguments, cwd):
    """Run the command from a bare checkout and from another folder than its root."""
    code = f"import sys; sys.path[0] = {str(ROOT)!r}; from paddlelite.cli import main; sys.exit(main())"
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=120,
    )


def fails(answer, *words, code=1):
    """One line on stderr, no traceback, nothing on stdout."""
    assert answer.returncode == code, answer.stderr
    assert answer.stdout == ""
    (line,) = answer.stderr.strip().splitlines()
    assert line.startswith("paddlelite: error: ")
    for word in words:
        assert word in line


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A saved network with a branch, its inputs and its outputs."""
    path = tmp_path_factory.mktemp("saved") / "net"
    net = paddle.nn.Sequential(paddle.nn.Linear(4, 3), paddle.nn.ReLU(), paddle.nn.Linear(3, 2))
    net.eval()
    spec = [paddle.static.InputSpec(["batch", 4], "float32", "x")]
    paddle.jit.save(net, str(path), input_spec=spec)
    x = np.linspace(-1, 1, 20, dtype="float32").reshape(5, 4)
    return path, x, net(paddle.to_tensor(x)).numpy()


def test_version(tmp_path):
    answer = paddlelite("--version", cwd=tmp_path)
    assert (answer.returncode, answer.stdout) == (0, f"paddlelite {paddle.__version__}\n")


def test_module_is_the_command():
    answer = subprocess.run([sys.executable, "-m", "paddlelite", "--version"], cwd=ROOT, capture_output=True)
    assert answer.stdout.decode().startswith("paddlelite ")


@pytest.mark.parametrize("words", [["nonsense"], ["run"], ["export", "m.pdmodel"], ["--nonsense"]])
def test_a_wrong_command_line_ends_with_2(words, tmp_path):
    answer = paddlelite(*words, cwd=tmp_path)
    assert answer.returncode == 2 and "usage" in answer.stderr and "Traceback" not in answer.stderr


def test_no_command_prints_the_help(tmp_path):
    answer = paddlelite(cwd=tmp_path)
    assert answer.returncode == 2 and "export" in answer.stdout


class TestRun:
    def test_an_unmodified_script(self, tmp_path):
        (tmp_path / "helper.py").write_text("import paddle\ndef double(x): return paddle.scale(x, 2.0)\n")
        (tmp_path / "script.py").write_text(
            "import sys, paddle, helper\n"
            "import paddle.nn.functional as F\n"
            "from paddle.nn import Linear\n"
            "if __name__ == '__main__':\n"
            "    out = F.relu(helper.double(paddle.to_tensor([1.0, -1.0])))\n"
            "    print(out.tolist(), sys.argv, __file__)\n"
        )
        elsewhere = tmp_path / "elsewhere"
        elsewhere.mkdir()
        answer = paddlelite("run", "../script.py", "--flag", "-o", "x", cwd=elsewhere)
        assert answer.returncode == 0, answer.stderr
        assert answer.stdout == "[2.0, 0.0] ['../script.py', '--flag', '-o', 'x'] ../script.py\n"

    def test_to_static_finds_the_script_s_source(self, tmp_path):
        (tmp_path / "script.py").write_text(
            "import paddle\n"
            "@paddle.jit.to_static\n"
            "def f(x):\n"
            "    if x.sum() > 0:\n"
            "        return x\n"
            "    return -x\n"
            "print(f(paddle.to_tensor([-3.0])).tolist())\n"
        )
        answer = paddlelite("run", "script.py", cwd=tmp_path)
        assert (answer.returncode, answer.stdout) == (0, "[3.0]\n"), answer.stderr

    def test_its_exit_code_is_the_script_s(self, tmp_path):
        (tmp_path / "script.py").write_text("import sys; sys.exit(7)\n")
        assert paddlelite("run", "script.py", cwd=tmp_path).returncode == 7

    def test_an_exception_has_the_script_s_traceback(self, tmp_path):
        (tmp_path / "script.py").write_text("def f():\n    raise KeyError('gone')\nf()\n")
        answer = paddlelite("run", "script.py", cwd=tmp_path)
        assert answer.returncode == 1
        assert answer.stderr.splitlines()[1].strip() == 'File "script.py", line 3, in <module>'
        assert answer.stderr.strip().endswith("KeyError: 'gone'") and "cli.py" not in answer.stderr

    def test_a_syntax_error_has_its_line(self, tmp_path):
        (tmp_path / "script.py").write_text("x = 1\ny = = 2\n")
        answer = paddlelite("run", "script.py", cwd=tmp_path)
        assert answer.returncode == 1
        assert 'File "script.py", line 2' in answer.stderr and "cli.py" not in answer.stderr

    def test_a_script_that_is_not_there(self, tmp_path):
        fails(paddlelite("run", "missing.py", cwd=tmp_path), "missing.py")


class TestInfo:
    def test_pdmodel(self, saved):
        path, _, _ = saved
        answer = paddlelite("info", f"{path}.pdmodel", cwd=path.parent)
        assert answer.returncode == 0, answer.stderr
        text = answer.stdout
        assert "x: float32[batch, 4]" in text
        assert "matmul_v2" in text and "relu" in text
        assert "4 parameters" in text and "23 numbers" in text  # 4·3 + 3 + 3·2 + 2

    def test_onnx(self, saved, tmp_path):
        path, _, _ = saved
        model = tmp_path / "net.onnx"
        assert paddlelite("export", f"{path}.pdmodel", "-o", model, cwd=tmp_path).returncode == 0
        answer = paddlelite("info", model, cwd=tmp_path)
        assert answer.returncode == 0, answer.stderr
        assert "Relu" in answer.stdout and "float32" in answer.stdout and "opset" in answer.stdout
        assert "23 numbers" in answer.stdout

    @pytest.mark.parametrize("suffix", [".pdmodel", ".onnx"])
    @pytest.mark.parametrize(
        "content", [b"", b"not a model", b"\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"]
    )
    def test_a_file_that_is_no_model(self, suffix, content, tmp_path):
        file = tmp_path / f"bad{suffix}"
        file.write_bytes(content)
        fails(paddlelite("info", file, cwd=tmp_path), f"bad{suffix}")

    @pytest.mark.parametrize("name", ["missing.pdmodel", "missing.onnx"])
    def test_a_file_that_is_not_there(self, name, tmp_path):
        fails(paddlelite("info", name, cwd=tmp_path), name)

    def test_another_kind_of_file(self, tmp_path):
        (tmp_path / "notes.txt").write_text("hello")
        fails(paddlelite("info", "notes.txt", cwd=tmp_path), "notes.txt", ".pdmodel", ".onnx")


class TestExport:
    def test_the_exported_file_computes_the_same(self, saved, tmp_path):
        import onnxruntime

        path, x, expected = saved
        answer = paddlelite("export", f"{path}.pdmodel", "-o", tmp_path / "net.onnx", cwd=tmp_path)
        assert answer.returncode == 0, answer.stderr
        session = onnxruntime.InferenceSession(str(tmp_path / "net.onnx"), providers=["CPUExecutionProvider"])
        np.testing.assert_allclose(session.run(None, {"x": x})[0], expected, atol=1e-6)

    def test_the_opset_can_be_chosen(self, saved, tmp_path):
        import onnx

        path, _, _ = saved
        answer = paddlelite("export", f"{path}.pdmodel", "-o", "a.onnx", "--opset", "17", cwd=tmp_path)
        assert answer.returncode == 0, answer.stderr
        assert onnx.load(tmp_path / "a.onnx").opset_import[0].version == 17

    def test_missing_parameters(self, saved, tmp_path):
        path, _, _ = saved
        (tmp_path / "net.pdmodel").write_bytes(path.with_suffix(".pdmodel").read_bytes())
        fails(paddlelite("export", "net.pdmodel", "-o", "net.onnx", cwd=tmp_path), "net.pdiparams")
        assert not (tmp_path / "net.onnx").exists()

    def test_a_folder_that_is_not_there(self, saved, tmp_path):
        path, _, _ = saved
        fails(paddlelite("export", f"{path}.pdmodel", "-o", "gone/net.onnx", cwd=tmp_path), "gone")

    def test_an_output_that_is_no_onnx_file(self, saved, tmp_path):
        path, _, _ = saved
        fails(paddlelite("export", f"{path}.pdmodel", "-o", "net.txt", cwd=tmp_path), ".onnx")
