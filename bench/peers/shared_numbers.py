"""The numbers every system starts from: src/numbers.ts draws the same ones, bit for bit."""

import numpy as np


def network(sizes, batch):
    """Layers [(weight [outputs, inputs], bias [outputs])], x [batch, inputs], seed [batch, outputs]; float32."""
    random = np.random.default_rng(0)
    layers = [
        (
            (random.standard_normal((outputs, inputs)) * (1 / np.sqrt(inputs))).astype(np.float32),
            np.zeros(outputs, np.float32),
        )
        for inputs, outputs in zip(sizes, sizes[1:])
    ]
    x = random.standard_normal((batch, sizes[0])).astype(np.float32)
    seed = (random.standard_normal((batch, sizes[-1])) * (1 / batch)).astype(np.float32)
    return layers, x, seed


def ppo(size):
    """actor and critic layers, and the columns of a minibatch: observation, action, log_prob, advantage, returns."""
    random = np.random.default_rng(1)
    advantage, returns, noise = (random.standard_normal(size).astype(np.float32) for _ in range(3))
    actor, observation, _ = network([4, 64, 64, 2], size)
    critic, _, _ = network([4, 64, 64, 1], size)
    action = np.arange(size, dtype=np.int32) % 2
    log_prob = (np.log(0.5) + 0.1 * noise.astype(np.float64)).astype(np.float32)
    return actor, critic, observation, action, log_prob, advantage, returns


def chain(size):
    """Two vectors between -1 and 1."""
    index = np.arange(1, size + 1, dtype=np.float64)
    return np.sin(index).astype(np.float32), np.cos(index).astype(np.float32)
