"""NumPy's generator: the same draws, one at a time and into an array."""

import numpy as np

from work import Work


def one_by_one(draw, count, smoke=False):
    random = np.random.default_rng(0)
    method = {"random": random.random, "normal": random.normal, "integers": lambda: random.integers(0, 1000)}[draw]
    last = None

    def run(iterations):
        nonlocal last
        for _ in range(iterations):
            for _ in range(count):
                last = method()

    return Work(run, answer=lambda: [last])


def array(draw, count, smoke=False):
    random = np.random.default_rng(0)
    method = {"random": random.random, "normal": random.standard_normal}[draw]
    out = np.empty(count)

    def run(iterations):
        for _ in range(iterations):
            method(out=out)

    return Work(run, answer=lambda: out)
