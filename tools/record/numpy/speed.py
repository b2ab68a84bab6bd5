"""Nanoseconds per draw in NumPy, best of five; packages/random/scripts/speed.js is its twin."""

import time

import numpy as np

COUNT = 2**20
g = np.random.default_rng(1)
order = np.arange(COUNT, dtype=np.int32)
P = [0.1, 0.2, 0.3, 0.4]


def each(draw, count):
    def loop():
        for _ in range(count):
            draw()

    return loop, count


CASES = {
    "random()": each(g.random, COUNT),
    "normal()": each(g.normal, COUNT),
    "exponential()": each(g.exponential, COUNT),
    "integers(10)": each(lambda: g.integers(10), COUNT // 8),
    "choice(4, p)": each(lambda: g.choice(4, p=P), COUNT // 64),
    "random, float64": (lambda: g.random(COUNT), COUNT),
    "random, float32": (lambda: g.random(COUNT, dtype=np.float32), COUNT),
    "normal, float64": (lambda: g.normal(size=COUNT), COUNT),
    "standard_normal, float32": (lambda: g.standard_normal(COUNT, dtype=np.float32), COUNT),
    "exponential, float64": (lambda: g.exponential(size=COUNT), COUNT),
    "integers 0..9, int8": (lambda: g.integers(10, size=COUNT, dtype=np.int8), COUNT),
    "integers 0..9, int64": (lambda: g.integers(10, size=COUNT), COUNT),
    "shuffle, int32": (lambda: g.shuffle(order), COUNT),
}

for name, (run, count) in CASES.items():
    best = float("inf")
    for _ in range(5):
        start = time.perf_counter()
        run()
        best = min(best, time.perf_counter() - start)
    print(f"{name:28} {best / count * 1e9:.1f} ns")
