"""`install_as_paddle()`: in processes of their own, because it is for good."""

import pathlib
import subprocess
import sys
import textwrap

import pytest

ROOT = pathlib.Path(__file__).parent.parent


def run(code, *, cwd=ROOT):
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        cwd=cwd,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        capture_output=True,
        text=True,
        timeout=60,
    )


def passes(code, **options):
    answer = run(code, **options)
    assert answer.returncode == 0, answer.stderr


def test_every_module_is_the_same_object_under_both_names():
    passes("""
        import importlib, pkgutil
        import paddlelite
        paddlelite.install_as_paddle()
        import paddle
        assert paddle is paddlelite
        folder = paddlelite.__path__[:1]  # in a checkout, jit and export are found through a second one
        names = [info.name for info in pkgutil.walk_packages(folder, "paddlelite.")]
        names = [name for name in names if not name.endswith("__main__")]
        names += ["paddlelite.jit", "paddlelite.export"]
        assert len(names) > 20
        for name in names:
            real = importlib.import_module(name)
            spec = real.__spec__
            assert importlib.import_module(name.replace("paddlelite", "paddle", 1)) is real
            assert real.__spec__ is spec and spec.name == name and real.__name__ == name
    """)


def test_the_alias_may_come_first():
    """A submodule that is first imported by its alias is imported once, and is the package's own."""
    passes("""
        import paddlelite
        paddlelite.install_as_paddle()
        import paddle.nn.functional as F
        from paddle.nn import Layer
        from paddle.jit import to_static
        import paddlelite.nn.functional, paddlelite.jit
        assert F is paddlelite.nn.functional and F.__spec__.name == "paddlelite.nn.functional"
        assert Layer is paddlelite.nn.Layer and to_static is paddlelite.jit.to_static
    """)


def test_installing_twice_changes_nothing():
    passes("""
        import sys, paddlelite
        paddlelite.install_as_paddle()
        before = list(sys.meta_path)
        paddlelite.install_as_paddle()
        assert sys.meta_path == before
    """)


@pytest.mark.parametrize("name", ["paddle.nonsense", "paddle.nn.nonsense", "paddle.nn.functional.relu.x"])
def test_a_module_that_is_not_there_is_an_import_error_with_its_name(name):
    answer = run(f"""
        import paddlelite
        paddlelite.install_as_paddle()
        try:
            import {name}
        except ModuleNotFoundError as error:
            print(error.name, "|", error)
    """)
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.startswith(name.rpartition(".x")[0] or name)


def test_modules_that_only_begin_alike_are_left_alone():
    passes("""
        import paddlelite
        paddlelite.install_as_paddle()
        try:
            import paddlenlp
        except ModuleNotFoundError as error:
            assert "paddlelite" not in str(error)
        else:
            raise AssertionError
    """)


def test_an_imported_paddlepaddle_is_not_pushed_aside(tmp_path):
    (tmp_path / "paddle.py").write_text("real = True\n")
    passes(
        """
        import paddle, paddlelite
        try:
            paddlelite.install_as_paddle()
        except paddlelite.errors.PreconditionNotMetError as error:
            assert isinstance(error, RuntimeError) and "paddle.py" in str(error)
        else:
            raise AssertionError("installed over PaddlePaddle")
        assert paddle.real
        """,
        cwd=tmp_path,
    )


def test_an_installed_paddlepaddle_that_is_not_imported_yet_is_not_found(tmp_path):
    (tmp_path / "paddle.py").write_text("raise AssertionError('the other one')\n")
    passes(
        "import paddlelite; paddlelite.install_as_paddle(); import paddle; assert paddle is paddlelite",
        cwd=tmp_path,
    )


def test_threads_may_import_at_once():
    passes("""
        import importlib, threading
        import paddlelite
        paddlelite.install_as_paddle()
        names = ["nn.functional", "optimizer.lr", "io", "static", "jit", "nn.initializer"] * 4
        got, errors = {}, []
        def load(name):
            try:
                got.setdefault(name, set()).add(importlib.import_module("paddle." + name))
            except BaseException as error:
                errors.append(error)
        threads = [threading.Thread(target=load, args=(name,)) for name in names]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
        assert not errors, errors
        for name, modules in got.items():
            (module,) = modules
            assert module.__spec__.name == module.__name__ == "paddlelite." + name
    """)
