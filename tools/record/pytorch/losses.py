"""Losses with every option: values, and gradients with respect to every float tensor that takes part."""

import itertools

import numpy as np
import torch
import torch.nn.functional as F
from fixture import Draws, given, packed

draws = Draws(21)
cases = []
REDUCTIONS = ["mean", "sum", "none"]

LOSSES = {
    "mseLoss": lambda p, t, **o: F.mse_loss(p, t, **o),
    "l1Loss": lambda p, t, **o: F.l1_loss(p, t, **o),
    "rmseLoss": lambda p, t, **o: torch.sqrt(F.mse_loss(p, t, **o)),
    "huberLoss": lambda p, t, **o: F.huber_loss(p, t, **o),
    "crossEntropyLoss": lambda p, t, ignoreIndex=-100, labelSmoothing=0.0, **o: F.cross_entropy(
        p, t, ignore_index=ignoreIndex, label_smoothing=labelSmoothing, **o
    ),
    "nllLoss": lambda p, t, ignoreIndex=-100, **o: F.nll_loss(p, t, ignore_index=ignoreIndex, **o),
    "bceLoss": F.binary_cross_entropy,
    "bceWithLogitsLoss": lambda p, t, positiveWeight=None, **o: F.binary_cross_entropy_with_logits(
        p, t, pos_weight=positiveWeight, **o
    ),
    "poissonNllLoss": lambda p, t, logInput=True, epsilon=1e-8, **o: F.poisson_nll_loss(
        p, t, log_input=logInput, eps=epsilon, **o
    ),
    "gaussianNllLoss": lambda p, t, variance, epsilon=1e-6, **o: F.gaussian_nll_loss(p, t, variance, eps=epsilon, **o),
    "klDivLoss": lambda p, t, logTarget=False, **o: F.kl_div(p, t, log_target=logTarget, **o),
    "cosineLoss": lambda p, t, labels=None, **o: F.cosine_embedding_loss(
        p, t, torch.ones(p.shape[:-1]) if labels is None else labels, **o
    ),
}


def case(loss: str, prediction, target, note: str = "", tensors: dict | None = None, **options) -> None:
    """Records one call. `tensors`: options that are tensors."""
    named = {"prediction": prediction, "target": target, **(tensors or {})}
    inputs = {name: torch.tensor(np.asarray(array)) for name, array in named.items()}
    for name, x in inputs.items():
        differentiable = name in ["prediction", "variance"] or (name == "target" and options.pop("targetGradient", False))
        x.requires_grad_(differentiable and x.is_floating_point())
    given_to_torch = {name: x.long() if x.dtype == torch.int32 else x for name, x in inputs.items()}
    output = LOSSES[loss](given_to_torch.pop("prediction"), given_to_torch.pop("target"), **given_to_torch, **options)
    cotangent = torch.tensor(draws.normal(*output.shape))
    output.backward(cotangent)
    cases.append(
        {
            "loss": loss,
            "note": note,
            "options": options,
            "inputs": {name: packed(x) for name, x in inputs.items()},
            "output": packed(output),
            "cotangent": packed(cotangent),
            "gradients": {name: packed(x.grad) for name, x in inputs.items() if x.requires_grad},
        }
    )


def regression() -> None:
    for loss, reduction in itertools.product(["mseLoss", "l1Loss", "huberLoss", "rmseLoss"], REDUCTIONS):
        x, y, w = draws.normal(3, 2, scale=2), draws.normal(3, 2), draws.uniform(3, 2, low=0.1)
        case(loss, x, y, reduction=reduction, targetGradient=True)
        case(loss, x, y, reduction=reduction, tensors={"weight": w})
    kinks = given([0.0, 1.0, -1.0, 0.5, 2.0, -0.5, 1e9])
    for delta in [0.5, 1.0, 2.0]:
        case("huberLoss", kinks, np.zeros(7), delta=delta, reduction="none", note="kinks")
    case("l1Loss", kinks, np.zeros(7), note="kinks")
    case("mseLoss", draws.normal(), draws.normal(), note="scalar")
    case("mseLoss", draws.normal(0, 2), draws.normal(0, 2), reduction="sum", note="empty")


def classes() -> None:
    weight = draws.uniform(4, low=0.2, high=2)
    for reduction in REDUCTIONS:
        for shape in [(4,), (3, 4), (2, 4, 3), (2, 4, 2, 3)]:
            logits = draws.normal(*shape, scale=2)
            target = draws.integers(0, 4, *shape[:1], *shape[2:]) if len(shape) > 1 else given(2)
            logs = torch.log_softmax(torch.tensor(logits), 1 if len(shape) > 1 else 0).numpy()
            logs = given(logs)
            case("crossEntropyLoss", logits, target, reduction=reduction)
            case("crossEntropyLoss", logits, target, reduction=reduction, tensors={"weight": weight}, labelSmoothing=0.1)
            case("nllLoss", logs, target, reduction=reduction)
            case("nllLoss", logs, target, reduction=reduction, tensors={"weight": weight})
        logits, target = draws.normal(5, 4), given([0, 3, -100, 2, -100])
        case("crossEntropyLoss", logits, target, reduction=reduction, note="ignored")
        case("nllLoss", logits, target, reduction=reduction, note="ignored", tensors={"weight": weight})
        ignored = {"reduction": reduction, "ignoreIndex": 2, "note": "ignored"}
        case("crossEntropyLoss", logits, given([0, 3, 2, 2, 1]), **ignored, labelSmoothing=0.2)
        case("crossEntropyLoss", logits, given([0, 3, 2, 2, 1]), **ignored, labelSmoothing=0.2, tensors={"weight": weight})
        for shape in [(3, 4), (2, 4, 3), (4,)]:
            p = given(torch.softmax(torch.tensor(draws.normal(*shape)), min(1, len(shape) - 1)).numpy())
            case("crossEntropyLoss", draws.normal(*shape), p, reduction=reduction, targetGradient=True)
            options = {"reduction": reduction, "labelSmoothing": 0.3}
            case("crossEntropyLoss", draws.normal(*shape), p, **options, tensors={"weight": weight})
    steep = given([[80.0, -80.0, 0.0], [-80.0, 80.0, 80.0], [1e4, 0.0, -1e4]])
    case("crossEntropyLoss", steep, given([1, 1, 2]), reduction="none", note="±80 and ±1e4")
    case("crossEntropyLoss", steep, given([0, 1, 0]), note="±80 and ±1e4")
    case("crossEntropyLoss", draws.normal(2, 3), given([-100, -100]), note="all ignored")
    case("nllLoss", draws.normal(2, 3), given([-100, -100]), reduction="sum", note="all ignored")


def binary() -> None:
    for reduction in REDUCTIONS:
        p, t, w = draws.uniform(3, 2), draws.uniform(3, 2), draws.uniform(3, 2)
        case("bceLoss", p, t, reduction=reduction, targetGradient=True)
        case("bceLoss", p, t, reduction=reduction, tensors={"weight": w})
        x = draws.normal(3, 2, scale=3)
        case("bceWithLogitsLoss", x, t, reduction=reduction, targetGradient=True)
        tensors = {"weight": w, "positiveWeight": draws.uniform(2, low=0.5, high=3)}
        case("bceWithLogitsLoss", x, t, reduction=reduction, tensors=tensors)
    edges = given([0.0, 1.0, 0.0, 1.0, 1e-30, 0.5])
    case("bceLoss", edges, given([0.0, 1.0, 1.0, 0.0, 1.0, 1.0]), reduction="none", note="0 and 1")
    steep = given([-80.0, 80.0, -80.0, 80.0, 0.0, -1e4])
    case("bceWithLogitsLoss", steep, given([0.0, 1.0, 1.0, 0.0, 0.5, 1.0]), reduction="none", note="±80")


def likelihoods() -> None:
    for reduction, full in itertools.product(REDUCTIONS, [False, True]):
        counts = given([[0.0, 1.0, 2.0], [5.0, 17.0, 3.5]])
        case("poissonNllLoss", draws.normal(2, 3), counts, reduction=reduction, full=full)
        rates = draws.uniform(2, 3, high=4)
        case("poissonNllLoss", rates, counts, reduction=reduction, full=full, logInput=False, epsilon=1e-6)
        x, y = draws.normal(2, 3), draws.normal(2, 3)
        for shape in [(2, 3), (2,), (2, 1), (1, 3)]:
            variance = draws.uniform(*shape, low=0.1, high=2)
            case("gaussianNllLoss", x, y, reduction=reduction, full=full, tensors={"variance": variance})
    case("poissonNllLoss", given([0.0, 1.0]), given([0.0, 2.0]), logInput=False, reduction="none", note="zero rate")
    small = given([0.0, 1e-9, 1e-4, 1.0])
    tensors = {"variance": small}
    case("gaussianNllLoss", draws.normal(4), draws.normal(4), tensors=tensors, reduction="none", note="clamped")
    case("gaussianNllLoss", draws.normal(4), draws.normal(4), tensors=tensors, epsilon=1e-3, note="clamped")


def divergences() -> None:
    for reduction in [*REDUCTIONS, "batchmean"]:
        logs = given(torch.log_softmax(torch.tensor(draws.normal(3, 4)), 1).numpy())
        p = given(torch.softmax(torch.tensor(draws.normal(3, 4)), 1).numpy())
        case("klDivLoss", logs, p, reduction=reduction, targetGradient=True)
        case("klDivLoss", logs, given(np.log(p)), reduction=reduction, logTarget=True, targetGradient=True)
        case("klDivLoss", logs, given([[1.0, 0, 0, 0], [0, 0.5, 0.5, 0], [0, 0, 0, 1]]), reduction=reduction, note="zeros")
    for reduction in REDUCTIONS:
        x, y, labels = draws.normal(4, 3), draws.normal(4, 3), given([1.0, -1.0, -1.0, 1.0])
        case("cosineLoss", x, y, reduction=reduction, targetGradient=True)
        case("cosineLoss", x, y, reduction=reduction, tensors={"labels": labels}, margin=0.1)
        case("cosineLoss", x[0], y[0], reduction=reduction)
    case("cosineLoss", given([[0.0, 0.0], [1e-3, 0.0]]), given([[1.0, 2.0], [1.0, 2.0]]), reduction="none", note="zero vector")


def record() -> list:
    for part in [regression, classes, binary, likelihoods, divergences]:
        part()
    return cases
