"""Frames over two pipes, as PROTOCOL.md describes them: requests come from descriptor 3, answers go to 4."""

import json
import os
import struct
import traceback
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Callable

import numpy as np

VERSION = 1
_MAGIC = b"GBF1"
_PREFIX = struct.Struct("<4sIII")
SENDABLE = ("float32", "float64", "int8", "int16", "int32", "uint8", "uint16", "uint32", "bool")


class PipeError(Exception):
    """What came through a pipe is no frame, or what shall go cannot be one."""


@dataclass
class Frame:
    """One message: a type, facts (JSON) and arrays."""

    type: str
    fields: dict[str, Any] = field(default_factory=dict)
    arrays: dict[str, np.ndarray] = field(default_factory=dict)


class Pipes:
    """Both ends of the conversation."""

    def __init__(self, requests: BinaryIO, answers: BinaryIO) -> None:
        self._requests = requests
        self._answers = answers

    @classmethod
    def inherited(cls) -> "Pipes":
        """Those that Gradbridge gave this process; what it starts itself does not get them."""
        described = os.environ.get("GRADBRIDGE_PIPES")
        if described is None:
            raise PipeError("This program is started by Gradbridge, not by hand: GRADBRIDGE_PIPES is not set.")
        incoming, outgoing = (int(number) for number in described.split(","))
        for descriptor in (incoming, outgoing):
            os.set_inheritable(descriptor, False)
        return cls(os.fdopen(incoming, "rb"), os.fdopen(outgoing, "wb"))

    def read(self) -> Frame | None:
        """The next frame, or None at the end. Its arrays may be changed in place."""
        prefix = self._requests.read(_PREFIX.size)
        if len(prefix) < _PREFIX.size:
            return None
        magic, header_length, body_length, _ = _PREFIX.unpack(prefix)
        if magic != _MAGIC:
            raise PipeError(f"These bytes are no frame: {prefix!r}.")
        header = json.loads(self._requests.read(header_length))
        body = bytearray(body_length)
        if self._requests.readinto(body) < body_length:
            return None
        arrays = {}
        start = 0
        for entry in header.pop("arrays", []):
            dtype = np.dtype(entry["dtype"]).newbyteorder("<")
            shape = tuple(entry["shape"])
            count = int(np.prod(shape, dtype=np.int64))
            arrays[entry["name"]] = np.frombuffer(body, dtype, count, start).reshape(shape)
            start += _padded(count * dtype.itemsize)
        return Frame(header.pop("type"), header, arrays)

    def write(self, frame: Frame) -> None:
        """Sends a frame."""
        listed = []
        body = []
        for name, array in frame.arrays.items():
            array = np.asarray(array)
            if array.dtype.name not in SENDABLE:
                raise PipeError(f'The array "{name}" has the dtype {array.dtype}; one of {", ".join(SENDABLE)} is allowed.')
            listed.append({"name": name, "dtype": array.dtype.name, "shape": list(array.shape)})
            body.append(np.ascontiguousarray(array, array.dtype.newbyteorder("<")).tobytes())
        facts = {**frame.fields, "type": frame.type, "arrays": listed}
        header = json.dumps(facts, allow_nan=False).encode()
        header += b" " * (_padded(len(header)) - len(header))
        length = sum(_padded(len(part)) for part in body)
        self._answers.write(_PREFIX.pack(_MAGIC, len(header), length, 0))
        self._answers.write(header)
        for part in body:
            self._answers.write(part)
            self._answers.write(b"\0" * (_padded(len(part)) - len(part)))
        self._answers.flush()


def serve(role: str, greet: Callable[[Frame], Frame], answer: Callable[[Frame], Frame]) -> None:
    """Greets, and answers requests until there are no more.

    `greet` takes Gradbridge's greeting and gives the facts for ours; `answer` takes a request and gives its answer. Of
    both, the type of the frame they return does not matter. What they raise is told to Gradbridge, with its trace.
    """
    pipes = Pipes.inherited()
    hello = pipes.read()
    if hello is None:
        return
    if hello.fields.get("version") != VERSION or hello.fields.get("role") != role:
        asked = f'{hello.fields.get("role")}, protocol version {hello.fields.get("version")}'
        pipes.write(Frame("error", {"message": f"Asked for {asked}; this is {role}, version {VERSION}."}))
        return
    try:
        facts = greet(hello)
    except Exception as error:
        pipes.write(Frame("error", _described(error)))
        return
    pipes.write(Frame("hello", {**facts.fields, "protocol": "gradbridge", "version": VERSION}, facts.arrays))
    while (request := pipes.read()) is not None:
        number = request.fields.get("id")
        try:
            given = answer(request)
            pipes.write(Frame("answer", {**given.fields, "id": number}, given.arrays))
        except BrokenPipeError:
            return
        except Exception as error:
            pipes.write(Frame("error", {**_described(error), "id": number}))


def _described(error: Exception) -> dict[str, Any]:
    message = f"{type(error).__name__}: {error}"
    return {"message": message, "details": traceback.format_exc()}


def _padded(length: int) -> int:
    return -(-length // 8) * 8
