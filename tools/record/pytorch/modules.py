"""Layers of torch.nn: outputs, and gradients of inputs and parameters for a random cotangent."""

import torch
from fixture import Draws, packed

draws = Draws(33)
random = lambda *shape, scale=1.0: torch.tensor(draws.normal(*shape, scale=scale))
cases = []


def case(name, arguments, options, layer, names, *inputs):
    """`names`: our names of the parameters, by torch's."""
    parameters = dict(layer.named_parameters())
    with torch.no_grad():
        for parameter in parameters.values():
            parameter.copy_(random(*parameter.shape, scale=0.5))
    inputs = [x.requires_grad_() for x in inputs]
    output = layer(*inputs)
    output = output[0] if isinstance(output, tuple) else output
    cotangent = random(*output.shape)
    ours = {names[key]: value for key, value in parameters.items()}
    gradients = torch.autograd.grad(output, [*inputs, *ours.values()], cotangent)
    cases.append(
        {
            "module": name,
            "arguments": arguments,
            "options": options,
            "inputs": [packed(x) for x in inputs],
            "parameters": {key: packed(value) for key, value in ours.items()},
            "output": packed(output),
            "cotangent": packed(cotangent),
            "inputGradients": [packed(g) for g in gradients[: len(inputs)]],
            "gradients": dict(zip(ours, map(packed, gradients[len(inputs) :]))),
        }
    )


same = {"weight": "weight", "bias": "bias"}
case("linear", [3, 4], {}, torch.nn.Linear(3, 4), same, random(5, 3))
case("conv2d", [2, 4], {"kernelSize": 3}, torch.nn.Conv2d(2, 4, 3), same, random(2, 2, 6, 5))
case(
    "conv2d",
    [4, 6],
    {"kernelSize": [2, 3], "stride": [2, 1], "padding": [1, 2], "dilation": [1, 2], "groups": 2, "bias": False},
    torch.nn.Conv2d(4, 6, (2, 3), stride=(2, 1), padding=(1, 2), dilation=(1, 2), groups=2, bias=False),
    same,
    random(2, 4, 5, 7),
)
case("layerNorm", [6], {}, torch.nn.LayerNorm(6), same, random(4, 6, scale=3.0))
case("layerNorm", [5], {"epsilon": 0.1}, torch.nn.LayerNorm(5, eps=0.1), same, random(2, 3, 5))
case(
    "layerNorm",
    [4],
    {"affine": False},
    torch.nn.LayerNorm(4, elementwise_affine=False),
    same,
    random(3, 4),
)
gates = {
    "weight_ih_l0": "inputWeight",
    "weight_hh_l0": "hiddenWeight",
    "bias_ih_l0": "inputBias",
    "bias_hh_l0": "hiddenBias",
}


class Sequence(torch.nn.GRU):
    def forward(self, x, start=None):
        return super().forward(x, None if start is None else start[None])


case("gru", [3, 4], {}, Sequence(3, 4), gates, random(5, 2, 3))
case("gru", [2, 3], {}, Sequence(2, 3), gates, random(1, 3, 2), random(3, 3))
case("gru", [2, 3], {}, Sequence(2, 3), gates, random(4, 3, 2), random(3, 3))


def record() -> list[dict]:
    return cases
