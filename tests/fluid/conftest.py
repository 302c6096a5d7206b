import pytest

import paddlelite as paddle
from paddlelite.framework import unique_name
from paddlelite.mode import mode


@pytest.fixture(autouse=True)
def as_before():
    """1.x's mode ends with the test: outside of a guard, calls of fluid switch to static mode for good."""
    with unique_name.guard():
        yield
    mode.capture, mode.tracer, mode.grad = None, None, True


@pytest.fixture
def static_mode(as_before):
    """Fresh default programs."""
    from paddlelite.static import programs

    was = programs.switch_programs(paddle.static.Program(), paddle.static.Program())
    with paddle.static.scope_guard(paddle.static.Scope()):
        yield
    mode.capture = None
    programs.switch_programs(*was)
