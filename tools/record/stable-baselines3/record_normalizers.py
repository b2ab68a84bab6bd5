"""Records what VecNormalize makes of given observations, rewards and ends of episodes."""

import json
from pathlib import Path

import gymnasium
import numpy as np
from stable_baselines3.common.vec_env import VecNormalize
from stable_baselines3.common.vec_env.base_vec_env import VecEnv

FIXTURE = (
    Path(__file__).resolve().parents[3] / "packages" / "bridge" / "src" / "rollouts" / "fixtures" / "vec-normalize.json"
)
STEPS, ENVS, SIZE, GAMMA = 40, 3, 2, 0.9


class Played(VecEnv):
    """Plays a table back."""

    def __init__(self, observations, rewards, dones):
        self.table, self.at = (observations, rewards, dones), 0
        super().__init__(ENVS, gymnasium.spaces.Box(-np.inf, np.inf, (SIZE,)), gymnasium.spaces.Discrete(2))

    def reset(self):
        return self.table[0][0]

    def step_async(self, actions):
        pass

    def step_wait(self):
        observations, rewards, dones = self.table
        self.at += 1
        return observations[self.at], rewards[self.at - 1], dones[self.at - 1], [{} for _ in range(ENVS)]

    def close(self):
        pass

    def get_attr(self, name, indices=None):
        return [None] * ENVS

    def set_attr(self, name, value, indices=None):
        pass

    def env_method(self, name, *args, indices=None, **kwargs):
        return []

    def env_is_wrapped(self, wrapper, indices=None):
        return [False] * ENVS


random = np.random.default_rng(5)
observations = random.normal([3, -40], [1, 9], (STEPS + 1, ENVS, SIZE)).astype(np.float32)
observations[20, 0] = [900, -40]
rewards = random.normal(-1, 2, (STEPS, ENVS)).astype(np.float32)
rewards[30, 1] = 500
dones = random.random((STEPS, ENVS)) < 0.2

normalize = VecNormalize(Played(observations, rewards, dones), gamma=GAMMA)
seen, scaled = [normalize.reset()], []
for _ in range(STEPS):
    observation, reward, _, _ = normalize.step(np.zeros(ENVS))
    seen.append(observation)
    scaled.append(reward)

FIXTURE.parent.mkdir(exist_ok=True)
FIXTURE.write_text(
    json.dumps(
        {
            "steps": STEPS,
            "numEnvs": ENVS,
            "size": SIZE,
            "gamma": GAMMA,
            "observations": observations.ravel().tolist(),
            "rewards": rewards.ravel().tolist(),
            "dones": dones.ravel().astype(int).tolist(),
            "normalizedObservations": np.array(seen).ravel().tolist(),
            "normalizedRewards": np.array(scaled).ravel().tolist(),
        }
    )
    + "\n"
)
