"""Records what NumPy's generator gives, for the tests of @gradbridge/random.

    python -m venv VENV && VENV/bin/pip install -r requirements.txt
    VENV/bin/python record.py

Writes packages/random/src/fixtures/*.json. A call is written in the terms of the TypeScript package, with the result
that the same call gives in NumPy; integers beyond 2^53 are strings that end in "n".
"""

import ctypes
import hashlib
import json
import pathlib
import platform

import numpy as np

FIXTURES = pathlib.Path(__file__).resolve().parents[3] / "packages/random/src/fixtures"

SEEDS = [0, 1, 42, 2**32 - 1, 2**32, 2**53 - 1, 2**64 + 5, 2**130, 2**200 + 3, [], [0], [1, 2, 3], [2**40, 7, 0]]
SEEDS += [[0, 0, 0, 0, 0, 1]]
GENERATOR_SEEDS = [0, 1, 42, 2**32 - 1, 2**64 + 5, 2**130, [1, 2, 3], [2**40, 7, 0]]

ARRAY_DTYPES = {
    "Int8Array": "int8",
    "Uint8Array": "uint8",
    "Int16Array": "int16",
    "Uint16Array": "uint16",
    "Int32Array": "int32",
    "Uint32Array": "uint32",
    "BigInt64Array": "int64",
    "BigUint64Array": "uint64",
    "Float64Array": "int64",
}


def plain(value):
    """A NumPy result as JSON, every bit of it kept."""
    if isinstance(value, (np.bool_, bool)):
        return int(value)
    if isinstance(value, np.ndarray) or isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, (np.integer, int)):
        return int(value) if abs(int(value)) < 2**53 else f"{int(value)}n"
    return float(value)


def state_of(generator):
    state = dict(generator.bit_generator.state)
    state["state"] = {name: str(word) for name, word in state["state"].items()}
    return state


class Recorder:
    """Runs calls on a NumPy generator and writes them down."""

    def __init__(self, seed):
        self.seed = seed
        self.generator = np.random.default_rng(seed)
        self.calls = []

    def call(self, method, *arguments, result):
        self.calls.append({"call": method, "arguments": list(arguments), "result": plain(result)})

    def fill(self, method, array, length, *arguments, result):
        self.calls.append(
            {"call": method, "array": array, "length": length, "arguments": list(arguments), "result": plain(result)}
        )

    def repeat(self, times, record):
        for _ in range(times):
            record()

    def integers(self, low, high, dtype="int64", endpoint=False, as_bigint=False):
        value = self.generator.integers(low, high, dtype=dtype, endpoint=endpoint)
        bounds = [f"{low}n", f"{high}n"] if as_bigint else [low, high]
        self.call(
            "integers",
            *bounds,
            {"dtype": dtype, "endpoint": endpoint},
            result=int(value),
        )
        if as_bigint:
            self.calls[-1]["result"] = f"{int(value)}n"

    def fill_integers(self, array, length, low, high, dtype=None, endpoint=False):
        values = self.generator.integers(
            low, high, size=length, dtype=dtype or ARRAY_DTYPES[array], endpoint=endpoint
        )
        options = {"endpoint": endpoint} | ({"dtype": dtype} if dtype else {})
        self.fill("fillIntegers", array, length, plain(low), plain(high), options, result=values)
        if array.startswith("Big"):
            self.calls[-1]["result"] = [f"{int(value)}n" for value in values]

    def finish(self):
        return {"seed": plain(self.seed), "calls": self.calls, "state": state_of(self.generator)}


def every_method(seed):
    r = Recorder(seed)
    g = r.generator
    r.repeat(4, lambda: r.call("random", result=g.random()))
    # A 32-bit draw leaves half an output behind, which a 64-bit draw must step over and the next 32-bit draw take.
    r.integers(0, 10)
    r.call("random", result=g.random())
    r.integers(0, 10)
    r.call("random", "float32", result=g.random(dtype=np.float32))
    r.call("standardNormal", result=g.standard_normal())
    r.call("random", "float32", result=g.random(dtype=np.float32))
    r.call("uniform", -2.5, 4, result=g.uniform(-2.5, 4))
    r.repeat(8, lambda: r.call("normal", result=g.normal()))
    r.call("normal", 10, 0.1, result=g.normal(10, 0.1))
    r.repeat(4, lambda: r.call("standardNormal", "float32", result=g.standard_normal(dtype=np.float32)))
    r.repeat(4, lambda: r.call("exponential", 3, result=g.exponential(3)))
    r.repeat(3, lambda: r.call("standardExponential", result=g.standard_exponential()))
    r.repeat(4, lambda: r.call("standardExponential", "float32", result=g.standard_exponential(dtype=np.float32)))
    for p in (1, 0.9, 1 / 3, 0.3, 0.25, 0.01, 1e-9):
        r.repeat(4, lambda: r.call("geometric", p, result=g.geometric(p)))

    # The interval decides which bits are used: none, 32 or 64 of them, with or without rejection.
    for low, high in [(0, 1), (5, 6), (-3, 3), (0, 2**31 - 1), (0, 2**31 + 1), (0, 2**32 - 1), (0, 2**32)]:
        r.repeat(3, lambda: r.integers(low, high))
    for low, high in [(0, 2**32 + 1), (-(2**40), 2**40), (0, 3 * 2**50), (1 - 2**52, 2**52)]:
        r.repeat(3, lambda: r.integers(low, high))
    for low, high in [(0, 1), (0, 10), (0, 2**62 + 1), (0, 2**63), (-(2**63), 2**63), (-(2**63), 1), (-5, 2**62)]:
        r.repeat(3, lambda: r.integers(low, high, as_bigint=True))
    for low, high in [(0, 2**64), (2**63, 2**64), (1, 2**64), (2**64 - 2, 2**64), (0, 2**63 + 1)]:
        r.repeat(3, lambda: r.integers(low, high, dtype="uint64", as_bigint=True))
    for dtype in ("bool", "int8", "uint8", "int16", "uint16", "int32", "uint32"):
        info = (0, 1) if dtype == "bool" else (int(np.iinfo(dtype).min), int(np.iinfo(dtype).max))
        r.repeat(3, lambda: r.integers(*info, dtype=dtype, endpoint=True))
        r.repeat(3, lambda: r.integers(0, 1, dtype=dtype, endpoint=True))
        if dtype != "bool":
            r.repeat(3, lambda: r.integers(info[0] + 1, info[1], dtype=dtype))
            r.repeat(3, lambda: r.integers(0, 100, dtype=dtype))

    for array, dtype in ARRAY_DTYPES.items():
        r.fill_integers(array, 11, 0, 2)
        r.fill_integers(array, 3, 7, 8)
        r.fill_integers(array, 9, 0, 100)
        if array != "Float64Array":
            info = np.iinfo(dtype)
            r.fill_integers(array, 9, int(info.min), int(info.max), endpoint=True)
            r.fill_integers(array, 9, int(info.min), int(info.max) - int(info.max) // 3)
    r.fill_integers("BigInt64Array", 5, -(2**62), 2**33)
    r.fill_integers("BigInt64Array", 5, -3, 2**32 - 4, endpoint=True)
    r.fill_integers("BigUint64Array", 5, 2**64 - 200, 2**64 - 1, endpoint=True)
    r.fill_integers("Float64Array", 40, 0, 2, dtype="bool")
    r.fill_integers("Float64Array", 9, -100, 100, dtype="int8")
    r.fill_integers("BigInt64Array", 9, -100, 100, dtype="int16")
    r.fill_integers("Float64Array", 9, 0, 2**40)

    r.fill("fillRandom", "Float64Array", 5, result=g.random(5))
    r.fill("fillRandom", "Float32Array", 5, result=g.random(5, dtype=np.float32))
    r.fill("fillUniform", "Float64Array", 5, -1, 3, result=g.uniform(-1, 3, 5))
    r.fill("fillUniform", "Float32Array", 5, -1, 3, result=g.uniform(-1, 3, 5).astype(np.float32))
    r.fill("fillNormal", "Float64Array", 5, 2, 0.5, result=g.normal(2, 0.5, 5))
    r.fill("fillNormal", "Float32Array", 5, 2, 0.5, result=g.normal(2, 0.5, 5).astype(np.float32))
    r.fill("fillStandardNormal", "Float64Array", 5, result=g.standard_normal(5))
    r.fill("fillStandardNormal", "Float32Array", 5, result=g.standard_normal(5, dtype=np.float32))
    r.fill("fillExponential", "Float64Array", 5, 2, result=g.exponential(2, 5))
    r.fill("fillExponential", "Float32Array", 5, 2, result=g.exponential(2, 5).astype(np.float32))
    r.fill("fillStandardExponential", "Float64Array", 5, result=g.standard_exponential(5))
    r.fill("fillStandardExponential", "Float32Array", 5, result=g.standard_exponential(5, dtype=np.float32))

    weights = [0.1, 0.0, 0.2, 0.3, 0.4]
    words = ["a", "b", "c", "d", "e"]
    r.repeat(3, lambda: r.call("choice", 5, result=g.choice(5)))
    r.repeat(5, lambda: r.call("choice", 5, {"p": weights}, result=g.choice(5, p=weights)))
    r.calls.append({"call": "choice", "arguments": [words], "result": str(g.choice(words))})
    picked = g.choice(words, 4, p=weights)
    r.calls.append({"call": "choice", "arguments": [words, {"p": weights, "size": 4}], "result": picked.tolist()})
    r.call("choice", 7, {"size": 6}, result=g.choice(7, 6))
    r.call("choice", 5, {"size": 3, "p": weights, "replace": False}, result=g.choice(5, 3, replace=False, p=weights))
    r.call("choice", 5, {"size": 4, "p": weights, "replace": False}, result=g.choice(5, 4, replace=False, p=weights))
    for count, size in [(10, 10), (10, 1), (1000, 30), (10_001, 200), (10_001, 201), (10_001, 520)]:
        for shuffle in (True, False):
            options = {"size": size, "replace": False, "shuffle": shuffle}
            drawn = g.choice(count, size, replace=False, shuffle=shuffle)
            # Long lists are recorded by their ends; the state at the end of the program pins how much was drawn.
            r.call("choice", count, options, result=drawn if size <= 30 else [*drawn[:5], *drawn[-5:]])
            if size > 30:
                r.calls[-1]["ends"] = 5

    r.call("permutation", 0, result=g.permutation(0))
    r.call("permutation", 1, result=g.permutation(1))
    r.call("permutation", 20, result=g.permutation(20))
    r.call("permutation", [5, 4, 3, 2, 1], result=g.permutation([5, 4, 3, 2, 1]))
    shuffled = list(range(33))
    g.shuffle(shuffled)
    r.call("shuffle", list(range(33)), result=shuffled)

    for shape in (0, 0.2, 0.9, 1, 1.5, 3, 100):
        r.repeat(4, lambda: r.call("standardGamma", shape, result=g.standard_gamma(shape)))
    r.call("gamma", 2, 3, result=g.gamma(2, 3))
    for mean in (0, 0.1, 1, 9.9, 10, 15, 200, 1e6, 1e12):
        r.repeat(6, lambda: r.call("poisson", mean, result=g.poisson(mean)))
    for trials, p in [(0, 0.5), (10, 0), (10, 1), (10, 0.3), (10, 0.7), (100, 0.3), (100, 0.31), (100, 0.9), (10**4, 0.5)]:
        r.repeat(6, lambda: r.call("binomial", trials, p, result=g.binomial(trials, p)))
    for trials, p in [(10**9, 0.4), (10**9, 1e-9), (10**15, 0.999)]:
        r.repeat(6, lambda: r.call("binomial", trials, p, result=g.binomial(trials, p)))
    for trials, p in [(20, [0.2, 0.3, 0.5]), (1000, [0.1] * 10), (5, [1, 0, 0]), (3, [0, 0, 1]), (7, [1])]:
        r.call("multinomial", trials, p, result=g.multinomial(trials, p))

    children = g.spawn(2) + g.spawn(1)
    grandchild = children[1].spawn(1)[0]
    r.calls.append({"call": "spawned", "arguments": [], "result": [c.random() for c in [*children, grandchild]]})
    return r.finish()


def rejections(seed):
    """Enough draws of the discrete distributions to walk every branch of their rejection loops."""
    g = np.random.default_rng(seed)
    programs = []
    for mean in (12, 40, 5000):
        programs.append(["poisson", [mean], digest(g.poisson(mean, 20_000).astype(np.float64))])
    for trials, p in [(70, 0.45), (400, 0.2), (5000, 0.5), (10**6, 0.25), (10**6, 0.8), (25, 0.4)]:
        programs.append(["binomial", [trials, p], digest(g.binomial(trials, p, 20_000).astype(np.float64))])
    for shape in (1.01, 2.5, 30):
        programs.append(["standardGamma", [shape], digest(g.standard_gamma(shape, 20_000))])
    for p in (0.5, 0.2, 0.001):
        programs.append(["geometric", [p], digest(g.geometric(p, 20_000).astype(np.float64))])
    return {"seed": seed, "draws": 20_000, "programs": programs, "state": state_of(g)}


def digest(array):
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()


def long_streams():
    """SHA-256 of the bytes of 2^20 draws: tails, wedges and rejections included."""
    size = 2**20
    streams = {
        ("fillRandom", "Float64Array"): lambda g: g.random(size),
        ("fillRandom", "Float32Array"): lambda g: g.random(size, dtype=np.float32),
        ("fillStandardNormal", "Float64Array"): lambda g: g.standard_normal(size),
        ("fillStandardNormal", "Float32Array"): lambda g: g.standard_normal(size, dtype=np.float32),
        ("fillStandardExponential", "Float64Array"): lambda g: g.standard_exponential(size),
        ("fillStandardExponential", "Float32Array"): lambda g: g.standard_exponential(size, dtype=np.float32),
    }
    found = []
    for seed in (0, 2024):
        for (method, array), draw in streams.items():
            g = np.random.default_rng(seed)
            entry = {"seed": seed, "call": method, "array": array, "length": size, "arguments": []}
            found.append(entry | {"sha256": digest(draw(g)), "state": state_of(g)})
        # Sizes just above half a type's range are rejected about every second time.
        for array, low, high in [
            ("Int8Array", -65, 64),
            ("Uint16Array", 0, 2**15 + 1),
            ("Int32Array", 0, 1000),
            ("Uint32Array", 0, 2**31 + 1),
            ("BigInt64Array", -(2**62), 2**62 + 1),
        ]:
            g = np.random.default_rng(seed)
            values = g.integers(low, high, size=size, dtype=ARRAY_DTYPES[array])
            entry = {"seed": seed, "call": "fillIntegers", "array": array, "length": size}
            found.append(entry | {"arguments": plain([low, high]), "sha256": digest(values), "state": state_of(g)})
    return found


def seed_sequences():
    found = []
    for seed in SEEDS:
        for key in ((), (0,), (3, 2**32 + 1)):
            for pool_size in (4, 8):
                sequence = np.random.SeedSequence(seed, spawn_key=key, pool_size=pool_size)
                children = sequence.spawn(2) + sequence.spawn(1)
                found.append(
                    {
                        "seed": plain(seed),
                        "spawnKey": list(key),
                        "poolSize": pool_size,
                        "uint32": plain(sequence.generate_state(9)),
                        "uint64": [f"{word}n" for word in sequence.generate_state(5, np.uint64)],
                        "children": [plain(child.generate_state(2)) for child in children],
                    }
                )
    return found


def bit_generators():
    found = []
    for seed in SEEDS:
        bits = np.random.PCG64(seed)
        entry = {"seed": plain(seed), "raw": [f"{bits.random_raw()}n" for _ in range(4)]}
        entry["advanced"] = state_of(np.random.Generator(np.random.PCG64(seed).advance(2**70 + 12345)))
        entry["jumped"] = state_of(np.random.Generator(np.random.PCG64(seed).jumped(3)))
        found.append(entry)
    return found


def c_library_log1p():
    """SHA-256 over log1pf(-m / 2^24) for every m below 2^24: the rounding that float32 tails show."""
    log1pf = ctypes.CDLL("libm.so.6").log1pf
    log1pf.restype, log1pf.argtypes = ctypes.c_float, [ctypes.c_float]
    values = np.fromiter((log1pf(-(m * 2.0**-24)) for m in range(2**24)), dtype=np.float32, count=2**24)
    return digest(values)


def main():
    recorded = {
        "generator": [every_method(seed) for seed in GENERATOR_SEEDS],
        "rejections": [rejections(seed) for seed in (0, 7)],
        "long-streams": long_streams(),
        "seed-sequence": seed_sequences(),
        "pcg64": bit_generators(),
        "log1p32": {"sha256": c_library_log1p()},
    }
    source = {
        "numpy": np.__version__,
        "machine": platform.machine(),
        "library": " ".join(platform.libc_ver()),
        "script": "tools/record/numpy/record.py",
    }
    for name, content in recorded.items():
        text = json.dumps({"source": source, "recorded": content}, separators=(",", ":"))
        (FIXTURES / f"{name}.json").write_text(text + "\n")


main()
