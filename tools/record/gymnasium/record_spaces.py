"""Records samples of Gymnasium's spaces, with masks and probabilities, and what the samples flatten into."""

import warnings

import gymnasium as gym
import numpy as np
from gymnasium.spaces import (
    Box, Dict, Discrete, Graph, MultiBinary, MultiDiscrete, OneOf, Sequence, Text, Tuple, flatten, utils,
)

from fixture import generator_state, write

SEEDS = 20
SAMPLES = 50
FLATTENED = 2

inf = np.inf


def mask(*values):
    return np.array(values, dtype=np.int8)


def chance(*values):
    return np.array(values, dtype=np.float64)


# Name, space, mask, probability.
SPACES = [
    ("box-bounded", Box(-1, 2, (3,)), None, None),
    ("box-float64", Box(-1, 2, (2, 2), dtype=np.float64), None, None),
    ("box-mixed", Box(np.array([-inf, 0, -inf, -1], np.float32), np.array([inf, inf, 3, 1], np.float32)), None, None),
    ("box-scalar", Box(0, 1, ()), None, None),
    ("box-int8", Box(-100, 100, (3,), dtype=np.int8), None, None),
    ("box-int8-full", Box(-128, 127, (2,), dtype=np.int8), None, None),
    ("box-int16", Box(-3000, 30000, (2,), dtype=np.int16), None, None),
    ("box-int32", Box(-5, 5, (3,), dtype=np.int32), None, None),
    ("box-int32-open", Box(-inf, inf, (2,), dtype=np.int32), None, None),
    ("box-uint8", Box(0, 255, (2, 2), dtype=np.uint8), None, None),
    ("box-uint16", Box(0, 60000, (2,), dtype=np.uint16), None, None),
    ("box-bool", Box(0, 1, (4,), dtype=bool), None, None),
    ("discrete", Discrete(5), None, None),
    ("discrete-one", Discrete(1), None, None),
    ("discrete-start", Discrete(3, start=-1), None, None),
    ("discrete-large", Discrete(1_000_000_007), None, None),
    ("discrete-mask", Discrete(4, start=2), mask(0, 1, 1, 0), None),
    ("discrete-mask-none", Discrete(4, start=2), mask(0, 0, 0, 0), None),
    ("discrete-probability", Discrete(3, start=1), None, chance(0.2, 0.5, 0.3)),
    ("multi-discrete", MultiDiscrete([5, 2, 200]), None, None),
    ("multi-discrete-2d", MultiDiscrete([[3, 4], [5, 6]], start=[[1, 0], [-2, 3]]), None, None),
    ("multi-discrete-mask", MultiDiscrete([3, 2], start=[0, 5]), (mask(1, 0, 1), mask(0, 0)), None),
    ("multi-discrete-probability", MultiDiscrete([3, 2]), None, (chance(0.1, 0.9, 0), chance(0.5, 0.5))),
    ("multi-binary", MultiBinary(7), None, None),
    ("multi-binary-2d", MultiBinary([3, 2]), None, None),
    ("multi-binary-mask", MultiBinary(5), mask(0, 1, 2, 2, 2), None),
    ("multi-binary-probability", MultiBinary(4), None, chance(0, 1, 0.25, 0.75)),
    ("text", Text(6, charset="abcdefgh"), None, None),
    ("text-lengths", Text(4, min_length=0, charset="01"), None, None),
    ("text-mask", Text(5, charset="abcd"), (None, mask(1, 0, 1, 1)), None),
    ("text-mask-length", Text(5, charset="abcd"), (3, None), None),
    ("text-probability", Text(5, charset="abcd"), None, (4, chance(0.1, 0.2, 0.3, 0.4))),
    ("tuple", Tuple([Discrete(4), Box(-1, 1, (2,)), MultiBinary(3)]), None, None),
    ("tuple-mask", Tuple([Discrete(3), Discrete(4)]), (mask(1, 1, 0), None), None),
    ("dict", Dict({"velocity": Box(-1, 1, (2,)), "gear": Discrete(5), "inner": Dict({"b": Discrete(2), "a": Box(0, inf, (1,))})}), None, None),
    ("dict-probability", Dict({"b": Discrete(2), "a": Discrete(3)}), None, {"a": chance(0.2, 0.3, 0.5), "b": None}),
    ("sequence", Sequence(Discrete(6)), None, None),
    ("sequence-box", Sequence(Box(0, 1, (2,))), None, None),
    ("sequence-stacked", Sequence(Box(0, 1, (2,)), stack=True), None, None),
    ("sequence-mask", Sequence(Discrete(4)), (np.array([2, 3]), mask(0, 1, 1, 0)), None),
    ("graph", Graph(Box(-1, 1, (2,)), Discrete(3)), None, None),
    ("graph-no-edges", Graph(Discrete(4), None), None, None),
    ("graph-probability", Graph(Discrete(2), Discrete(3)), None, (tuple([chance(0.9, 0.1)] * 10), chance(0.2, 0.3, 0.5))),
    ("one-of", OneOf([Discrete(3), Box(-1, 1, (2,)), MultiBinary(4)]), None, None),
    ("one-of-mask", OneOf([Discrete(3), Discrete(2)]), (mask(0, 0, 1), None), None),
]


def plain(value):
    """Anything as JSON. A float32 as the shortest decimal that rounds to it."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, np.ndarray):
        if value.dtype == np.float32:
            return [plain(item) for item in value] if value.ndim else float(str(value[()]))
        return value.tolist() if value.dtype != bool else value.astype(int).tolist()
    if isinstance(value, np.float32):
        return float(str(value))
    return value.item() if isinstance(value, np.generic) else value


def bound(value):
    return {inf: "Infinity", -inf: "-Infinity"}.get(value, value)


def described(space):
    """The space in the JSON of gymnasium-js."""
    kind = type(space).__name__
    if isinstance(space, Box):
        low = np.where(space.bounded_below, space.low.astype(np.float64), -inf).reshape(-1).tolist()
        high = np.where(space.bounded_above, space.high.astype(np.float64), inf).reshape(-1).tolist()
        dtype = space.dtype.name
        return {"type": kind, "shape": list(space.shape), "dtype": dtype, "low": [bound(x) for x in low], "high": [bound(x) for x in high]}
    if isinstance(space, Discrete):
        return {"type": kind, "n": int(space.n), "start": int(space.start)}
    if isinstance(space, MultiDiscrete):
        return {"type": kind, "shape": list(space.shape), "nvec": space.nvec.reshape(-1).tolist(), "start": space.start.reshape(-1).tolist()}
    if isinstance(space, MultiBinary):
        return {"type": kind, "n": space.n if isinstance(space.n, int) else list(space.n)}
    if isinstance(space, Text):
        return {"type": kind, "minLength": space.min_length, "maxLength": space.max_length, "charset": "".join(space.character_list)}
    if isinstance(space, (Tuple, OneOf)):
        return {"type": kind, "spaces": [described(child) for child in space.spaces]}
    if isinstance(space, Dict):
        return {"type": kind, "spaces": [[key, described(child)] for key, child in space.spaces.items()]}
    if isinstance(space, Sequence):
        return {"type": kind, "featureSpace": described(space.feature_space), "stack": space.stack}
    edges = None if space.edge_space is None else described(space.edge_space)
    return {"type": kind, "nodeSpace": described(space.node_space), "edgeSpace": edges}


def to_jsonable(space, sample):
    """Gymnasium's JSON of one sample, with float32 in short."""
    if isinstance(space, Graph):
        json = {"nodes": plain(sample.nodes)}
        if sample.edges is not None:
            json |= {"edges": plain(sample.edges), "edge_links": plain(sample.edge_links)}
        return json
    if isinstance(space, Sequence) and space.stack:
        return plain(sample)
    return plain(sample)


def record(space, sample_mask, probability):
    arguments = {}
    if sample_mask is not None:
        arguments["mask"] = sample_mask
    if probability is not None:
        arguments["probability"] = probability
    seeds, samples, flat = [], [], []
    small = space.is_np_flattenable and utils.flatdim(space) < 1000
    for seed in range(SEEDS):
        seeds.append(plain(space.seed(seed)))
        drawn = [space.sample(**arguments) for _ in range(SAMPLES)]
        samples.append([to_jsonable(space, sample) for sample in drawn])
        if seed == 0 and small:
            flat = [plain(flatten(space, sample)) for sample in drawn[:FLATTENED]]
    return {
        "space": described(space),
        "text": str(space),
        "mask": plain(sample_mask),
        "probability": plain(probability),
        "seeds": seeds,
        "samples": samples,
        "flatSize": utils.flatdim(space) if space.is_np_flattenable else None,
        "flat": flat,
        "flatSpace": str(utils.flatten_space(space)) if small and not isinstance(space, OneOf) else None,
        "state": generator_state(space.np_random),
    }


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    write("spaces", {name: record(*arguments) for name, *arguments in SPACES})
