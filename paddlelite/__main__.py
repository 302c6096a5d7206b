"""`python -m paddlelite` is the command `paddlelite`."""

import sys

from .cli import main

sys.exit(main())
