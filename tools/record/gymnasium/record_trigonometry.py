"""Records float64 sines, cosines and squares as NumPy (the C library) and float32 ones as NumPy's own kernels round them."""

import numpy as np

from fixture import packed, write

if __name__ == "__main__":
    random = np.random.default_rng(0)
    double = np.concatenate([random.uniform(-3.5, 3.5, 3000), random.uniform(-200, 200, 1000), random.uniform(-0.2, 0.2, 1000)])
    single = random.uniform(-0.78, 0.78, 4000).astype(np.float32)
    base = random.uniform(-30, 30, 6000)
    write("trigonometry", {
        "square": {"x": packed(base, "float64"), "square": packed([x**2 for x in base], "float64")},
        "float64": {"x": packed(double, "float64"), "sin": packed(np.sin(double), "float64"), "cos": packed(np.cos(double), "float64")},
        "float32": {"x": packed(single, "float32"), "sin": packed(np.sin(single), "float32"), "cos": packed(np.cos(single), "float32")},
    })
