"""The command `paddlelite`: run a PaddlePaddle script, look into a model file, export it to ONNX.

Exit codes: 0 it worked, 1 it did not (one line on stderr says why), 2 the command line itself is wrong. A
script that is run ends with its own code, and with its own traceback.
"""

from __future__ import annotations

import argparse
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from .errors import PaddleError

__all__ = ["main"]


class CommandError(Exception):
    """A command that cannot be carried out, in one line for the user."""


def main(argv: Sequence[str] | None = None) -> int:
    """Carry out a command line (``sys.argv[1:]`` by default) and return the exit code.

    Example:
        >>> from paddlelite.cli import main
        >>> main(["--version"])
        paddlelite 0.1.0
        0
    """
    parser = _parser()
    try:
        options = parser.parse_args(argv)
    except SystemExit as stop:  # argparse has said what was wrong, or printed the help
        return int(stop.code or 0)
    try:
        return options.command(options)
    except CommandError as error:
        return _fail(str(error))
    except PaddleError as error:
        return _fail(str(error))
    except OSError as error:
        return _fail(f"{error.filename}: {error.strerror}" if error.filename else str(error))


def _fail(message: str) -> int:
    print("paddlelite: error: " + " ".join(message.split()), file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="paddlelite", description=__doc__.splitlines()[0])
    parser.set_defaults(command=lambda options: _help(parser))
    parser.add_argument("--version", action="store_const", dest="command", const=_version, help="and exit")
    commands = parser.add_subparsers(title="commands", metavar="")

    run = commands.add_parser("run", help="run a script written for PaddlePaddle, unchanged")
    run.add_argument("script", type=Path)
    run.add_argument("arguments", nargs=argparse.REMAINDER, help="for the script")
    run.set_defaults(command=_run)

    info = commands.add_parser("info", help="inputs, outputs, operators and parameters of a model file")
    info.add_argument("model", type=Path, help=".pdmodel or .onnx")
    info.set_defaults(command=_info)

    export = commands.add_parser("export", help="a saved model as ONNX")
    export.add_argument("model", type=Path, help=".pdmodel, its .pdiparams beside it")
    export.add_argument("-o", "--output", type=Path, required=True, help="the .onnx file to write")
    export.add_argument("--opset", type=int, help="ONNX opset version")
    export.set_defaults(command=_export)
    return parser


def _help(parser: argparse.ArgumentParser) -> int:
    parser.print_help()
    return 2


def _version(options: argparse.Namespace) -> int:
    from . import __version__

    print(f"paddlelite {__version__}")
    return 0


def _run(options: argparse.Namespace) -> int:
    """As ``python script.py``: it is ``__main__``, its folder is first on the path, its errors are its."""
    from .aliasing import install_as_paddle

    try:
        source = options.script.read_bytes()
    except OSError as error:
        raise CommandError(f"cannot read the script {options.script}: {error.strerror}") from error
    path = str(options.script)
    install_as_paddle()
    sys.argv = [path, *options.arguments]
    sys.path[0] = str(options.script.resolve().parent)
    module = ModuleType("__main__")
    module.__dict__.update(__file__=path, __builtins__=__builtins__, __cached__=None)
    sys.modules["__main__"] = module
    try:
        exec(compile(source, path, "exec", dont_inherit=True), module.__dict__)
    except Exception as error:
        # The frame of this function is not the user's.
        trace = error.__traceback__.tb_next if error.__traceback__ else None
        traceback.print_exception(type(error), error, trace)
        return 1
    return 0


def _info(options: argparse.Namespace) -> int:
    from .export.describe import describe

    print(describe(options.model))
    return 0


def _export(options: argparse.Namespace) -> int:
    from .onnx import export

    if options.model.suffix != ".pdmodel":
        raise CommandError(f"{options.model} is no .pdmodel file")
    if options.output.suffix != ".onnx":
        raise CommandError(f"the output {options.output} must end in .onnx")
    if not options.model.exists():
        raise CommandError(f"{options.model}: No such file or directory")
    print(export(str(options.model), str(options.output), opset_version=options.opset))
    return 0
