"""Computes δ for Gradbridge: the program that `externalEstimator` starts."""

from dataclasses import dataclass, field
from typing import Callable, Mapping, Sequence

import numpy as np

from gradbridge.pipe import Frame, serve


@dataclass
class Rollout:
    """R = steps · num_envs rows of experience; row t · num_envs + b is step t of environment b.

    Fields that were not asked for are None.
    """

    steps: int
    num_envs: int
    terminated: np.ndarray
    """[R] bool: whether the episode ended with this row."""
    truncated: np.ndarray
    """[R] bool: whether it was cut off after this row."""
    outputs: dict[str, np.ndarray] = field(default_factory=dict)
    """ỹ: each output as it was when it acted, [R, k] or [R]."""
    observation: np.ndarray | None = None
    """X, [R, n]."""
    reward: np.ndarray | None = None
    """r, [R]."""
    action: np.ndarray | None = None
    """[R] or [R, d]."""
    log_prob: np.ndarray | None = None
    """log π(action), [R]."""
    value: np.ndarray | None = None
    """v, [R]."""
    next_value: np.ndarray | None = None
    """v after the row, 0 where terminated, [R]."""


def serve_estimator(
    delta: Callable[[Rollout], Mapping[str, np.ndarray]],
    *,
    name: str = "",
    requires: Sequence[str] = (),
    outputs: Sequence[str] = (),
) -> None:
    """Answers Gradbridge's requests with `delta` until there are no more.

    `delta` gives, for each output that shall move, the direction in which it should move to earn more, in the output's
    shape. Its answer should depend on the rollout alone: then a resumed training run repeats exactly.

    requires: fields that must be told (see `fields` of `externalEstimator`), as Gradbridge names them.
    outputs: names of the outputs that get a δ; Gradbridge refuses a policy without them.
    """

    def greet(_: Frame) -> Frame:
        return Frame("hello", {"name": name, "requires": list(requires), "outputs": list(outputs)})

    def answer(request: Frame) -> Frame:
        if request.type != "delta":
            raise ValueError(f"unknown request {request.type}")
        return Frame("answer", arrays=dict(delta(_rollout_of(request))))

    serve("estimator", greet, answer)


def _rollout_of(request: Frame) -> Rollout:
    arrays = request.arrays
    start = "outputs."
    return Rollout(
        steps=request.fields["steps"],
        num_envs=request.fields["numEnvs"],
        terminated=arrays["terminated"].astype(bool),
        truncated=arrays["truncated"].astype(bool),
        outputs={key[len(start) :]: values for key, values in arrays.items() if key.startswith(start)},
        observation=arrays.get("observation"),
        reward=arrays.get("reward"),
        action=arrays.get("action"),
        log_prob=arrays.get("logProb"),
        value=arrays.get("value"),
        next_value=arrays.get("nextValue"),
    )
