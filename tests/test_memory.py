"""glibc is told to keep freed memory, unless the user says otherwise."""

import ctypes
import os
import subprocess
import sys

import pytest

FAULTS = """
import paddlelite, resource
import numpy as np

def work():
    for _ in range(20):
        np.ones(1_000_000, np.float32)

work()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
work()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def faults(**environment):

    done = subprocess.run(
        [sys.executable, "-c", FAULTS],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return int(done.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="mallopt is glibc's")
def test_freed_memory_is_reused():

    if not hasattr(ctypes.CDLL(None), "mallopt"):
        pytest.skip("not glibc")
    assert faults() < 100
    left_alone = faults(PADDLELITE_KEEP_MEMORY="0", MALLOC_MMAP_THRESHOLD_="131072")
    assert left_alone > 1000
