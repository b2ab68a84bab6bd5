"""Writes packages/random/src/ziggurat-tables.ts from NumPy's own table header.

    python ziggurat_tables.py PATH/TO/numpy/random/src/distributions/ziggurat_constants.h

The header is part of NumPy's source distribution. Its last digits carry the rounding errors of the program that
first computed it, so recomputing the tables in higher precision gives slightly different integers (126 of the 256
64-bit normal thresholds): bit equality needs these very numbers.
"""

import pathlib
import re
import sys

import numpy as np

OUT = pathlib.Path(__file__).resolve().parents[3] / "packages/random/src/ziggurat-tables.ts"

TABLES = [
    # name in C, name in TypeScript, array type, meaning
    ("ki_double", "NORMAL_THRESHOLD", "Float64Array", "Accept at once below this 52-bit integer."),
    ("wi_double", "NORMAL_WIDTH", "Float64Array", "Strip width / 2^52."),
    ("fi_double", "NORMAL_DENSITY", "Float64Array", "exp(-x^2 / 2) at the strip's edge."),
    ("ke_double", "EXPONENTIAL_THRESHOLD", "Float64Array", "Accept at once below this 53-bit integer."),
    ("we_double", "EXPONENTIAL_WIDTH", "Float64Array", "Strip width / 2^53."),
    ("fe_double", "EXPONENTIAL_DENSITY", "Float64Array", "exp(-x) at the strip's edge."),
    ("ki_float", "NORMAL_THRESHOLD_32", "Uint32Array", "Accept at once below this 23-bit integer."),
    ("wi_float", "NORMAL_WIDTH_32", "Float32Array", "Strip width / 2^23."),
    ("fi_float", "NORMAL_DENSITY_32", "Float32Array", "exp(-x^2 / 2) at the strip's edge."),
    ("ke_float", "EXPONENTIAL_THRESHOLD_32", "Uint32Array", "Accept at once below this 23-bit integer."),
    ("we_float", "EXPONENTIAL_WIDTH_32", "Float32Array", "Strip width / 2^23."),
    ("fe_float", "EXPONENTIAL_DENSITY_32", "Float32Array", "exp(-x) at the strip's edge."),
]

HEAD = """\
/*
 * Data, not code: the ziggurat tables of NumPy's generator (256 strips each), as numbers.
 *
 * Source: NumPy 2.4.6, numpy/random/src/distributions/ziggurat_constants.h (BSD-3-Clause), which took them from
 * Julia (MIT). Written by tools/record/numpy/ziggurat_tables.py; do not edit by hand.
 *
 * Strip i has its right edge at x_i = WIDTH[i] * 2^bits and the density there is DENSITY[i]; strip 0 is the base with
 * the tail, whose "edge" is area / density(r). THRESHOLD[i] = x_(i-1) / x_i * 2^bits.
 */
"""


def literal(text: str, kind: str) -> str:
    """One number of the header, spelled so that JavaScript reads back the same bits."""
    text = re.sub(r"(ULL|UL|[fF])$", "", text) if not text.startswith("0x") else re.sub(r"[UL]+$", "", text)
    if text.startswith("0x"):
        return str(int(text, 16))
    if kind == "Float64Array":
        return repr(float(text))
    value = np.float32(text)
    short = repr(float(str(value)))
    assert np.float32(float(short)) == value
    return short


def main(header: str) -> None:
    source = pathlib.Path(header).read_text()
    arrays = {
        match[1]: [item.strip() for item in match[2].split(",") if item.strip()]
        for match in re.finditer(r"static const \w+ (\w+)\[\w*\] = \{(.*?)\};", source, re.S)
    }
    parts = [HEAD]
    for c_name, name, kind, meaning in TABLES:
        numbers = [literal(text, kind) for text in arrays[c_name]]
        assert len(numbers) == 256
        parts.append(f"/** {meaning} */\nexport const {name}: {kind} = new {kind}([{', '.join(numbers)}]);\n")
    OUT.write_text("\n".join(parts))


main(sys.argv[1])
