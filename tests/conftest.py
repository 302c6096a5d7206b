"""Settings for every test process; no fixtures of any subject."""

import os

# pytest runs a worker for each core (make test): NumPy's matrix products get one thread each. It reads this when
# it is first imported, so it has to stand here.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(name, "1")
