"""Gymnasium's own environments and vectors, driven as its documentation does."""

import gymnasium as gym
import numpy as np

from work import Work


def single(steps, smoke=False):
    env = gym.make("CartPole-v1")
    actions = np.random.default_rng(0).integers(0, 2, steps)
    env.reset(seed=0)

    def run(iterations):
        for _ in range(iterations):
            for action in actions:
                _, _, terminated, truncated, _ = env.step(action)
                if terminated or truncated:
                    env.reset()

    return Work(run)


def vector(num_envs, steps, mode, smoke=False):
    envs = gym.make_vec("CartPole-v1", num_envs=num_envs, vectorization_mode=mode)
    actions = np.random.default_rng(0).integers(0, 2, (steps, num_envs))
    envs.reset(seed=0)

    def run(iterations):
        for _ in range(iterations):
            for action in actions:
                envs.step(action)

    return Work(run)
