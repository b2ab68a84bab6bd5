"""Runs the model of a policy that normalises observations. Needs a build (pnpm build)."""

import base64
import json
import subprocess
from pathlib import Path

import numpy as np
import onnxruntime

HERE = Path(__file__).resolve().parent
FIXTURE = HERE.parents[2] / "packages" / "bridge" / "src" / "rollouts" / "fixtures" / "normalized-onnx.json"

model = subprocess.run(["node", HERE / "export-normalized.mjs"], check=True, capture_output=True).stdout.decode()
session = onnxruntime.InferenceSession(base64.b64decode(model), providers=["CPUExecutionProvider"])
observation = np.array([[1, 20, -300], [2.5, 19.2, -270], [100, 20, -3000]], dtype=np.float32)
names = [output.name for output in session.get_outputs()]
outputs = dict(zip(names, session.run(None, {"observation": observation})))

FIXTURE.write_text(
    json.dumps(
        {
            "model": model,
            "observation": observation.ravel().tolist(),
            "outputs": {name: values.ravel().astype(float).tolist() for name, values in outputs.items()},
        }
    )
    + "\n"
)
