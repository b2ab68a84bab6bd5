"""PyTorch, eager, as its tutorials write it. torch.compile needs a C++ compiler and is not used."""

import itertools

import numpy as np
import torch
from torch import nn

import shared_numbers as numbers
from work import Work


def perceptron(layers):
    """nn.Sequential of Linear and Tanh with the given weights."""
    modules = []
    for weight, bias in layers:
        layer = nn.Linear(weight.shape[1], weight.shape[0])
        with torch.no_grad():
            layer.weight.copy_(torch.from_numpy(weight))
            layer.bias.copy_(torch.from_numpy(bias))
        modules += [layer, nn.Tanh()]
    return nn.Sequential(*modules[:-1])


def flat(parameters):
    return np.concatenate([parameter.detach().cpu().numpy().ravel() for parameter in parameters])


def seeded_step(sizes, batch, threads, device="cpu", smoke=False):
    torch.set_num_threads(threads)
    if device == "cuda":
        torch.backends.cuda.matmul.allow_tf32 = False
        if smoke:
            sizes, batch = [4, 8, 8, 2], 8
    layers, x, seed = numbers.network(sizes, batch)
    network = perceptron(layers).to(device)
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-3)
    x, seed = torch.from_numpy(x).to(device), torch.from_numpy(seed).to(device)

    def run(iterations):
        for _ in range(iterations):
            optimizer.zero_grad()
            network(x).backward(seed)
            optimizer.step()
        if device == "cuda":
            torch.cuda.synchronize()

    return Work(run, answer=lambda: flat(network.parameters()))


def forward_one(sizes, threads, smoke=False):
    torch.set_num_threads(threads)
    layers, x, _ = numbers.network(sizes, 1)
    network = perceptron(layers)
    outputs = None

    def run(iterations):
        nonlocal outputs
        with torch.inference_mode():
            for _ in range(iterations):
                outputs = network(torch.from_numpy(x)).numpy()

    return Work(run, answer=lambda: outputs.ravel())


def operation_chain(count, size, threads, smoke=False):
    torch.set_num_threads(threads)
    x, w = (torch.from_numpy(values).requires_grad_() for values in numbers.chain(size))

    def run(iterations):
        for _ in range(iterations):
            x.grad = w.grad = None
            y = x
            for _ in range(count // 4):
                y = (y * w + x).tanh() - w
            y.sum().backward()

    return Work(run, answer=lambda: flat([x.grad, w.grad]))


def ppo_update(size, threads, smoke=False):
    torch.set_num_threads(threads)
    actor, critic, *columns = numbers.ppo(size)
    actor, critic = perceptron(actor), perceptron(critic)
    observation, action, log_prob, advantage, returns = (torch.from_numpy(column) for column in columns)
    parameters = list(itertools.chain(actor.parameters(), critic.parameters()))
    optimizer = torch.optim.Adam(parameters, lr=3e-4, eps=1e-5)

    def run(iterations):
        for _ in range(iterations):
            distribution = torch.distributions.Categorical(logits=actor(observation))
            ratio = (distribution.log_prob(action) - log_prob).exp()
            normalized = (advantage - advantage.mean()) / (advantage.std() + 1e-8)
            policy_loss = -torch.min(ratio * normalized, ratio.clamp(0.8, 1.2) * normalized).mean()
            value_loss = 0.5 * ((critic(observation).squeeze(-1) - returns) ** 2).mean()
            optimizer.zero_grad()
            (policy_loss + value_loss).backward()
            nn.utils.clip_grad_norm_(parameters, 0.5)
            optimizer.step()

    return Work(run, answer=lambda: flat(parameters))
