"""What a peer offers to serve.py."""

from typing import Callable, NamedTuple, Optional, Sequence


class Work(NamedTuple):
    """One system doing the work of one row."""

    # Does the work n times. Returns None to be timed from outside, or its own seconds.
    run: Callable[[int], Optional[float]]
    # Numbers that every system of the row must agree on.
    answer: Optional[Callable[[], Sequence[float]]] = None
    # Something the table should say.
    remark: Optional[Callable[[], str]] = None
