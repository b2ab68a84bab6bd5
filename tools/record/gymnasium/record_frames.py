"""Records the frames that Gymnasium draws for `render_mode="rgb_array"`, and sets them beside ours.

    python -m venv venv && venv/bin/pip install -r requirements.txt pillow
    venv/bin/python record_frames.py                # writes the fixture frames.json.gz
    node ../../../packages/gymnasium-js/scripts/draw-frames.mjs OURS     # after a build: the same moments, our pictures
    venv/bin/python record_frames.py --beside OURS  # writes docs/rendering/*.png: ours on the left

The frames of classic control are a fixture: tests compare ours with them. Of toy text, whose tiles are images in
Gymnasium and drawn shapes here, only the moments are recorded.
"""

import os
import sys
from pathlib import Path

os.environ["SDL_VIDEODRIVER"] = "dummy"
os.environ["SDL_AUDIODRIVER"] = "dummy"

import gymnasium as gym
import numpy as np

from fixture import packed, write

PICTURES = Path(__file__).resolve().parents[3] / "docs" / "rendering"
CLASSIC_CONTROL = {"CartPole-v1", "MountainCar-v0", "MountainCarContinuous-v0", "Pendulum-v1", "Acrobot-v1"}


def sampled(env, observation):
    return env.action_space.sample()


def along_velocity(env, observation):
    """Full force in the direction of motion: climbs the hill and swings up."""
    velocity = observation[-1]
    if isinstance(env.action_space, gym.spaces.Box):
        return env.action_space.high if velocity >= 0 else env.action_space.low
    return 2 if velocity >= 0 else 0


def along_second_velocity(env, observation):
    return 2 if observation[5] < 0 else 0


def scripted(*actions):
    remaining = iter(actions)
    return lambda env, observation: next(remaining)


# Name, id, seed, how actions are chosen, steps after which a frame is taken. Pictures show the last frame.
MOMENTS = [
    ("cart-pole", "CartPole-v1", 5, sampled, [0, 9, 19, 29, 38]),
    ("mountain-car", "MountainCar-v0", 1, along_velocity, [0, 30, 70, 110]),
    ("mountain-car-continuous", "MountainCarContinuous-v0", 1, along_velocity, [0, 20, 45, 80]),
    ("pendulum", "Pendulum-v1", 5, sampled, [0, 3, 10, 20, 45]),
    ("acrobot", "Acrobot-v1", 2, along_second_velocity, [0, 10, 25, 45]),
    ("frozen-lake", "FrozenLake-v1", 4, sampled, [3]),
    ("frozen-lake-8x8", "FrozenLake8x8-v1", 7, sampled, [12]),
    ("cliff-walking", "CliffWalking-v1", 1, scripted(0, 1, 1, 1), [4]),
    ("taxi", "Taxi-v4", 3, sampled, [7]),
    ("blackjack", "Blackjack-v1", 2, scripted(), [0]),
    ("blackjack-ace", "Blackjack-v1", 31, scripted(), [0]),
]


def play(env_id: str, seed: int, choose, moments: list[int]):
    """The actions taken, the frames at the given numbers of steps, and the dealer's open card in Blackjack."""
    env = gym.make(env_id, render_mode="rgb_array")
    env.action_space.seed(seed)
    observation, _ = env.reset(seed=seed)
    actions, frames = [], []
    for step in range(max(moments) + 1):
        if step in moments:
            frames.append(env.render())
        if step < max(moments):
            actions.append(choose(env, observation))
            observation, *_ = env.step(actions[-1])
    game = env.unwrapped
    card = f"{game.dealer_top_card_suit}{game.dealer_top_card_value_str}" if env_id == "Blackjack-v1" else None
    env.close()
    return actions, frames, card


def record() -> None:
    recordings = []
    for name, env_id, seed, choose, moments in MOMENTS:
        actions, frames, card = play(env_id, seed, choose, moments)
        recordings.append({
            "name": name,
            "id": env_id,
            "seed": seed,
            "actions": packed(np.asarray(actions, dtype=np.float32).reshape(-1), "float32"),
            "moments": moments,
            "height": frames[0].shape[0],
            "width": frames[0].shape[1],
            "frames": packed(frames, "uint8") if env_id in CLASSIC_CONTROL else None,
            "card": card,
        })
    write("frames", recordings)


def set_beside(ours: Path) -> None:
    """Writes `docs/rendering/<name>.png`: our picture on the left, Gymnasium's on the right."""
    from PIL import Image

    PICTURES.mkdir(parents=True, exist_ok=True)
    for name, env_id, seed, choose, moments in MOMENTS:
        theirs = Image.fromarray(play(env_id, seed, choose, moments)[1][-1])
        mine = Image.open(ours / f"{name}.png").convert("RGB")
        both = Image.new("RGB", (mine.width + 16 + theirs.width, theirs.height), (128, 128, 128))
        both.paste(mine, (0, 0))
        both.paste(theirs, (mine.width + 16, 0))
        path = PICTURES / f"{name}.png"
        colors = both.getcolors(256)
        (both if colors is None else both.quantize(len(colors))).save(path, optimize=True)
        print(f"{path.name}: {path.stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[1] == "--beside":
        set_beside(Path(sys.argv[2]))
    elif len(sys.argv) == 1:
        record()
    else:
        sys.exit(__doc__)
