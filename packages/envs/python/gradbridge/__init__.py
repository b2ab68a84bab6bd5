"""The Python side of Gradbridge: programs that it starts and asks. Needs NumPy alone.

Every program that Gradbridge starts finds this package; nothing has to be installed.
"""

from gradbridge.estimator import Rollout, serve_estimator
from gradbridge.pipe import Frame, PipeError, Pipes, serve

__all__ = ["Frame", "PipeError", "Pipes", "Rollout", "serve", "serve_estimator"]
