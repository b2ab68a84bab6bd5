"""Records what PyTorch computes in float64, for the tests of @gradbridge/core and @gradbridge/policy.

    python -m venv VENV && VENV/bin/pip install -r requirements.txt
    VENV/bin/python record.py

Writes packages/*/src/fixtures/pytorch-*.json.gz: the same bytes on every run on one machine.
"""

import distributions
import families
import functional
import losses
import modules
import operations
import optimizers
import programs
from fixture import write

if __name__ == "__main__":
    write("operations", {"cases": operations.record()})
    write("losses", {"cases": losses.record()})
    write("programs", {"cases": programs.record()})
    write("optimizers", {"trajectories": optimizers.record(), "clipping": optimizers.clipping()})
    write("functional", functional.record())
    for name, recordings in {"distributions": distributions, "families": families, "modules": modules}.items():
        write(name, {"cases": recordings.record()}, package="policy")
