"""
Makes amazon-sentences.tsv from the data that the PyPI package vaderSentiment 3.3.2 ships in its source archive:

    pip download --no-deps --no-binary :all: vaderSentiment==3.3.2
    python3 prepare.py vaderSentiment-3.3.2.tar.gz

Kept: sentences rated at least 1 away from neutral (on −4 … 4, mean of 20 readers), all negative ones and as many
positive ones, evenly spread. Columns: number of the review, label (1 positive, 0 negative), sentence.
"""

import io
import sys
import tarfile
from pathlib import Path

outer = tarfile.open(sys.argv[1])
inner = outer.extractfile("vaderSentiment-3.3.2/additional_resources/hutto_ICWSM_2014.tar.gz")
archive = tarfile.open(fileobj=io.BytesIO(inner.read()))
text = archive.extractfile("hutto_ICWSM_2014/amazonReviewSnippets_GroundTruth.txt").read().decode("utf-8")

rows = [line.split("\t") for line in text.splitlines()]
rated = [(int(name.split("_")[0]), float(rating), " ".join(sentence.split())) for name, rating, sentence in rows]
negative = [row for row in rated if row[1] <= -1]
positive = [row for row in rated if row[1] >= 1]
spread = [positive[i * len(positive) // len(negative)] for i in range(len(negative))]
kept = sorted(negative + spread, key=lambda row: row[0])
lines = [f"{review}\t{int(rating > 0)}\t{sentence}\n" for review, rating, sentence in kept]
Path(__file__).with_name("amazon-sentences.tsv").write_text("".join(lines), encoding="utf-8")
