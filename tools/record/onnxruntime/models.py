"""Runs exported models: what onnxruntime computes from the bytes that the package writes. Needs a build (pnpm build)."""

import base64
import gzip
import json
import subprocess
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

HERE = Path(__file__).resolve().parent
FIXTURES = HERE.parents[2] / "packages" / "policy" / "src" / "fixtures"


def packed(array) -> dict:
    data = np.ascontiguousarray(array).astype("<f8").tobytes()
    return {"dtype": "float64", "shape": list(array.shape), "data": base64.b64encode(data).decode()}


cases = json.loads(subprocess.run(["node", HERE / "export.mjs"], check=True, capture_output=True).stdout)
for case in cases:
    model = base64.b64decode(case["model"])
    onnx.checker.check_model(onnx.load_model_from_string(model), full_check=True)
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    given = case.pop("input")
    x = np.frombuffer(base64.b64decode(given["data"]), "<f4").reshape(given["shape"])
    names = [output.name for output in session.get_outputs()]
    case["input"] = packed(x)
    case["outputs"] = dict(zip(names, map(packed, session.run(None, {given["name"]: x}))))

content = {"onnxruntime": onnxruntime.__version__, "onnx": onnx.__version__, "cases": cases}
path = FIXTURES / "onnxruntime-models.json.gz"
path.write_bytes(gzip.compress(json.dumps(content, separators=(",", ":")).encode(), compresslevel=9, mtime=0))
print(f"{path.name}: {len(cases)} models, {path.stat().st_size / 1024:.0f} KiB")
