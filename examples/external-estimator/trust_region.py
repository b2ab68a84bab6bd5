"""δ by a trust-region step: fit how the reward depends on the action, then move each output to the best near point.

Started by `externalEstimator`; see `main.ts`. Needs NumPy and SciPy.
"""

import numpy as np
from gradbridge import Rollout, serve_estimator
from scipy.linalg import eigh, lstsq
from scipy.optimize import brentq

RADIUS = 0.5
"""How far one output may be told to move, in the outputs' own units."""


def delta(rollout: Rollout) -> dict[str, np.ndarray]:
    mean = rollout.outputs["mean"].astype(float)
    deviation = rollout.action - mean
    gradients, hessian = fit_reward(rollout.observation, deviation, rollout.reward)
    curvatures, axes = eigh(hessian)
    steps = [trust_region_step(axes.T @ gradient, curvatures) for gradient in gradients]
    return {"mean": (np.array(steps) @ axes.T).astype(np.float32)}


def fit_reward(
    observation: np.ndarray, deviation: np.ndarray, reward: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Least squares for r ≈ b(x) + g(x)·u + ½ uᵀHu with u the action's deviation from the mean.

    b is quadratic in the observation x, g is linear in it. Gives g of every row, [R, d], and H, [d, d].
    """
    rows, size = deviation.shape
    linear = np.column_stack([np.ones(rows), observation])
    quadratic = _products(linear, linear)
    slopes = _products(linear, deviation)
    upper = np.triu_indices(size)
    curves = deviation[:, upper[0]] * deviation[:, upper[1]]
    weights, *_ = lstsq(np.column_stack([quadratic, slopes, curves]), reward)
    start = quadratic.shape[1]
    end = start + slopes.shape[1]
    gradients = linear @ weights[start:end].reshape(linear.shape[1], size)
    half = np.zeros((size, size))
    half[upper] = weights[end:]
    return gradients, half + half.T


def trust_region_step(gradient: np.ndarray, curvatures: np.ndarray) -> np.ndarray:
    """The u of length ≤ RADIUS with the largest g·u + ½ Σ c u², for a diagonal second derivative c.

    u = g / (λ − c) with the smallest λ ≥ 0 above all c for which u is short enough (Moré and Sorensen 1983).
    """
    length = np.linalg.norm(gradient)
    if length == 0:
        return np.zeros_like(gradient)

    def excess(shift: float) -> float:
        return np.linalg.norm(gradient / (shift - curvatures)) - RADIUS

    lowest = max(0.0, curvatures.max()) + 1e-9 * (1 + np.abs(curvatures).max())
    highest = lowest + length / RADIUS
    shift = lowest if excess(lowest) <= 0 else brentq(excess, lowest, highest)
    return gradient / (shift - curvatures)


def _products(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    return (left[:, :, None] * right[:, None, :]).reshape(len(left), -1)


if __name__ == "__main__":
    serve_estimator(
        delta,
        name="trust region",
        requires=["observation", "outputs", "reward", "action"],
        outputs=["mean"],
    )
