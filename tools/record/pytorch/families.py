"""Exponential families as torch.distributions: −log q(y) and its gradient for the natural parameter."""

import torch
import torch.distributions as D
from fixture import Draws, packed

draws = Draws(32)
N = 24

REAL = lambda: torch.tensor(draws.normal(N, scale=2.0))
NEGATIVE = lambda: -torch.tensor(draws.uniform(N, low=0.01, high=4.0))
COUNTS = lambda: torch.tensor(draws.integers(0, 30, N)).double()
POSITIVE = lambda: torch.tensor(draws.uniform(N, low=0.01, high=20.0))

FAMILIES = {
    "gaussian": ([], lambda eta: D.Normal(eta, 1.0), REAL, REAL),
    "bernoulli": ([], lambda eta: D.Bernoulli(logits=eta), REAL, lambda: torch.tensor(draws.integers(0, 2, N)).double()),
    "poisson": ([], lambda eta: D.Poisson(eta.exp()), REAL, COUNTS),
    "exponential": ([], lambda eta: D.Exponential(-eta), NEGATIVE, POSITIVE),
    "gamma": ([2.5], lambda eta: D.Gamma(2.5, -eta), NEGATIVE, POSITIVE),
    "geometric": ([], lambda eta: D.Geometric(probs=-torch.expm1(eta)), NEGATIVE, COUNTS),
    # torch's "success" is what ends up being counted, so its probability is exp(eta)
    "negativeBinomial": ([3.5], lambda eta: D.NegativeBinomial(3.5, probs=eta.exp()), NEGATIVE, COUNTS),
}

cases = []
for name, (arguments, make, natural, labels) in FAMILIES.items():
    eta, y = natural().requires_grad_(), labels()
    loss = -make(eta).log_prob(y)
    (seed,) = torch.autograd.grad(loss.sum(), eta)
    q = make(eta.detach())
    cases.append(
        {
            "family": name,
            "arguments": arguments,
            "eta": packed(eta),
            "y": packed(y),
            "negativeLogLikelihood": packed(loss),
            "seed": packed(seed),
            "mean": packed(q.mean),
            "variance": packed(q.variance),
        }
    )


def record() -> list[dict]:
    return cases
