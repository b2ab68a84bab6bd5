"""PPO on CartPole-v1 as one jitted function, environment included: nothing leaves XLA between start and end."""

import sys
import time
from typing import NamedTuple

import jax
import jax.numpy as jnp

from jax_network import adam, adam_start, clipped, forward
from work import Work


class Settings(NamedTuple):
    """What CleanRL calls by these names; a schedule that anneals ends at 0."""

    num_envs: int
    num_steps: int
    epochs: int
    minibatches: int
    gamma: float
    gae_lambda: float
    rate: float
    clip: float
    anneal_clip: bool
    entropy: float
    value: float
    value_clip: bool


SETTINGS = {
    # rl-baselines3-zoo's; Stable-Baselines3's squared error has no 1/2, so its 0.5 is 1 here
    "tuned": Settings(8, 32, 20, 1, 0.98, 0.8, 1e-3, 0.2, True, 0.0, 1.0, False),
    "cleanrl": Settings(4, 128, 4, 4, 0.99, 0.95, 2.5e-4, 0.2, False, 0.01, 0.5, True),
}


def reset_state(key):
    return jax.random.uniform(key, (4,), minval=-0.05, maxval=0.05)


def dynamics(state, action):
    """CartPole-v1's Euler step, as in Gymnasium."""
    x, x_dot, theta, theta_dot = state
    force = jnp.where(action == 1, 10.0, -10.0)
    sin, cos = jnp.sin(theta), jnp.cos(theta)
    pushed = (force + 0.05 * theta_dot**2 * sin) / 1.1
    theta_acc = (9.8 * sin - cos * pushed) / (0.5 * (4 / 3 - 0.1 * cos**2 / 1.1))
    x_acc = pushed - 0.05 * theta_acc * cos / 1.1
    state = jnp.array([x + 0.02 * x_dot, x_dot + 0.02 * x_acc, theta + 0.02 * theta_dot, theta_dot + 0.02 * theta_acc])
    return state, (jnp.abs(state[0]) > 2.4) | (jnp.abs(state[2]) > 12 * jnp.pi / 180)


def env_step(key, state, age, action):
    """Next observation, its age, the observation before any reset, whether it terminated, whether it was cut off."""
    after, terminated = dynamics(state, action)
    truncated = (age + 1 >= 500) & ~terminated
    over = terminated | truncated
    return jnp.where(over, reset_state(key), after), jnp.where(over, 0, age + 1), after, terminated, truncated


def network(key, outputs, gain):
    keys = jax.random.split(key, 3)
    sizes, gains = [4, 64, 64, outputs], [2**0.5, 2**0.5, gain]
    return [
        (jax.nn.initializers.orthogonal(g)(k, (o, i)), jnp.zeros(o))
        for k, i, o, g in zip(keys, sizes, sizes[1:], gains)
    ]


def loss(networks, batch, clip, settings):
    observation, action, log_prob, old_value, advantage, target = batch
    actor, critic = networks
    log_probs = jax.nn.log_softmax(forward(actor, observation))
    ratio = jnp.exp(jnp.take_along_axis(log_probs, action[:, None], 1)[:, 0] - log_prob)
    advantage = (advantage - advantage.mean()) / (advantage.std(ddof=1) + 1e-8)
    policy_loss = -jnp.minimum(ratio * advantage, jnp.clip(ratio, 1 - clip, 1 + clip) * advantage).mean()
    value = forward(critic, observation)[:, 0]
    error = (value - target) ** 2
    if settings.value_clip:
        near = old_value + jnp.clip(value - old_value, -settings.clip, settings.clip)
        error = jnp.maximum(error, (near - target) ** 2)
    entropy = -(jnp.exp(log_probs) * log_probs).sum(1).mean()
    return policy_loss + settings.value * 0.5 * error.mean() - settings.entropy * entropy


def make_train(settings, total):
    rows = settings.num_envs * settings.num_steps
    updates = max(1, -(-total // rows))

    def rollout(networks, state, age, key):
        actor, critic = networks

        def step(carry, key):
            state, age = carry
            act_key, env_key = jax.random.split(key)
            logits = forward(actor, state)
            action = jax.random.categorical(act_key, logits)
            log_prob = jnp.take_along_axis(jax.nn.log_softmax(logits), action[:, None], 1)[:, 0]
            keys = jax.random.split(env_key, settings.num_envs)
            following, age, after, terminated, truncated = jax.vmap(env_step)(keys, state, age, action)
            value = forward(critic, state)[:, 0]
            return (following, age), (state, action, log_prob, value, after, terminated, truncated)

        (state, age), columns = jax.lax.scan(step, (state, age), jax.random.split(key, settings.num_steps))
        observation, action, log_prob, value, after, terminated, truncated = columns
        next_value = jnp.where(terminated, 0.0, forward(critic, after)[..., 0])
        delta = 1.0 + settings.gamma * next_value - value  # every step's reward is 1

        def backwards(advantage, step):
            delta, over = step
            advantage = delta + settings.gamma * settings.gae_lambda * jnp.where(over, 0.0, advantage)
            return advantage, advantage

        _, advantage = jax.lax.scan(
            backwards, jnp.zeros(settings.num_envs), (delta, terminated | truncated), reverse=True
        )
        columns = observation, action, log_prob, value, advantage, advantage + value
        return state, age, jax.tree.map(lambda column: column.reshape(rows, *column.shape[2:]), columns)

    def update(carry, index):
        optimizer, state, age, key = carry
        key, rollout_key, shuffle_key = jax.random.split(key, 3)
        remaining = 1 - index / updates
        clip = settings.clip * (remaining if settings.anneal_clip else 1.0)
        state, age, columns = rollout(optimizer[0], state, age, rollout_key)

        def minibatch(optimizer, batch):
            gradient = clipped(jax.grad(loss)(optimizer[0], batch, clip, settings), 0.5)
            return adam(optimizer, gradient, settings.rate * remaining, 1e-5), None

        def epoch(optimizer, key):
            if settings.minibatches == 1:  # all rows: their order does not matter
                return minibatch(optimizer, columns)
            order = jax.random.permutation(key, rows)
            split = lambda column: column[order].reshape(settings.minibatches, -1, *column.shape[1:])
            return jax.lax.scan(minibatch, optimizer, jax.tree.map(split, columns))

        optimizer, _ = jax.lax.scan(epoch, optimizer, jax.random.split(shuffle_key, settings.epochs))
        return (optimizer, state, age, key), None

    def train(key):
        actor_key, critic_key, env_key, key = jax.random.split(key, 4)
        networks = network(actor_key, 2, 0.01), network(critic_key, 1, 1.0)
        state = jax.vmap(reset_state)(jax.random.split(env_key, settings.num_envs))
        carry = adam_start(networks), state, jnp.zeros(settings.num_envs, jnp.int32), key
        (optimizer, *_), _ = jax.lax.scan(update, carry, jnp.arange(updates))
        return optimizer[0]

    return train


@jax.jit
def evaluate(actor, key):
    """Returns of 100 episodes of the deterministic policy."""

    def step(carry, _):
        state, alive = carry
        state, terminated = jax.vmap(dynamics)(state, forward(actor, state).argmax(1))
        return (state, alive & ~terminated), alive

    state = jax.vmap(reset_state)(jax.random.split(key, 100))
    _, alive = jax.lax.scan(step, (state, jnp.ones(100, bool)), length=500)
    return alive.sum(0)


def compiled(settings, steps):
    """The train function, compiled, and the seconds that tracing and compiling took."""
    began = time.perf_counter()
    train = jax.jit(make_train(SETTINGS[settings], steps)).lower(jax.random.key(0)).compile()
    return train, time.perf_counter() - began


def whole_run(settings, steps, smoke=False):
    train, compile_seconds = compiled(settings, steps)
    networks, seed = None, 0

    def run(iterations):
        nonlocal networks, seed
        for _ in range(iterations):
            seed += 1
            networks = jax.block_until_ready(train(jax.random.key(seed)))

    def remark():
        returns = evaluate(networks[0], jax.random.key(1000))
        return f"return {returns.mean():.0f} ± {returns.std():.0f}; compiling took {compile_seconds:.1f} s more"

    return Work(run, remark=remark)


if __name__ == "__main__":  # from process start to trained policy: python jax_ppo.py SETTINGS STEPS SEED
    name, total, chosen = sys.argv[1:]
    jax.block_until_ready(compiled(name, int(total))[0](jax.random.key(int(chosen))))
