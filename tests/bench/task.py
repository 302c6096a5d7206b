"""What a worker measures: one step, what to do before each (untimed), and the numbers that prove it right."""

import dataclasses
import time


@dataclasses.dataclass
class Task:
    """`step(prepare())` is timed without `prepare`; one step does `count` of the things measured."""

    step: object
    prepare: object = None
    count: int = 1
    check: object = None  # () -> list of floats, compared between frameworks; runs before anything is timed

    def once(self):
        argument = (self.prepare(),) if self.prepare else ()
        start = time.perf_counter()
        self.step(*argument)
        return (time.perf_counter() - start) / self.count

    def times(self, seconds):
        """Times of as many steps as fit in `seconds`, at least one."""
        taken, end = [], time.perf_counter() + seconds
        while not taken or time.perf_counter() < end:
            taken.append(self.once())
        return taken


def training(step):
    """A task whose check is its first three losses; `step(read)` returns the loss if `read`."""
    return Task(lambda: step(False), check=lambda: [step(True) for _ in range(3)])


def inference(run, first_numbers):
    """A task whose check is the first numbers of what `run()` returns."""
    return Task(run, check=lambda: first_numbers(run()))
