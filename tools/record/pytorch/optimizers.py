"""Trajectories of optimizers over twenty steps of random gradients, and gradient clipping."""

import torch
from fixture import Draws, packed

STEPS = 20
RULES = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam, "adamW": torch.optim.AdamW, "rmsprop": torch.optim.RMSprop}
SPELLING = {
    "learningRate": "lr",
    "weightDecay": "weight_decay",
    "epsilon": "eps",
}

RUNS = [
    ("sgd", {"learningRate": 0.1}),
    ("sgd", {"learningRate": 0.1, "weightDecay": 0.05}),
    ("sgd", {"learningRate": 0.05, "momentum": 0.9}),
    ("sgd", {"learningRate": 0.05, "momentum": 0.9, "dampening": 0.3, "weightDecay": 0.01}),
    ("sgd", {"learningRate": 0.05, "momentum": 0.8, "nesterov": True, "weightDecay": 0.01}),
    ("adam", {}),
    ("adam", {"learningRate": 0.05, "betas": [0.8, 0.95], "epsilon": 1e-5}),
    ("adam", {"learningRate": 0.05, "weightDecay": 0.1}),
    ("adamW", {}),
    ("adamW", {"learningRate": 0.05, "weightDecay": 0.2, "betas": [0.5, 0.9]}),
    ("rmsprop", {}),
    ("rmsprop", {"learningRate": 0.02, "alpha": 0.9, "epsilon": 1e-5}),
    ("rmsprop", {"learningRate": 0.02, "momentum": 0.9}),
    ("rmsprop", {"learningRate": 0.02, "centered": True, "weightDecay": 0.1}),
    ("rmsprop", {"learningRate": 0.02, "centered": True, "momentum": 0.5, "alpha": 0.8}),
]


def trajectory(name: str, options: dict, seed: int, late: bool) -> dict:
    """One run. `late`: the second parameter gets no gradient in steps 0, 1 and 7, and the learning rate changes."""
    draws = Draws(seed)
    parameters = [torch.tensor(draws.normal(*shape)).requires_grad_() for shape in [(3, 2), (4,)]]
    spelled = {SPELLING.get(key, key): tuple(value) if key == "betas" else value for key, value in options.items()}
    optimizer = RULES[name](parameters, **spelled)
    record = {"optimizer": name, "options": options, "start": [packed(p) for p in parameters], "steps": []}
    for step in range(STEPS):
        if late and step == 10:
            optimizer.param_groups[0]["lr"] *= 0.5
        missing = late and step in [0, 1, 7]
        gradients = [torch.tensor(draws.normal(3, 2)), None if missing else torch.tensor(draws.normal(4))]
        for p, gradient in zip(parameters, gradients):
            p.grad = gradient
        optimizer.step()
        record["steps"].append(
            {
                "gradients": [packed(g) for g in gradients],
                "parameters": [packed(p) for p in parameters],
                "learningRate": optimizer.param_groups[0]["lr"],
            }
        )
    return record


def clipping() -> list:
    records = []
    for seed, limit in enumerate([0.5, 1.0, 100.0]):
        draws = Draws(300 + seed)
        parameters = [torch.zeros(2, 3).requires_grad_(), torch.zeros(4).requires_grad_(), torch.zeros(2).requires_grad_()]
        for p in parameters[:2]:
            p.grad = torch.tensor(draws.normal(*p.shape))
        before = [packed(p.grad) for p in parameters]
        norm = torch.nn.utils.clip_grad_norm_(parameters, limit)
        after = [packed(p.grad) for p in parameters]
        records.append({"maxNorm": limit, "before": before, "after": after, "norm": packed(norm)})
    return records


def record() -> list:
    return [
        trajectory(name, options, 200 + i, late) for i, (name, options) in enumerate(RUNS) for late in [False, True]
    ]
