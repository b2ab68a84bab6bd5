"""Writes recordings as gzip-compressed JSON with arrays in base64: compact, and the same bytes on every run."""

import base64
import gzip
import json
from pathlib import Path

import numpy as np
import torch

PACKAGES = Path(__file__).resolve().parents[3] / "packages"

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)


def packed(x) -> dict | None:
    """A tensor as `{ dtype, shape, data }`: float64 or int32, little-endian, row-major."""
    if x is None:
        return None
    array = x.detach().numpy() if isinstance(x, torch.Tensor) else np.asarray(x)
    kind = "<f8" if array.dtype.kind == "f" else "<i4"
    data = np.ascontiguousarray(array).astype(kind).tobytes()
    return {
        "dtype": "float64" if kind == "<f8" else "int32",
        "shape": list(array.shape),
        "data": base64.b64encode(data).decode(),
    }


class Draws:
    """Random inputs, rounded to float32 so that the same numbers can be given to float32 devices."""

    def __init__(self, seed: int):
        self.generator = np.random.default_rng(seed)

    def normal(self, *shape: int, scale: float = 1.0) -> np.ndarray:
        return (scale * self.generator.normal(size=shape)).astype(np.float32).astype(np.float64)

    def uniform(self, *shape: int, low: float = 0.0, high: float = 1.0) -> np.ndarray:
        return self.generator.uniform(low, high, size=shape).astype(np.float32).astype(np.float64)

    def integers(self, low: int, high: int, *shape: int) -> np.ndarray:
        return self.generator.integers(low, high, size=shape).astype(np.int32)


def given(values) -> np.ndarray:
    """Numbers as the nearest float32, in float64."""
    array = np.asarray(values)
    return array.astype(np.int32) if array.dtype.kind == "i" else array.astype(np.float32).astype(np.float64)


def write(name: str, content, package: str = "core") -> None:
    """Writes `src/fixtures/pytorch-<name>.json.gz` of a package."""
    folder = PACKAGES / package / "src" / "fixtures"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"pytorch-{name}.json.gz"
    text = json.dumps({"torch": torch.__version__.split("+")[0], **content}, separators=(",", ":"), allow_nan=False)
    path.write_bytes(gzip.compress(text.encode(), compresslevel=9, mtime=0))
    counts = ", ".join(f"{len(cases)} {key}" for key, cases in content.items())
    print(f"{path.name}: {counts}, {path.stat().st_size / 1024:.0f} KiB")
