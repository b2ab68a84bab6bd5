"""Per-operation cases: values, and gradients for a random cotangent."""

import numpy as np
import torch
from fixture import Draws, given, packed
from operation_table import OPERATIONS

draws = Draws(20)
cases = []


def case(op: str, *arrays, note: str = "", **options) -> None:
    """Records one call. Float inputs get gradients; `note` names what is special about the numbers."""
    inputs = [torch.tensor(np.asarray(array)) for array in arrays]
    for x in inputs:
        x.requires_grad_(x.is_floating_point())
    output = OPERATIONS[op](*inputs, **options)
    record = {"op": op, "note": note, "options": options, "inputs": [packed(x) for x in inputs]}
    record["output"] = packed(output)
    if output.requires_grad:
        cotangent = torch.tensor(draws.normal(*output.shape))
        output.backward(cotangent)
        record["cotangent"] = packed(cotangent)
        record["gradients"] = [packed(x.grad) if x.is_floating_point() else None for x in inputs]
    cases.append(record)


def unary() -> None:
    everywhere = "neg exp expm1 abs sign square sin cos tanh sigmoid relu softplus erf floor gelu silu".split()
    positive = "log log1p sqrt reciprocal".split()
    for op in everywhere + positive:
        for shape in [(), (7,), (2, 3, 1), (0, 2)]:
            x = draws.normal(*shape, scale=2)
            case(op, given(np.abs(x) + 0.1) if op in positive else x)
    for op in ["exp", "tanh", "sigmoid", "softplus", "gelu", "silu", "erf"]:
        case(op, given([-80.0, -40.0, -20.5, -1e-30, 0.0, 1e-30, 20.5, 40.0, 80.0]), note="±80")
    case("expm1", given([-80.0, -1e-10, 0.0, 1e-10, 1e-30, 80.0]), note="near 0 and ±80")
    case("log", given([1e-30, 1e-10, 1.0, 1e30]), note="1e-30")
    case("log1p", given([-0.999, -1e-10, 0.0, 1e-30, 1e30]), note="near 0")
    case("sqrt", given([0.0, 1e-30, 1e30]), note="zero")
    case("reciprocal", given([1e-18, -1e-18, 1e18]), note="extremes")
    for op in ["abs", "sign", "relu", "square"]:
        case(op, given([0.0, -0.0, 1e-30, -1e-30, 1e18, -1e18]), note="zeros")
    case("floor", given([-1.0, -0.5, 0.0, 1.0, 2.5, 1e9]), note="integers")
    case("finite", given([0.0, np.inf, -np.inf, np.nan]))
    case("isNan", given([0.0, np.inf, np.nan]))
    case("clone", draws.normal(2, 3))


def binary() -> None:
    shapes = [((2, 3), (2, 3)), ((2, 3), (3,)), ((2, 1), (1, 3)), ((), (2, 2)), ((4, 1, 3), (2, 1)), ((0, 3), (1, 3))]
    for op in ["add", "sub", "mul", "div", "maximum", "minimum", "pow"]:
        for left, right in shapes:
            x, y = draws.normal(*left), draws.normal(*right)
            if op == "div":
                y = given(np.sign(y) * (np.abs(y) + 0.2))
            if op == "pow":
                x = given(np.abs(x) + 0.1)
            case(op, x, y)
        case(op, given(np.abs(draws.normal(3)) + 0.5), right=1.5)
        case(op, given(np.abs(draws.normal(3)) + 0.5), left=1.5)
    tied = given([[1.0, 2.0, -0.0, 3.0], [0.0, 2.0, 0.0, -3.0]])
    for op in ["maximum", "minimum"]:
        case(op, tied, tied[::-1].copy(), note="ties")
        case(op, tied, right=2.0, note="ties with a number")
        case(op, given([np.nan, 1.0]), given([1.0, np.nan]), note="NaN")
    case("pow", given([0.0, 0.0, 0.0, -2.0, -2.0, 2.0]), given([0.0, 2.0, 0.5, 2.0, 3.0, 0.0]), note="zeros and negatives")
    for exponent in [0, 1, 2, 3, 0.5, -1]:
        case("pow", given([0.5, 1.0, 2.0, 3.5]), right=exponent)
    case("pow", given([0.0, -1.5, 2.0]), right=2, note="zero base")
    case("div", given([1.0, -1.0, 0.0]), given([1e-18, 1e-18, 1e18]), note="extremes")
    for op in ["equal", "notEqual", "less", "lessEqual", "greater", "greaterEqual"]:
        case(op, given([[1.0, 2.0], [np.nan, -1.0]]), given([1.0, 3.0]), note="NaN and ties")
        case(op, given([1.0, 2.0]), right=2.0)
    case("clamp", given([-1.0, -0.5, 0.0, 0.5, 1.0, 2.0]), low=-0.5, high=1.0, note="boundaries")
    case("clamp", draws.normal(2, 3), low=0.0)
    case("clamp", draws.normal(2, 3), high=0.0)
    case("where", draws.integers(0, 2, 2, 3), draws.normal(2, 3), draws.normal(3))
    case("where", draws.integers(0, 2, 2, 1), draws.normal(), draws.normal(1, 3))


def reductions() -> None:
    for op in ["sum", "mean", "max", "min", "logsumexp", "variance", "std", "norm"]:
        case(op, draws.normal(5))
        case(op, draws.normal(2, 3))
        case(op, draws.normal(2, 3, 4), axes=1)
        if op != "logsumexp":
            case(op, draws.normal(2, 3, 4), axes=[0, 2])
            case(op, draws.normal(2, 3, 4), axes=[-1, 0], keepDims=True)
        case(op, draws.normal(2, 3, 4), axes=-1, keepDims=True)
        if op not in ["variance", "std"]:
            case(op, draws.normal(3, 1), axes=1, note="size 1")
    case("sum", draws.normal(0, 3), axes=0, note="empty")
    case("sum", draws.normal(0, 3), axes=1, note="empty")
    case("mean", draws.normal(0, 3), note="empty")
    case("prod", draws.normal(0), note="empty")
    for x in [[1.5, 2.0, -3.0], [0.0, 2.0, -3.0], [0.0, 2.0, 0.0]]:
        case("prod", given(x), note="zeros")
    case("prod", draws.normal(2, 3, 2), axes=1)
    case("prod", draws.normal(2, 3), axes=-1, keepDims=True)
    tied = given([[1.0, 3.0, 3.0], [3.0, -1.0, 0.0]])
    for op in ["max", "min"]:
        case(op, tied, note="ties")
        case(op, tied, axes=1, note="ties")
        case(op, given(np.zeros((2, 2))), axes=0, note="all equal")
    for op in ["argmax", "argmin"]:
        case(op, tied, axis=1, note="ties")
        case(op, draws.normal(2, 3, 4), axis=1, keepDims=True)
        case(op, draws.normal(4, 1))
    case("std", given([[2.0, 2.0, 2.0], [1.0, 2.0, 3.0]]), axes=1, note="constant row")
    case("variance", given([[2.0, 2.0, 2.0], [1.0, 2.0, 3.0]]), axes=1, unbiased=False, note="constant row")
    case("std", draws.normal(3, 4), axes=0, unbiased=False)
    case("variance", given([1e4 + 1, 1e4 + 2, 1e4 + 4]), note="large mean")
    for order in [1, 2, "Infinity"]:
        case("norm", draws.normal(2, 3), order=order)
        case("norm", given([[0.0, 0.0], [3.0, -4.0]]), axes=1, order=order, note="zero vector")
    for axis in [0, 1, -1]:
        for op in ["softmax", "logSoftmax"]:
            case(op, draws.normal(2, 3, 4), axis=axis)
        case("cumsum", draws.normal(2, 3, 4), axis=axis)
        case("cumsum", draws.normal(2, 3, 4), axis=axis, reverse=True)
    steep = given([[80.0, -80.0, 0.0], [-80.0, -80.0, -80.0], [1e4, 0.0, -1e4], [80.0, 79.0, 80.0]])
    for op in ["softmax", "logSoftmax"]:
        case(op, steep, note="±80 and ±1e4")
        case(op, draws.normal(3, 1), note="size 1")
        case(op, draws.normal(0, 3), note="empty")
        case(op, draws.normal(1))
    case("logsumexp", steep, axes=1, note="±80 and ±1e4")
    case("logsumexp", steep, note="±80 and ±1e4")


def movement() -> None:
    case("reshape", draws.normal(2, 6), shape=[3, 4])
    case("reshape", draws.normal(2, 3), shape=[-1])
    case("reshape", draws.normal(1), shape=[])
    case("reshape", draws.normal(0, 3), shape=[3, 0])
    case("transpose", draws.normal(2, 3))
    case("transpose", draws.normal(2, 3, 4), a=0, b=2)
    case("permute", draws.normal(2, 3, 4), axes=[2, 0, 1])
    case("permute", draws.normal(2, 1, 3, 2), axes=[3, 1, 0, 2])
    case("broadcastTo", draws.normal(2, 1), shape=[4, 2, 3])
    case("broadcastTo", draws.normal(), shape=[2, 2])
    case("broadcastTo", draws.normal(1, 3), shape=[0, 3])
    case("sumTo", draws.normal(4, 2, 3), shape=[2, 1])
    case("sumTo", draws.normal(4, 2), shape=[])
    case("slice", draws.normal(4, 5), starts=[1, 0], ends=[3, -1])
    case("slice", draws.normal(4, 5), starts=[-2, 2], ends=[4, 2], note="empty")
    case("pad", draws.normal(2, 3), before=[1, 0], after=[0, 2])
    case("pad", draws.normal(2, 3), before=[0, 1], after=[1, 0], value=-1.5)
    case("concat", draws.normal(2, 3), draws.normal(2, 1), draws.normal(2, 0), axis=1)
    case("concat", draws.normal(1), draws.normal(3))
    case("stack", draws.normal(2, 3), draws.normal(2, 3), axis=-1)
    case("stack", draws.normal(), draws.normal(), draws.normal())
    case("split", draws.normal(5, 2), sizes=2, part=2)
    case("split", draws.normal(2, 5), sizes=[1, 4], axis=1, part=1)
    case("flip", draws.normal(2, 3), axes=[1])
    case("flip", draws.normal(2, 3, 2), axes=[0, 2])
    case("squeeze", draws.normal(1, 3, 1))
    case("squeeze", draws.normal(1, 3, 1), axes=0)
    cases.append({**record_of_unsqueeze()})
    case("tile", draws.normal(2, 3), repeats=[2, 1])
    case("tile", draws.normal(3), repeats=[2, 2])
    case("tile", draws.normal(2, 1, 2), repeats=[3])
    case("gather", draws.normal(2, 3), draws.integers(0, 3, 2, 4), axis=1, note="repeated")
    case("gather", draws.normal(3, 2, 2), draws.integers(0, 3, 2, 2, 2), axis=0)
    case("indexSelect", draws.normal(4, 3), given([3, 1, 1, 0]), axis=0, note="repeated")
    case("indexSelect", draws.normal(2, 4), given([2]), axis=-1)
    case("scatterAdd", draws.normal(2, 4), draws.integers(0, 3, 2, 4), axis=1, size=3, note="repeated")
    case("scatterAdd", draws.normal(3, 2), draws.integers(0, 5, 3, 2), axis=0, size=5)
    case("oneHot", given([[0, 2], [1, 3]]), depth=4)


def record_of_unsqueeze():
    case("unsqueeze", draws.normal(2, 3), dim=1)
    record = cases.pop()
    record["options"] = {"axis": 1}
    return record


def products() -> None:
    for left, right in [
        ((3,), (3,)), ((2, 3), (3,)), ((3,), (3, 4)), ((2, 3), (3, 4)), ((5, 2, 3), (3, 4)), ((2, 3), (5, 3, 4)),
        ((5, 2, 3), (5, 3, 1)), ((4, 1, 2, 3), (5, 3, 2)), ((1, 1), (1, 1)), ((0, 3), (3, 2)), ((2, 0), (0, 3)),
        ((7, 9), (9, 5)), ((17, 33), (33, 19)),
    ]:
        case("matmul", draws.normal(*left), draws.normal(*right))
    for activation in ["none", "relu", "tanh", "sigmoid"]:
        case("affine", draws.normal(5, 3), draws.normal(4, 3), draws.normal(4), activation=activation)
        case("affine", draws.normal(2, 3, 2), draws.normal(3, 2), activation=activation)
    case("affine", draws.normal(3), draws.normal(1, 3), draws.normal(1))
    case("dot", draws.normal(5), draws.normal(5))
    case("outer", draws.normal(3), draws.normal(2))
    case("einsum", draws.normal(2, 3), equation="ij->ji")
    case("einsum", draws.normal(2, 3), equation="ij->")
    case("einsum", draws.normal(2, 3), draws.normal(3, 4), equation="ij,jk")
    case("einsum", draws.normal(2, 3, 4), draws.normal(2, 4, 5), equation="nij,njk->nik")
    case("einsum", draws.normal(2, 3), draws.normal(4), equation="ab,c->cab")
    case("einsum", draws.normal(2, 3), draws.normal(2, 3), equation="ij,ij->i")
    case("einsum", draws.normal(2, 3), draws.normal(3, 4), draws.normal(4, 2), equation="ij,jk,kl->il")
    case("einsum", draws.normal(2, 3), draws.normal(4, 3), draws.normal(5, 3), equation="ar,br,cr->abc")


def images() -> None:
    for shape, weight, bias, options in [
        ((2, 3, 5, 6), (4, 3, 3, 3), True, {}),
        ((1, 1, 4, 4), (1, 1, 1, 1), False, {}),
        ((2, 2, 7, 5), (3, 2, 3, 2), True, {"stride": [2, 1], "padding": [1, 0]}),
        ((1, 2, 7, 7), (2, 2, 3, 3), False, {"dilation": 2, "padding": 2}),
        ((2, 4, 5, 5), (6, 2, 3, 3), True, {"groups": 2, "padding": 1}),
        ((1, 3, 4, 4), (3, 1, 2, 2), True, {"groups": 3}),
        ((1, 1, 12, 12), (2, 1, 8, 8), True, {"stride": 4}),
        ((2, 1, 3, 3), (2, 1, 3, 3), False, {}),
    ]:
        inputs = [draws.normal(*shape), draws.normal(*weight, scale=0.3)]
        case("conv2d", *inputs, *([draws.normal(weight[0])] if bias else []), **options)
    for op in ["maxPool2d", "avgPool2d"]:
        case(op, draws.normal(2, 2, 4, 6), size=2)
        case(op, draws.normal(1, 2, 5, 5), size=[3, 2], stride=[1, 2])
        case(op, draws.normal(1, 1, 5, 4), size=3, stride=2, padding=1)
        case(op, given(np.zeros((1, 1, 4, 4))), size=2, note="ties")
    case("maxPool2d", given([[[[1.0, 1.0, 2.0], [0.0, 1.0, 2.0], [2.0, 2.0, 2.0]]]]), size=2, stride=1, note="ties")
    case("avgPool2d", draws.normal(1, 1, 4, 4), size=3, stride=2, padding=1, countPadding=False)


def record() -> list:
    for part in [unary, binary, reductions, movement, products, images]:
        part()
    return cases
