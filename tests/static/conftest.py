"""Static mode for a test: fresh default programs, scope and names, and dynamic mode again afterwards."""

import pytest

import paddlelite as paddle
from paddlelite.framework import unique_name


@pytest.fixture
def graph():
    """A fresh main and startup program, in static mode."""
    main, startup = paddle.static.Program(), paddle.static.Program()
    with unique_name.guard(), paddle.static.scope_guard(paddle.static.Scope()):
        paddle.enable_static()
        try:
            with paddle.static.program_guard(main, startup):
                yield main, startup
        finally:
            paddle.disable_static()
