"""Records vector environments of Gymnasium: autoreset modes, final observations, the native CartPole, masks."""

import gymnasium as gym
import numpy as np
from gymnasium.vector import AutoresetMode
from gymnasium.wrappers import vector as vector_wrappers

from fixture import generator_state, packed, write

# File name, id, mode of vectorisation, autoreset mode, environments, arguments.
RECORDINGS = [
    ("vector-cart-pole-next-step", "CartPole-v1", "sync", "NextStep", 5, {}),
    ("vector-cart-pole-same-step", "CartPole-v1", "sync", "SameStep", 5, {}),
    ("vector-cart-pole-disabled", "CartPole-v1", "sync", "Disabled", 5, {}),
    ("vector-cart-pole-native", "CartPole-v1", "vector_entry_point", "NextStep", 7, {}),
    ("vector-cart-pole-native-options", "CartPole-v1", "vector_entry_point", "NextStep", 3, {"sutton_barto_reward": True}),
    ("vector-pendulum", "Pendulum-v1", "sync", "NextStep", 4, {"max_episode_steps": 30}),
    ("vector-taxi", "Taxi-v4", "sync", "SameStep", 4, {}),
    ("vector-blackjack", "Blackjack-v1", "sync", "SameStep", 3, {}),
    ("vector-cart-pole-limit", "CartPole-v1", "sync", "SameStep", 4, {"max_episode_steps": 15}),
]
# File name, id, wrapper and its arguments.
WRAPPED = [
    ("vector-wrapper-normalize-observation", "CartPole-v1", "NormalizeObservation", []),
    ("vector-wrapper-normalize-reward", "Pendulum-v1", "NormalizeReward", [0.9]),
    ("vector-wrapper-rescale-observation", "Pendulum-v1", "RescaleObservation", [-1, 3]),
    ("vector-wrapper-rescale-action", "Pendulum-v1", "RescaleAction", [-1, 1]),
    ("vector-wrapper-clip-reward", "Pendulum-v1", "ClipReward", [-3, -1]),
    ("vector-wrapper-flatten-observation", "FrozenLake-v1", "FlattenObservation", []),
    ("vector-wrapper-statistics", "CartPole-v1", "RecordEpisodeStatistics", []),
]
SEEDS = 5
STEPS = 200


def numbers(observation):
    parts = observation if isinstance(observation, tuple) else (observation,)
    return np.concatenate([np.array(part, np.float32).reshape(-1) for part in parts])


def record(env_id, mode, autoreset, num_envs, kwargs):
    vector_kwargs = {"autoreset_mode": AutoresetMode(autoreset)} if mode == "sync" else {}
    envs = gym.make_vec(env_id, num_envs=num_envs, vectorization_mode=mode, vector_kwargs=vector_kwargs, **kwargs)
    actions, observations, rewards, flags, finals, states, final_infos = [], [], [], [], [], [], []
    for seed in range(SEEDS):
        envs.action_space.seed(seed)
        observation, _ = envs.reset(seed=seed)
        observations.append(numbers(observation))
        for _ in range(STEPS):
            action = envs.action_space.sample()
            observation, reward, terminated, truncated, info = envs.step(action)
            actions.append(np.array(action, np.float32).reshape(-1))
            observations.append(numbers(observation))
            rewards.append(np.array(reward, np.float32))
            flags.append(terminated.astype(np.uint8) | truncated.astype(np.uint8) << 1)
            for i in np.flatnonzero(info.get("_final_obs", [])):
                finals.append(numbers(info["final_obs"][i]))
            done = terminated | truncated
            if autoreset == "Disabled" and done.any():
                observation, _ = envs.reset(options={"reset_mask": done})
                observations.append(numbers(observation))
        native = mode == "vector_entry_point"
        states.append([generator_state(g) for g in ([envs.np_random] if native else envs.np_random)])
    return {
        "id": env_id,
        "mode": mode,
        "autoreset": {"NextStep": "next_step", "SameStep": "same_step", "Disabled": "disabled"}[autoreset],
        "numEnvs": num_envs,
        "kwargs": kwargs,
        "seeds": SEEDS,
        "steps": STEPS,
        "actions": packed(np.concatenate(actions), "float32" if env_id.startswith("Pendulum") else "int8"),
        "observations": packed(np.concatenate(observations), "float32"),
        "rewards": packed(np.concatenate(rewards), "float32"),
        "flags": packed(np.concatenate(flags), "uint8"),
        "finals": packed(np.concatenate(finals) if finals else [], "float32"),
        "states": states,
    }


def record_wrapped(env_id, name, arguments):
    envs = gym.make_vec(env_id, num_envs=3, vectorization_mode="sync")
    envs = getattr(vector_wrappers, name)(envs, *arguments)
    observations, rewards, returns, lengths = [], [], [], []
    envs.action_space.seed(1)
    observation, _ = envs.reset(seed=1)
    observations.append(numbers(observation))
    for _ in range(STEPS):
        observation, reward, _, _, info = envs.step(envs.action_space.sample())
        observations.append(numbers(observation))
        rewards.append(np.array(reward, np.float64))
        if "episode" in info:
            returns.append(info["episode"]["r"])
            lengths.append(info["episode"]["l"])
    return {
        "id": env_id,
        "wrapper": name,
        "args": arguments,
        "steps": STEPS,
        "observations": packed(np.concatenate(observations), "float32"),
        "rewards": packed(np.concatenate(rewards), "float64"),
        "returns": packed(returns, "float64"),
        "lengths": packed(lengths, "float64"),
    }


if __name__ == "__main__":
    for name, *arguments in RECORDINGS:
        write(name, record(*arguments))
    write("vector-wrappers", {name: record_wrapped(*arguments) for name, *arguments in WRAPPED})
