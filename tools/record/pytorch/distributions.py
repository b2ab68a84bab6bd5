"""Action distributions of torch.distributions: log-probabilities, entropies, divergences and their gradients."""

import torch
import torch.distributions as D
from fixture import Draws, packed

draws = Draws(31)
ROWS = 6


def multi_categorical(sizes):
    """Independent choices side by side: sums over the parts of one row."""

    class MultiCategorical:
        def __init__(self, logits):
            self.parts = [D.Categorical(logits=part) for part in logits.split(sizes, 1)]

        def log_prob(self, action):
            return sum(part.log_prob(action[:, i]) for i, part in enumerate(self.parts))

        def entropy(self):
            return sum(part.entropy() for part in self.parts)

        def kl(self, other):
            return sum(D.kl_divergence(p, q) for p, q in zip(self.parts, other.parts))

    return MultiCategorical


class Masked:
    """A categorical distribution over what a mask allows: the forbidden logits are left out altogether."""

    def __init__(self, logits, mask):
        self.rows = [row[allowed.bool()] for row, allowed in zip(logits, mask)]
        self.places = [allowed.bool().nonzero()[:, 0].tolist() for allowed in mask]

    def parts(self):
        return [D.Categorical(logits=row) for row in self.rows]

    def log_prob(self, action):
        chosen = [torch.tensor(places.index(int(a))) for places, a in zip(self.places, action)]
        return torch.stack([part.log_prob(a) for part, a in zip(self.parts(), chosen)])

    def entropy(self):
        return torch.stack([part.entropy() for part in self.parts()])

    def kl(self, other):
        return torch.stack([D.kl_divergence(p, q) for p, q in zip(self.parts(), other.parts())])


def logits(*shape, scale=1.0):
    return torch.tensor(draws.normal(*shape, scale=scale))


def case(name, make, outputs, other, action, evaluated=None, has_entropy=True, **facts):
    """`evaluated` is what torch takes where our action is another quantity."""
    given = {key: value.clone().requires_grad_() for key, value in outputs.items()}
    p, q = make(**given), make(**other)
    kl = p.kl(q) if hasattr(p, "kl") else D.kl_divergence(p, q)
    rows = lambda value: value.sum(-1) if value.dim() == 2 else value
    log_prob = rows(p.log_prob(action if evaluated is None else evaluated))
    inputs = list(given.values())
    gradient = lambda value: dict(
        zip(
            given,
            (
                packed(g)
                for g in torch.autograd.grad(
                    value.sum(), inputs, retain_graph=True, materialize_grads=True, allow_unused=True
                )
            ),
        )
    )
    recorded = {
        "distribution": name,
        **facts,
        "outputs": {key: packed(value) for key, value in outputs.items()},
        "other": {key: packed(value) for key, value in other.items()},
        "action": packed(action.to(torch.int32) if action.dtype == torch.int64 else action),
        "logProb": packed(log_prob),
        "score": gradient(log_prob),
        "kl": packed(rows(kl)),
    }
    if has_entropy:
        entropy = rows(p.entropy())
        recorded |= {"entropy": packed(entropy), "entropyScore": gradient(entropy)}
    assert all(torch.isfinite(x).all() for x in (log_prob, kl))
    cases.append(recorded)


cases = []
for scale in (1.0, 10.0):
    action = torch.tensor(draws.integers(0, 4, ROWS), dtype=torch.int64)
    pair = [{"logits": logits(ROWS, 4, scale=scale)} for _ in range(2)]
    case("Categorical", lambda logits: D.Categorical(logits=logits), *pair, action)

    mask = torch.tensor(draws.integers(0, 2, ROWS, 4))
    mask[torch.arange(ROWS), action] = 1
    masked = lambda logits: Masked(logits, mask)
    case("Categorical", masked, *pair, action, mask=packed(mask.to(torch.int32)))

    sizes = [2, 3, 1]
    action = torch.stack([torch.tensor(draws.integers(0, n, ROWS), dtype=torch.int64) for n in sizes], 1)
    pair = [{"logits": logits(ROWS, sum(sizes), scale=scale)} for _ in range(2)]
    case("MultiCategorical", multi_categorical(sizes), *pair, action, sizes=sizes)

    action = torch.tensor(draws.integers(0, 2, ROWS, 3), dtype=torch.int64)
    pair = [{"logits": logits(ROWS, 3, scale=scale)} for _ in range(2)]

    class Bernoulli(D.Bernoulli):
        def log_prob(self, value):
            return super().log_prob(value.double())

    case("Bernoulli", lambda logits: Bernoulli(logits=logits), *pair, action)

for scale in (0.5, 2.0):
    pair = [{"mean": logits(ROWS, 3), "logStd": logits(ROWS, 3, scale=scale)} for _ in range(2)]
    action = logits(ROWS, 3)
    case("DiagonalGaussian", lambda mean, logStd: D.Normal(mean, logStd.exp()), *pair, action)
    transform = D.TanhTransform(cache_size=1)

    def squash(mean, logStd):
        return D.TransformedDistribution(D.Normal(mean, logStd.exp()), [transform])

    # the transform remembers the action before tanh, so torch does not take atanh either
    case("SquashedGaussian", squash, *pair, action, evaluated=transform(action), has_entropy=False)


def record() -> list[dict]:
    return cases
