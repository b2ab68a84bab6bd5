"""A vector of Gymnasium environments for Gradbridge: the program that `pythonGymnasium` starts."""

from typing import Any

import numpy as np

from gradbridge.pipe import SENDABLE, Frame, serve

_AUTORESET_MODES = {"next_step": "NextStep", "same_step": "SameStep", "disabled": "Disabled"}


class EnvironmentServer:
    """Makes the environments when greeted, and answers `reset`, `step` and nothing else."""

    def __init__(self) -> None:
        self._envs: Any = None

    def greet(self, hello: Frame) -> Frame:
        """Makes the environments that the greeting asks for, and describes them."""
        import gymnasium

        asked = hello.fields
        mode = asked["vectorizationMode"]
        # an environment with a vector of its own decides by itself when it resets
        autoreset = gymnasium.vector.AutoresetMode(_AUTORESET_MODES[asked["autoresetMode"]])
        vector = {} if mode == "vector_entry_point" else {"vector_kwargs": {"autoreset_mode": autoreset}}
        self._envs = gymnasium.make_vec(
            asked["id"], num_envs=asked["numEnvs"], vectorization_mode=mode, **vector, **asked["kwargs"]
        )
        resets = self._envs.metadata.get("autoreset_mode", autoreset)
        names = {value: name for name, value in _AUTORESET_MODES.items()}
        return Frame(
            "hello",
            {
                "observationSpace": describe_space(self._envs.single_observation_space),
                "actionSpace": describe_space(self._envs.single_action_space),
                "autoresetMode": names[getattr(resets, "value", resets)],
                "gymnasium": gymnasium.__version__,
            },
        )

    def answer(self, request: Frame) -> Frame:
        """Runs one call."""
        if request.type == "reset":
            options = request.fields["options"]
            if options is not None and "reset_mask" in options:
                options["reset_mask"] = np.array(options["reset_mask"], bool)
            observation, info = self._envs.reset(seed=request.fields["seed"], options=options)
            return self._frame({}, observation, info)
        if request.type == "step":
            actions = join(self._envs.single_action_space, request.arrays, "action")
            observation, reward, terminated, truncated, info = self._envs.step(actions)
            arrays = {
                "reward": np.asarray(reward, np.float64),
                "terminated": np.asarray(terminated, np.uint8),
                "truncated": np.asarray(truncated, np.uint8),
            }
            return self._frame(arrays, observation, info)
        raise ValueError(f"unknown request {request.type}")

    def _frame(self, arrays: dict[str, np.ndarray], observation: Any, info: dict[str, Any]) -> Frame:
        space = self._envs.single_observation_space
        split(space, observation, "observation", arrays)
        final = info.pop("final_obs", None)
        mask = info.pop("_final_obs", None)
        if final is not None:
            split(space, self._batch(final, mask), "final", arrays)
            arrays["isFinal"] = np.asarray(mask, np.uint8)
        paths: list[list[str]] = []
        facts = _plain_info(info, [], paths, arrays)
        return Frame("answer", {"info": facts, "infoPaths": paths}, arrays)

    def _batch(self, items: Any, mask: np.ndarray) -> Any:
        """One batch of the elements that there are, zeros elsewhere."""
        from gymnasium.vector.utils import create_empty_array

        space = self._envs.single_observation_space
        batch = create_empty_array(space, self._envs.num_envs, fn=np.zeros)
        for index in np.flatnonzero(mask):
            _place(space, batch, index, items[index])
        return batch


def describe_space(space: Any) -> dict[str, Any]:
    """A space in the JSON form of gymnasium-js."""
    from gymnasium import spaces

    if isinstance(space, spaces.Box):
        low = [_bound(value) for value in space.low.ravel().tolist()]
        high = [_bound(value) for value in space.high.ravel().tolist()]
        return {"type": "Box", "shape": list(space.shape), "dtype": _dtype_of(space).name, "low": low, "high": high}
    if isinstance(space, spaces.Discrete):
        return {"type": "Discrete", "n": int(space.n), "start": int(space.start)}
    if isinstance(space, spaces.MultiDiscrete):
        nvec, start = (values.ravel().tolist() for values in (space.nvec, space.start))
        return {"type": "MultiDiscrete", "shape": list(space.shape), "nvec": nvec, "start": start}
    if isinstance(space, spaces.MultiBinary):
        return {"type": "MultiBinary", "n": space.shape[0] if len(space.shape) == 1 else list(space.shape)}
    if isinstance(space, spaces.Dict):
        return {"type": "Dict", "spaces": [[key, describe_space(child)] for key, child in space.spaces.items()]}
    if isinstance(space, spaces.Tuple):
        return {"type": "Tuple", "spaces": [describe_space(child) for child in space.spaces]}
    raise TypeError(f"a space without arrays cannot be sent: {space}")


def split(space: Any, batch: Any, name: str, into: dict[str, np.ndarray]) -> None:
    """Puts the arrays of a batch into `into`, those of composite spaces as `name.0`, `name.1`, …"""
    children = _children(space)
    if children is None:
        into[name] = np.asarray(batch).astype(_dtype_of(space), copy=False)
        return
    for index, (key, child) in enumerate(children):
        split(child, batch[key], f"{name}.{index}", into)


def join(space: Any, arrays: dict[str, np.ndarray], name: str) -> Any:
    """The inverse of `split`, in the number types of the space."""
    children = _children(space)
    if children is None:
        return arrays[name].astype(space.dtype, copy=False)
    parts = {key: join(child, arrays, f"{name}.{index}") for index, (key, child) in enumerate(children)}
    return tuple(parts.values()) if isinstance(children[0][0], int) else parts


def _children(space: Any) -> list[tuple[Any, Any]] | None:
    from gymnasium import spaces

    if isinstance(space, spaces.Dict):
        return list(space.spaces.items())
    if isinstance(space, spaces.Tuple):
        return list(enumerate(space.spaces))
    return None


def _place(space: Any, batch: Any, index: int, item: Any) -> None:
    children = _children(space)
    if children is None:
        batch[index] = item
        return
    for key, child in children:
        _place(child, batch[key], index, item[key])


def _dtype_of(space: Any) -> np.dtype:
    """The number type that gymnasium-js has for a space with arrays."""
    from gymnasium import spaces

    if isinstance(space, (spaces.Discrete, spaces.MultiDiscrete)):
        return np.dtype(np.int32)
    if space.dtype == np.float16:
        return np.dtype(np.float32)
    if space.dtype in (np.int64, np.uint64):
        fits = space.low.min() >= -(2**31) and space.high.max() < 2**31
        return np.dtype(np.int32 if fits else np.float64)
    return np.dtype(space.dtype)


def _bound(value: float) -> Any:
    if value in (np.inf, -np.inf):
        return "Infinity" if value > 0 else "-Infinity"
    return value


def _plain_info(info: dict[str, Any], path: list[str], paths: list[list[str]], arrays: dict[str, np.ndarray]) -> dict:
    """What JSON can hold; arrays of numbers go into `arrays`, and where they belong into `paths`."""
    facts = {}
    for key, value in info.items():
        here = [*path, str(key)]
        if isinstance(value, dict):
            facts[str(key)] = _plain_info(value, here, paths, arrays)
        elif isinstance(value, np.ndarray) and value.dtype.kind in "biuf":
            arrays[f"info.{len(paths)}"] = value.astype(_info_dtype(value))
            paths.append(here)
        else:
            facts[str(key)] = _plain(value)
    return facts


def _info_dtype(value: np.ndarray) -> Any:
    """One number for each environment is a double, as in gymnasium-js; rows of numbers keep their type where it has it."""
    if value.dtype.kind == "b":
        return np.uint8
    return value.dtype if value.ndim > 1 and value.dtype.name in SENDABLE else np.float64


def _plain(value: Any) -> Any:
    if isinstance(value, (np.ndarray, np.generic)):
        value = value.tolist()
    if isinstance(value, float):
        return value if np.isfinite(value) else None
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, dict):
        return {str(key): _plain(child) for key, child in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(child) for child in value]
    return str(value)


if __name__ == "__main__":
    server = EnvironmentServer()
    serve("environment", server.greet, server.answer)
