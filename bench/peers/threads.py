"""PyTorch's best thread count for a training run: tried, not assumed."""


def best_threads(set_threads, probe):
    """Sets the faster one of 1 and 2 threads by two short runs each; returns it and a sentence about it."""
    seconds = {}
    for threads in (1, 2, 1, 2):  # the first run of each also warms up
        set_threads(threads)
        seconds[threads] = probe()
    best = min(seconds, key=seconds.get)
    set_threads(best)
    return best, f"{best} thread{'s' * (best > 1)} (tried 1 and 2)"
