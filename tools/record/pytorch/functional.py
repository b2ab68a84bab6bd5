"""vjp, jvp, jacobian and hessian of a few functions, each written again in the TypeScript test."""

import torch
import torch.autograd.functional as AF
from fixture import Draws, packed

FUNCTIONS = {
    "softmaxOfProduct": (lambda x, y: torch.softmax(x @ y, -1), [(2, 3), (3, 4)]),
    "tanhOfSum": (lambda x, y: torch.tanh(x + y).prod(-1), [(2, 3), (3,)]),
    "firstAlone": (lambda x, y: x * x.exp(), [(3,), (2,)]),
}
ONE_INPUT = {
    "cubes": (lambda x: x**3 + x[..., :1], (2, 2)),
    "normalized": (lambda x: x / x.square().sum().sqrt(), (3,)),
}
SCALAR = {
    "logSumExp": (lambda x: torch.logsumexp(x, 0), (4,)),
    "mixed": (lambda x: (x[0] * x[1].sin()).sum() + x.pow(3).sum(), (2, 3)),
    "linear": (lambda x: x.sum(), (3,)),
}


def record() -> dict:
    draws = Draws(22)
    tensors = lambda shapes: [torch.tensor(draws.normal(*shape)) for shape in shapes]
    products, jacobians, hessians = [], [], []
    for name, (function, shapes) in FUNCTIONS.items():
        inputs, tangents = tensors(shapes), tensors(shapes)
        output = function(*inputs)
        (cotangent,) = tensors([output.shape])
        _, pulled = AF.vjp(function, tuple(inputs), cotangent)
        _, pushed = AF.jvp(function, tuple(inputs), tuple(tangents))
        products.append(
            {
                "function": name,
                "inputs": [packed(x) for x in inputs],
                "tangents": [packed(x) for x in tangents],
                "cotangent": packed(cotangent),
                "output": packed(output),
                "pulled": [packed(x) for x in pulled],
                "pushed": packed(pushed),
            }
        )
    for name, (function, shape) in ONE_INPUT.items():
        (x,) = tensors([shape])
        jacobians.append({"function": name, "input": packed(x), "jacobian": packed(AF.jacobian(function, x))})
    for name, (function, shape) in SCALAR.items():
        (x,) = tensors([shape])
        hessians.append({"function": name, "input": packed(x), "hessian": packed(AF.hessian(function, x))})
    return {"products": products, "jacobians": jacobians, "hessians": hessians}
