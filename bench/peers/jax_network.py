"""JAX on the CPU: the whole step is one jitted function whose old state is donated."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

import shared_numbers as numbers
from work import Work

jax.config.update("jax_platforms", "cpu")


def forward(layers, x):
    for weight, bias in layers[:-1]:
        x = jnp.tanh(x @ weight.T + bias)
    weight, bias = layers[-1]
    return x @ weight.T + bias


def adam_start(parameters):
    zeros = jax.tree.map(jnp.zeros_like, parameters)
    return parameters, zeros, jax.tree.map(jnp.zeros_like, parameters), jnp.zeros((), jnp.int32)


def adam(state, gradient, rate, epsilon):
    parameters, m, v, count = state
    count = count + 1
    m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, gradient)
    v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, gradient)
    c1, c2 = 1 - 0.9**count, 1 - 0.999**count
    parameters = jax.tree.map(
        lambda p, m, v: p - rate * (m / c1) / (jnp.sqrt(v / c2) + epsilon), parameters, m, v
    )
    return parameters, m, v, count


def clipped(gradient, max_norm):
    norm = jnp.sqrt(sum(jnp.sum(leaf**2) for leaf in jax.tree.leaves(gradient)))
    scale = jnp.minimum(1.0, max_norm / (norm + 1e-6))
    return jax.tree.map(lambda leaf: leaf * scale, gradient)


def flat(parameters):
    return np.concatenate([np.asarray(leaf).ravel() for leaf in jax.tree.leaves(parameters)])


def repeated(step, state):
    """Work that calls `step(state) -> state` and waits for the last state."""

    def run(iterations):
        nonlocal state
        for _ in range(iterations):
            state = step(state)
        jax.block_until_ready(state)

    return Work(run, answer=lambda: flat(state[0]))


def seeded_step(sizes, batch, smoke=False):
    layers, x, seed = jax.tree.map(jnp.asarray, numbers.network(sizes, batch))

    @partial(jax.jit, donate_argnums=0)
    def step(state, x, seed):
        _, pullback = jax.vjp(lambda layers: forward(layers, x), state[0])
        (gradient,) = pullback(seed)
        return adam(state, gradient, 1e-3, 1e-8)

    return repeated(lambda state: step(state, x, seed), adam_start(layers))


def forward_one(sizes, smoke=False):
    layers, x, _ = numbers.network(sizes, 1)
    layers = jax.tree.map(jnp.asarray, layers)
    apply = jax.jit(forward)
    outputs = None

    def run(iterations):
        nonlocal outputs
        for _ in range(iterations):
            outputs = np.asarray(apply(layers, x))

    return Work(run, answer=lambda: outputs.ravel())


def ppo_loss(networks, minibatch, clip=0.2):
    observation, action, log_prob, advantage, returns = minibatch
    actor, critic = networks
    log_probs = jax.nn.log_softmax(forward(actor, observation))
    ratio = jnp.exp(jnp.take_along_axis(log_probs, action[:, None], 1)[:, 0] - log_prob)
    normalized = (advantage - advantage.mean()) / (advantage.std(ddof=1) + 1e-8)
    policy_loss = -jnp.minimum(ratio * normalized, jnp.clip(ratio, 1 - clip, 1 + clip) * normalized).mean()
    return policy_loss + 0.5 * ((forward(critic, observation)[:, 0] - returns) ** 2).mean()


def ppo_update(size, smoke=False):
    actor, critic, *minibatch = jax.tree.map(jnp.asarray, numbers.ppo(size))

    @partial(jax.jit, donate_argnums=0)
    def step(state, minibatch):
        return adam(state, clipped(jax.grad(ppo_loss)(state[0], minibatch), 0.5), 3e-4, 1e-5)

    return repeated(lambda state: step(state, minibatch), adam_start((actor, critic)))
