"""What the numbers were measured on."""

import os
import pathlib
import platform
import subprocess

CPU_INFO = pathlib.Path("/proc/cpuinfo")
PACKAGES = {"paddlelite": ["numpy", "onnxruntime"], "paddle": ["paddlepaddle"], "torch": ["torch"]}
VERSIONS = (
    "import importlib.metadata as m, sys; print(*[f'{p} {m.version(p)}' for p in sys.argv[1:]], sep=', ')"
)


def processor():
    if CPU_INFO.exists():
        for line in CPU_INFO.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(": ")[2]
    return platform.processor() or platform.machine()


def machine(pythons):
    """Processor, cores and versions; and a warning when others were using the machine."""
    known = [processor(), f"{os.cpu_count()} cores", f"Python {platform.python_version()}"]
    for name, python in pythons.items():
        command = [python, "-c", VERSIONS, *PACKAGES[name]]
        known.append(subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip())
    load = os.getloadavg()[0]
    busy = f" **Load before the run: {load:.1f}; measure again on a quiet machine.**" if load > 0.7 else ""
    return ", ".join(known) + "." + busy
