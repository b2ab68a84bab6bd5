"""Records wrapped environments: sampled actions, observations, rewards, flags, spaces."""

import gymnasium as gym
import numpy as np
from gymnasium import wrappers
from gymnasium.spaces import Dict, Tuple, flatten

from fixture import packed, write

SEEDS = 3
STEPS = 120

# Name, id, wrappers as (name, arguments); names and arguments are those of gymnasium-js.
RECORDINGS = [
    ("clip-action", "Pendulum-v1", [("ClipAction", [])]),
    ("rescale-action", "Pendulum-v1", [("RescaleAction", [-1, 0.5])]),
    ("discretize-action", "Pendulum-v1", [("DiscretizeAction", [7, False])]),
    ("discretize-action-multi", "Pendulum-v1", [("DiscretizeAction", [5, True])]),
    ("sticky-action", "CartPole-v1", [("StickyAction", [0.4, [1, 3]])]),
    ("repeat-action", "MountainCar-v0", [("RepeatAction", [4])]),
    ("flatten-observation", "Blackjack-v1", [("FlattenObservation", [])]),
    ("filter-observation", "Blackjack-v1", [("FilterObservation", [[0, 2]])]),
    ("reshape-observation", "CartPole-v1", [("ReshapeObservation", [[2, 2]])]),
    ("rescale-observation", "Pendulum-v1", [("RescaleObservation", [-3, 2])]),
    ("dtype-observation", "CartPole-v1", [("DtypeObservation", ["float64"])]),
    ("dtype-observation-discrete", "FrozenLake-v1", [("DtypeObservation", ["int32"])]),
    ("discretize-observation", "MountainCar-v0", [("DiscretizeObservation", [10, False])]),
    ("discretize-observation-multi", "Pendulum-v1", [("DiscretizeObservation", [[3, 4, 5], True])]),
    ("delay-observation", "CartPole-v1", [("DelayObservation", [3])]),
    ("time-aware", "CartPole-v1", [("TimeAwareObservation", [])]),
    ("time-aware-normalized", "CartPole-v1", [("TimeAwareObservation", [{"normalizeTime": True}])]),
    ("time-aware-dict", "CartPole-v1", [("TimeAwareObservation", [{"flatten": False}])]),
    ("time-aware-tuple", "Blackjack-v1", [("TimeLimit", [9]), ("TimeAwareObservation", [])]),
    ("frame-stack", "CartPole-v1", [("FrameStackObservation", [3])]),
    ("frame-stack-zero", "FrozenLake-v1", [("FrameStackObservation", [4, {"paddingType": "zero"}])]),
    ("normalize-observation", "CartPole-v1", [("NormalizeObservation", [])]),
    ("max-and-skip", "Pendulum-v1", [("MaxAndSkipObservation", [3])]),
    ("clip-reward", "Pendulum-v1", [("ClipReward", [-2, -0.5])]),
    ("normalize-reward", "MountainCarContinuous-v0", [("NormalizeReward", [0.97])]),
    ("autoreset", "CartPole-v1", [("Autoreset", [])]),
    ("stacked-wrappers", "Pendulum-v1", [("RescaleAction", [-1, 1]), ("NormalizeObservation", []), ("FrameStackObservation", [2]), ("NormalizeReward", [])]),
]


def wrap(env, name, arguments):
    arguments = [tuple(x) if isinstance(x, list) else x for x in arguments]
    if name == "DtypeObservation":
        arguments = [np.dtype(arguments[0]).type]
    options = {}
    if arguments and isinstance(arguments[-1], dict):
        names = {"normalizeTime": "normalize_time", "flatten": "flatten", "paddingType": "padding_type"}
        options = {names[key]: value for key, value in arguments.pop().items()}
    return getattr(wrappers, name)(env, *arguments, **options)


def numbers(space, element):
    """The numbers of an element in order; keys alphabetically."""
    if isinstance(space, Dict):
        return np.concatenate([numbers(child, element[key]) for key, child in space.spaces.items()])
    if isinstance(space, Tuple):
        return np.concatenate([numbers(child, x) for child, x in zip(space.spaces, element)])
    return np.asarray(element, np.float64).reshape(-1)


def record(env_id, layers):
    env = gym.make(env_id)
    for name, arguments in layers:
        env = wrap(env, name, arguments)
    actions, observations, rewards, flags = [], [], [], []
    autoreset = any(name == "Autoreset" for name, _ in layers)
    for seed in range(SEEDS):
        env.action_space.seed(seed)
        observation, _ = env.reset(seed=seed)
        observations.append(numbers(env.observation_space, observation))
        for _ in range(STEPS):
            action = env.action_space.sample()
            observation, reward, terminated, truncated, _ = env.step(action)
            actions.append(np.asarray(action, np.float64).reshape(-1))
            observations.append(numbers(env.observation_space, observation))
            rewards.append(float(reward))
            flags.append(int(terminated) | int(truncated) << 1)
            if (terminated or truncated) and not autoreset:
                observation, _ = env.reset()
                observations.append(numbers(env.observation_space, observation))
    return {
        "id": env_id,
        "wrappers": [{"name": name, "args": arguments} for name, arguments in layers],
        "seeds": SEEDS,
        "steps": STEPS,
        "actionSpace": str(env.action_space),
        "observationSpace": str(env.observation_space),
        "actions": packed(np.concatenate(actions), "float32"),
        "observations": packed(np.concatenate(observations), "float32"),
        "rewards": packed(rewards, "float64"),
        "flags": packed(flags, "uint8"),
    }


if __name__ == "__main__":
    write("wrappers", {name: record(env_id, layers) for name, env_id, layers in RECORDINGS})
