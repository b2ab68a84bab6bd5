"""Records what Gymnasium's registry answers: ids, suggestions, listings; and what toy text prints."""

import difflib

import gymnasium as gym
from gymnasium.envs.registration import parse_env_id, registry
from gymnasium.envs.toy_text.frozen_lake import generate_random_map

from fixture import write

IDS = ["CartPole-v1", "ns/Name-v12", "Name", "a:b/C.d-e_f-v0", "CartPole-v", "CartPole-v1-v2", "/x", "a/b/c", "", "sp ace-v0", "ns/-v1", "v1"]
GROUPS = ["classic_control", "toy_text"]
WORDS = ["Cartpole", "CartPol", "Pendulum2", "Mountain", "MountainCarr", "Acrobat", "Taxy", "FrozenLakes", "xyz", "Blackjak", "Cliff"]


def parsed(env_id):
    try:
        return list(parse_env_id(env_id))
    except gym.error.Error:
        return None


def printed(env_id, kwargs, seed, actions):
    env = gym.make(env_id, render_mode="ansi", **kwargs)
    env.reset(seed=seed)
    frames = [env.render()]
    for action in actions:
        _, _, terminated, truncated, _ = env.step(action)
        frames.append(env.render())
        if terminated or truncated:
            env.reset()
    return frames


if __name__ == "__main__":
    known = {key: spec for key, spec in registry.items() if isinstance(spec.entry_point, str) and any(f".{g}." in spec.entry_point for g in GROUPS)}
    names = sorted({spec.name for spec in known.values()})
    write("registry", {
        "ids": {env_id: parsed(env_id) for env_id in IDS},
        "specs": {
            key: {"maxEpisodeSteps": spec.max_episode_steps, "rewardThreshold": spec.reward_threshold, "nondeterministic": spec.nondeterministic}
            for key, spec in known.items()
        },
        "suggestions": {word: (difflib.get_close_matches(word, names, n=1) or [None])[0] for word in WORDS},
        "listing": gym.pprint_registry(known, disable_print=True),
        "maps": {f"{size},{p},{seed}": generate_random_map(size, p, seed) for size in (2, 4, 8) for p in (0.5, 0.8) for seed in range(4)},
        "ansi": {
            "FrozenLake-v1": printed("FrozenLake-v1", {}, 3, [1, 2, 2, 0, 3, 1, 1, 2]),
            "CliffWalking-v1": printed("CliffWalking-v1", {}, 3, [0, 1, 2, 1, 0, 0, 3]),
            "Taxi-v4": printed("Taxi-v4", {}, 5, [0, 1, 2, 3, 4, 5] * 4),
        },
        "strings": {env_id: str(gym.make(env_id)) for env_id in ["CartPole-v1", "Blackjack-v1"]},
    })
