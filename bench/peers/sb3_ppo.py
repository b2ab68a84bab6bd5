"""Stable-Baselines3's PPO on CartPole-v1, with the settings rl-baselines3-zoo tuned for it."""

import time

import torch
from stable_baselines3 import PPO
from stable_baselines3.common.env_util import make_vec_env
from stable_baselines3.common.evaluation import evaluate_policy

from threads import best_threads
from work import Work


def tuned(steps, smoke=False):
    seed = 0
    model = None

    def make():
        return PPO(
            "MlpPolicy",
            make_vec_env("CartPole-v1", n_envs=8, seed=seed),
            n_steps=32,
            batch_size=256,
            n_epochs=20,
            gamma=0.98,
            gae_lambda=0.8,
            ent_coef=0.0,
            learning_rate=lambda remaining: 1e-3 * remaining,
            clip_range=lambda remaining: 0.2 * remaining,
            device="cpu",
            seed=seed,
        )

    def train(total):
        nonlocal model, seed
        seed += 1
        model = make()
        began = time.perf_counter()
        model.learn(total)
        return time.perf_counter() - began

    threads, probed = best_threads(torch.set_num_threads, lambda: train(256 if smoke else 4096))

    def run(iterations):
        return sum(train(steps) for _ in range(iterations))

    def remark():
        mean, std = evaluate_policy(model, make_vec_env("CartPole-v1", 10, seed=1000), 2 if smoke else 20)
        return f"return {mean:.0f} ± {std:.0f}; {probed}"

    return Work(run, remark=remark)
