"""Records trajectories of Gymnasium's environments: sampled actions, observations, rewards, flags, generator states.

    python -m venv venv && venv/bin/pip install -r requirements.txt && venv/bin/python record_environments.py
"""

import sys

import gymnasium as gym
import numpy as np
from gymnasium.spaces import Box

from fixture import generator_state, packed, write

SEEDS = 20
STEPS = 520

# File name, id, arguments of the environment, options of every reset.
RECORDINGS = [
    ("env-cart-pole-v0", "CartPole-v0", {}, None),
    ("env-cart-pole-v1", "CartPole-v1", {}, None),
    ("env-cart-pole-options", "CartPole-v1", {"sutton_barto_reward": True}, {"low": -0.1, "high": 0.15}),
    ("env-pendulum", "Pendulum-v1", {}, None),
    ("env-pendulum-options", "Pendulum-v1", {"g": 9.81}, {"x_init": 0.5, "y_init": 0.25}),
    ("env-mountain-car", "MountainCar-v0", {}, None),
    ("env-mountain-car-options", "MountainCar-v0", {"goal_velocity": 0.01}, {"low": 0.2, "high": 0.45}),
    ("env-mountain-car-continuous", "MountainCarContinuous-v0", {}, None),
    ("env-mountain-car-continuous-options", "MountainCarContinuous-v0", {"goal_velocity": 0.02}, {"low": -1.2, "high": 0.4}),
    ("env-acrobot", "Acrobot-v1", {}, None),
    ("env-acrobot-options", "Acrobot-v1", {}, {"low": -0.7, "high": 0.7}),
    ("env-frozen-lake", "FrozenLake-v1", {}, None),
    ("env-frozen-lake-8x8", "FrozenLake8x8-v1", {}, None),
    ("env-frozen-lake-options", "FrozenLake-v1", {"desc": ["SFFSF", "FFHFF", "FFFGF"], "success_rate": 0.75, "reward_schedule": (2, -1, -0.5)}, None),
    ("env-cliff-walking", "CliffWalking-v1", {}, None),
    ("env-cliff-walking-slippery", "CliffWalkingSlippery-v1", {}, None),
    ("env-blackjack", "Blackjack-v1", {}, None),
    ("env-blackjack-natural", "Blackjack-v1", {"sab": False, "natural": True}, None),
    ("env-taxi", "Taxi-v4", {}, None),
    ("env-taxi-rainy", "Taxi-v4", {"is_rainy": True, "fickle_passenger": True}, None),
    ("env-taxi-rainy-options", "Taxi-v4", {"is_rainy": True, "fickle_passenger": True, "rainy_probability": 0.5, "fickle_probability": 0.9}, None),
]


def numbers(observation) -> np.ndarray:
    return np.asarray(observation, dtype=np.float32).reshape(-1)


def record(env_id: str, kwargs: dict, options: dict | None) -> dict:
    env = gym.make(env_id, **kwargs)
    env.action_space.seed(0)
    actions, observations, rewards, flags, infos, states = [], [], [], [], [], []
    for seed in range(SEEDS):
        env.action_space.seed(seed)
        observation, info = env.reset(seed=seed, options=options)
        observations.append(numbers(observation))
        infos.append(info)
        for _ in range(STEPS):
            action = env.action_space.sample()
            observation, reward, terminated, truncated, info = env.step(action)
            actions.append(numbers(action))
            observations.append(numbers(observation))
            rewards.append(reward)
            flags.append(int(terminated) | int(truncated) << 1)
            infos.append(info)
            if terminated or truncated:
                observation, info = env.reset(options=options)
                observations.append(numbers(observation))
                infos.append(info)
        states.append(generator_state(env.unwrapped.np_random))
    discrete = not isinstance(env.action_space, Box)
    whole = not isinstance(env.observation_space, Box)
    content = {
        "id": env_id,
        "kwargs": kwargs,
        "options": options,
        "seeds": SEEDS,
        "steps": STEPS,
        "actions": packed(np.concatenate(actions), "int8" if discrete else "float32"),
        "observations": packed(np.concatenate(observations), "int16" if whole else "float32"),
        "rewards": packed(rewards, "float32"),
        "flags": packed(flags, "uint8"),
        "states": states,
    }
    if any("prob" in info for info in infos):
        content["prob"] = packed([info["prob"] for info in infos], "float64")
    if any("action_mask" in info for info in infos):
        content["actionMask"] = packed(np.concatenate([info["action_mask"] for info in infos]), "int8")
    return content


if __name__ == "__main__":
    wanted = sys.argv[1:]
    for name, env_id, kwargs, options in RECORDINGS:
        if not wanted or name in wanted:
            write(name, record(env_id, kwargs, options))
