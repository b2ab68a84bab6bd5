"""Writes recordings as gzip-compressed JSON with arrays in base64: compact, and the same bytes on every run."""

import base64
import gzip
import json
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).resolve().parents[3] / "packages" / "gymnasium-js" / "src" / "fixtures"


def packed(values, dtype) -> dict:
    """An array as `{ dtype, data }`, little-endian, row-major."""
    array = np.ascontiguousarray(values, dtype=np.dtype(dtype).newbyteorder("<"))
    return {"dtype": np.dtype(dtype).name, "data": base64.b64encode(array.tobytes()).decode()}


def generator_state(generator: np.random.Generator) -> dict:
    """The state of a generator in the spelling of @gradbridge/random: 128-bit integers as text."""
    state = generator.bit_generator.state
    return {
        "bit_generator": state["bit_generator"],
        "state": {name: str(value) for name, value in state["state"].items()},
        "has_uint32": state["has_uint32"],
        "uinteger": state["uinteger"],
    }


def write(name: str, content) -> None:
    """Writes `fixtures/<name>.json.gz`."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"{name}.json.gz"
    text = json.dumps(content, separators=(",", ":"), allow_nan=False)
    path.write_bytes(gzip.compress(text.encode(), compresslevel=9, mtime=0))
    print(f"{path.name}: {path.stat().st_size / 1024:.0f} KiB")
