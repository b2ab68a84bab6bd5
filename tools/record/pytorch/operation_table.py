"""The operations of @gradbridge/core as PyTorch has them: name → function of tensors and options."""

import torch
import torch.nn.functional as F


def axes_of(x, options):
    """The option `axes` as PyTorch wants it: a tuple; all axes where it is missing."""
    axes = options.get("axes")
    if axes is None:
        return tuple(range(x.ndim))
    return (axes,) if isinstance(axes, int) else tuple(axes)


def reduction(function):
    return lambda x, **o: function(x, axes_of(x, o), keepdim=o.get("keepDims", False))


def pool_options(o):
    return {"stride": o.get("stride"), "padding": o.get("padding", 0)}


def cumsum(x, axis=-1, reverse=False):
    return torch.flip(torch.cumsum(torch.flip(x, (axis,)), axis), (axis,)) if reverse else torch.cumsum(x, axis)


def padded(x, before, after, value=0):
    margins = [m for pair in reversed(list(zip(before, after))) for m in pair]
    return F.pad(x, margins, value=value)


def sliced(x, starts, ends):
    return x[tuple(slice(start, end) for start, end in zip(starts, ends))]


def affine(x, weight, bias=None, activation="none"):
    y = F.linear(x, weight, bias)
    return y if activation == "none" else getattr(torch, activation)(y)


def scatter_add(x, index, axis, size):
    shape = list(x.shape)
    shape[axis] = size
    return torch.zeros(shape).scatter_add(axis, index.long(), x)


def norm(x, **o):
    order = {"Infinity": float("inf")}.get(o.get("order"), o.get("order", 2))
    return torch.linalg.vector_norm(x, order, axes_of(x, o), o.get("keepDims", False))


def with_number(function):
    """A binary operation whose left or right operand may be a number."""

    def apply(*inputs, left=None, right=None):
        if left is not None:
            return function(torch.tensor(float(left)), inputs[0])
        return function(inputs[0], torch.tensor(float(right)) if right is not None else inputs[1])

    return apply


def power(x, *y, left=None, right=None):
    """A number as exponent has rules of its own in PyTorch."""
    if left is not None:
        return torch.pow(left, x)
    return torch.pow(x, right if right is not None else y[0])


def compare(function):
    return with_number(lambda x, y: function(x, y).int())


def extreme_index(function):
    return lambda x, axis=-1, keepDims=False: function(x, axis, keepdim=keepDims).int()


OPERATIONS = {
    "neg": torch.neg,
    "exp": torch.exp,
    "expm1": torch.expm1,
    "log": torch.log,
    "log1p": torch.log1p,
    "sqrt": torch.sqrt,
    "abs": torch.abs,
    "sign": torch.sign,
    "square": torch.square,
    "reciprocal": torch.reciprocal,
    "sin": torch.sin,
    "cos": torch.cos,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "relu": torch.relu,
    # PyTorch's default turns softplus into the identity above 20, which is off by 2e-9 there
    "softplus": lambda x: F.softplus(x, threshold=700),
    "erf": torch.erf,
    "floor": torch.floor,
    "gelu": F.gelu,
    "silu": F.silu,
    "add": with_number(torch.add),
    "sub": with_number(torch.sub),
    "mul": with_number(torch.mul),
    "div": with_number(torch.div),
    "pow": power,
    "maximum": with_number(torch.maximum),
    "minimum": with_number(torch.minimum),
    "clamp": lambda x, low=None, high=None: torch.clamp(x, low, high),
    "where": lambda condition, x, y: torch.where(condition != 0, x, y),
    "equal": compare(torch.eq),
    "notEqual": compare(torch.ne),
    "less": compare(torch.lt),
    "lessEqual": compare(torch.le),
    "greater": compare(torch.gt),
    "greaterEqual": compare(torch.ge),
    "isNan": lambda x: torch.isnan(x).int(),
    "finite": lambda x: torch.isfinite(x).double().detach(),
    "sum": reduction(torch.sum),
    "mean": reduction(torch.mean),
    "max": reduction(torch.amax),
    "min": reduction(torch.amin),
    "prod": lambda x, axes=0, keepDims=False: torch.prod(x, axes, keepdim=keepDims),
    "logsumexp": reduction(torch.logsumexp),
    "variance": lambda x, **o: torch.var(
        x, axes_of(x, o), correction=int(o.get("unbiased", True)), keepdim=o.get("keepDims", False)
    ),
    "std": lambda x, **o: torch.std(
        x, axes_of(x, o), correction=int(o.get("unbiased", True)), keepdim=o.get("keepDims", False)
    ),
    "norm": norm,
    "argmax": extreme_index(torch.argmax),
    "argmin": extreme_index(torch.argmin),
    "softmax": lambda x, axis=-1: torch.softmax(x, axis),
    "logSoftmax": lambda x, axis=-1: torch.log_softmax(x, axis),
    "cumsum": cumsum,
    "reshape": lambda x, shape: x.reshape(shape),
    "transpose": lambda x, a=-2, b=-1: torch.transpose(x, a, b),
    "permute": lambda x, axes: x.permute(axes),
    "broadcastTo": lambda x, shape: x.expand(shape),
    "sumTo": lambda x, shape: x.sum_to_size(shape),
    "slice": sliced,
    "pad": padded,
    "concat": lambda *xs, axis=0: torch.cat(xs, axis),
    "stack": lambda *xs, axis=0: torch.stack(xs, axis),
    "split": lambda x, sizes, axis=0, part=0: torch.split(x, sizes, axis)[part],
    "flip": lambda x, axes: torch.flip(x, axes),
    "squeeze": lambda x, axes=None: torch.squeeze(x) if axes is None else torch.squeeze(x, axes),
    "unsqueeze": torch.unsqueeze,
    "tile": lambda x, repeats: torch.tile(x, repeats),
    "gather": lambda x, index, axis: torch.gather(x, axis, index.long()),
    "indexSelect": lambda x, index, axis: torch.index_select(x, axis, index),
    "scatterAdd": scatter_add,
    "oneHot": lambda index, depth: F.one_hot(index.long(), depth).double(),
    "clone": torch.clone,
    "matmul": torch.matmul,
    "affine": affine,
    "dot": torch.dot,
    "outer": torch.outer,
    "einsum": lambda *xs, equation: torch.einsum(equation, *xs),
    "conv2d": lambda x, weight, bias=None, **o: F.conv2d(x, weight, bias, **o),
    "maxPool2d": lambda x, size, **o: F.max_pool2d(x, size, **pool_options(o)),
    "avgPool2d": lambda x, size, **o: F.avg_pool2d(
        x, size, **pool_options(o), count_include_pad=o.get("countPadding", True)
    ),
}
