"""PPO in the manner of CleanRL's ppo.py: one file, eager PyTorch, Gymnasium's SyncVectorEnv, the same settings.

Our own short program, not CleanRL's: no command line, no TensorBoard, no per-step logging, which costs CleanRL time.
"""

import time

import gymnasium as gym
import numpy as np
import torch
from torch import nn

from threads import best_threads
from work import Work

NUM_ENVS, NUM_STEPS, EPOCHS, MINIBATCHES = 4, 128, 4, 4
GAMMA, LAMBDA, CLIP, ENTROPY, VALUE, MAX_NORM, RATE = 0.99, 0.95, 0.2, 0.01, 0.5, 0.5, 2.5e-4


def layer(inputs, outputs, gain=np.sqrt(2)):
    linear = nn.Linear(inputs, outputs)
    nn.init.orthogonal_(linear.weight, gain)
    nn.init.zeros_(linear.bias)
    return linear


def network(outputs, gain):
    return nn.Sequential(layer(4, 64), nn.Tanh(), layer(64, 64), nn.Tanh(), layer(64, outputs, gain))


def gae(rewards, values, dones, next_value, next_done):
    advantages = torch.zeros_like(rewards)
    last = 0
    for t in reversed(range(NUM_STEPS)):
        alive = 1 - (next_done if t == NUM_STEPS - 1 else dones[t + 1])
        following = next_value if t == NUM_STEPS - 1 else values[t + 1]
        last = rewards[t] + GAMMA * following * alive - values[t] + GAMMA * LAMBDA * alive * last
        advantages[t] = last
    return advantages


def train(total, seed):
    """Returns the actor."""
    torch.manual_seed(seed)
    order = np.random.default_rng(seed)
    make = lambda: gym.wrappers.RecordEpisodeStatistics(gym.make("CartPole-v1"))
    envs = gym.vector.SyncVectorEnv([make] * NUM_ENVS, autoreset_mode=gym.vector.AutoresetMode.SAME_STEP)
    actor, critic = network(2, 0.01), network(1, 1.0)
    parameters = [*actor.parameters(), *critic.parameters()]
    optimizer = torch.optim.Adam(parameters, lr=RATE, eps=1e-5)
    shape = (NUM_STEPS, NUM_ENVS)
    observations, actions = torch.zeros(*shape, 4), torch.zeros(shape)
    log_probs, rewards, dones, values = (torch.zeros(shape) for _ in range(4))
    observation, done = torch.tensor(envs.reset(seed=seed)[0]), torch.zeros(NUM_ENVS)
    updates = max(1, total // (NUM_STEPS * NUM_ENVS))
    for update in range(updates):
        optimizer.param_groups[0]["lr"] = RATE * (1 - update / updates)
        for t in range(NUM_STEPS):
            observations[t], dones[t] = observation, done
            with torch.no_grad():
                distribution = torch.distributions.Categorical(logits=actor(observation))
                actions[t] = action = distribution.sample()
                log_probs[t], values[t] = distribution.log_prob(action), critic(observation).flatten()
            observation, reward, terminated, truncated, _ = envs.step(action.numpy())
            rewards[t] = torch.tensor(reward)
            observation, done = torch.tensor(observation), torch.tensor(terminated | truncated).float()
        with torch.no_grad():
            advantages = gae(rewards, values, dones, critic(observation).flatten(), done).flatten()
        old_values = values.flatten()
        returns = advantages + old_values
        flat_observations, flat_actions = observations.flatten(0, 1), actions.flatten()
        flat_log_probs = log_probs.flatten()
        for _ in range(EPOCHS):
            for rows in np.split(order.permutation(NUM_STEPS * NUM_ENVS), MINIBATCHES):
                rows = torch.from_numpy(rows)
                distribution = torch.distributions.Categorical(logits=actor(flat_observations[rows]))
                ratio = (distribution.log_prob(flat_actions[rows]) - flat_log_probs[rows]).exp()
                advantage = advantages[rows]
                advantage = (advantage - advantage.mean()) / (advantage.std() + 1e-8)
                policy_loss = -torch.min(ratio * advantage, ratio.clamp(1 - CLIP, 1 + CLIP) * advantage).mean()
                value, old, target = critic(flat_observations[rows]).flatten(), old_values[rows], returns[rows]
                near = old + (value - old).clamp(-CLIP, CLIP)
                value_loss = 0.5 * torch.max((value - target) ** 2, (near - target) ** 2).mean()
                loss = policy_loss + VALUE * value_loss - ENTROPY * distribution.entropy().mean()
                optimizer.zero_grad()
                loss.backward()
                nn.utils.clip_grad_norm_(parameters, MAX_NORM)
                optimizer.step()
    envs.close()
    return actor


def evaluate(actor, episodes):
    """Mean and standard deviation of the returns of the deterministic policy."""
    returns = []
    env = gym.make("CartPole-v1")
    for episode in range(episodes):
        observation, _ = env.reset(seed=1000 + episode)
        total, over = 0.0, False
        while not over:
            with torch.inference_mode():
                action = int(actor(torch.tensor(observation)).argmax())
            observation, reward, terminated, truncated, _ = env.step(action)
            total, over = total + reward, terminated or truncated
        returns.append(total)
    return np.mean(returns), np.std(returns)


def whole_run(steps, smoke=False):
    actor, seed = None, 0

    def timed(total):
        nonlocal actor, seed
        seed += 1
        began = time.perf_counter()
        actor = train(total, seed)
        return time.perf_counter() - began

    _, probed = best_threads(torch.set_num_threads, lambda: timed(512 if smoke else 4096))

    def remark():
        mean, std = evaluate(actor, 2 if smoke else 20)
        return f"return {mean:.0f} ± {std:.0f}; {probed}"

    return Work(lambda iterations: sum(timed(steps) for _ in range(iterations)), remark=remark)
