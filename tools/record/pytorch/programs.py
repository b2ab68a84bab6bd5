"""Random programs: shared and unused inputs, several roots and seeds, retained gradients, restricted inputs, hooks."""

import torch
from fixture import Draws, packed
from operation_table import OPERATIONS

# Operations that keep numbers moderate, by how many operands they take.
UNARY = ["tanh", "sigmoid", "sin", "cos", "softplus", "relu", "abs", "neg", "gelu", "softmax", "square"]
BINARY = ["add", "sub", "mul", "maximum", "minimum"]


def grow(draws: Draws) -> tuple[list, list, list]:
    """Leaves, instructions on them, and every value, numbered leaves first."""
    pick = draws.generator
    leaves = []
    for _ in range(pick.integers(2, 6)):
        shape = [(), (3,), (2, 3), (2, 1), (3, 2), (1,)][pick.integers(6)]
        leaves.append(torch.tensor(draws.normal(*shape)).requires_grad_(bool(pick.random() < 0.85)))
    if not any(leaf.requires_grad for leaf in leaves):
        leaves[0].requires_grad_(True)
    values, program = list(leaves), []
    while len(program) < 6 + pick.integers(20):
        step = choose(pick, values)
        if step is None:
            continue
        op, operands, options = step
        value = OPERATIONS[op](*[values[i] for i in operands], **options)
        if value.numel() > 60 or value.detach().abs().max() > 50:
            continue
        program.append({"op": op, "inputs": operands, "options": options})
        values.append(value)
    return leaves, program, values


def choose(pick, values: list):
    """An operation that fits some of the values, or None."""
    i, j = int(pick.integers(len(values))), int(pick.integers(len(values)))
    x, y = values[i], values[j]
    kind = pick.random()
    if kind < 0.3:
        op = UNARY[pick.integers(len(UNARY))]
        return None if op == "softmax" and x.ndim == 0 else (op, [i], {})
    if kind < 0.4:
        return "mul", [i], {"right": float(round(pick.normal(), 2))}
    if kind < 0.75:
        try:
            torch.broadcast_shapes(x.shape, y.shape)
        except RuntimeError:
            return None
        return BINARY[pick.integers(len(BINARY))], [i, j], {}
    if x.ndim == 0:
        return None
    axis = int(pick.integers(x.ndim))
    if kind < 0.85:
        return ["sum", "mean", "max", "logsumexp"][pick.integers(4)], [i], {"axes": axis, "keepDims": bool(pick.random() < 0.5)}
    if kind < 0.9 and x.ndim == 2:
        return "transpose", [i], {}
    if kind < 0.95 and x.ndim == 2 and y.ndim == 2 and x.shape[1] == y.shape[0]:
        return "matmul", [i, j], {}
    if kind < 0.97:
        return "reshape", [i], {"shape": [-1]}
    return "flip", [i], {"axes": [axis]}


def program(seed: int, mode: str) -> dict:
    draws = Draws(seed)
    pick = draws.generator
    leaves, steps, values = grow(draws)
    usable = [i for i, value in enumerate(values) if value.requires_grad]
    count = min(len(usable), 1 + int(pick.integers(4)))
    roots = [int(i) for i in pick.choice(usable, count, replace=False)]
    if len(values) - 1 in usable and len(values) - 1 not in roots:
        roots.append(len(values) - 1)
    seeds = [
        None if values[i].numel() == 1 and pick.random() < 0.5 else torch.tensor(draws.normal(*values[i].shape)) for i in roots
    ]
    inner = [i for i in usable if i >= len(leaves)]
    # a second pass meets a hook as often as the first derivatives' formulas use the value, which is nobody's contract
    hooks = [{"value": int(i), "factor": 0.5} for i in usable if mode != "second" and pick.random() < 0.1]
    for hook in hooks:
        values[hook["value"]].register_hook(lambda gradient: gradient * 0.5)
    record = {
        "mode": mode,
        "leaves": [{"value": packed(leaf), "requiresGrad": leaf.requires_grad} for leaf in leaves],
        "steps": steps,
        "roots": roots,
        "seeds": [packed(seed) for seed in seeds],
        "hooks": hooks,
    }
    ask = backward if mode == "backward" else differentiate
    return {**record, **ask(draws, leaves, values, roots, seeds, inner, mode)}


def backward(draws, leaves, values, roots, seeds, inner, mode) -> dict:
    """`backward`, once or twice, with or without `inputs` and retained gradients."""
    pick = draws.generator
    retained = [i for i in inner if pick.random() < 0.3]
    for i in retained:
        values[i].retain_grad()
    trainable = [i for i, leaf in enumerate(leaves) if leaf.requires_grad]
    inputs = [int(pick.choice(trainable))] if pick.random() < 0.35 else None
    passes = 1 + int(pick.random() < 0.35)
    for _ in range(passes):
        torch.autograd.backward(
            [values[i] for i in roots], seeds, retain_graph=True, inputs=None if inputs is None else [values[i] for i in inputs]
        )
    asked = [*trainable, *retained]
    return {
        "retained": retained,
        "inputs": inputs,
        "passes": passes,
        "gradients": [{"value": i, "gradient": packed(values[i].grad)} for i in asked],
    }


def differentiate(draws, leaves, values, roots, seeds, inner, mode) -> dict:
    """`grad` with respect to leaves and inner values; in mode "second" also the gradient of its squares."""
    pick = draws.generator
    trainable = [i for i, leaf in enumerate(leaves) if leaf.requires_grad]
    # not those with hooks: where such a value also leads on to another input, PyTorch returns its gradient from before
    # the hook, otherwise the one from after it; ours is always the one from after it
    inputs = sorted({*trainable, *[int(i) for i in inner if pick.random() < 0.2 and not values[i]._backward_hooks]})
    gradients = torch.autograd.grad(
        [values[i] for i in roots], [values[i] for i in inputs], seeds, create_graph=mode == "second", allow_unused=True
    )
    record = {"inputs": inputs, "gradients": [{"value": i, "gradient": packed(g)} for i, g in zip(inputs, gradients)]}
    if mode == "second":
        squares = [g.square().sum() for g in gradients if g is not None]
        total = sum(squares) + sum(values[i].sum() for i in roots)
        leaf_values = [values[i] for i in trainable]
        second = torch.autograd.grad(total, leaf_values, allow_unused=True)
        record["second"] = [{"value": i, "gradient": packed(g)} for i, g in zip(trainable, second)]
    return record


def record() -> list:
    modes = ["backward"] * 50 + ["grad"] * 25 + ["second"] * 25
    return [program(1000 + i, mode) for i, mode in enumerate(modes)]
