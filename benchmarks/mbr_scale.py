"""Time of minimum Bayes risk decoding relative to sampling, and agreement of the fast utility with the quadratic one.

python benchmarks/mbr_scale.py --model en-de --lines text.en --first 20 --samples 256
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

import torch

from seqkit.decoding.mbr import ranked_by_risk
from seqkit.decoding.options import DecodingOptions
from seqkit.inference.generation import generate
from seqkit.models.artifact import load_for


def main() -> None:
    """Sample once; then rank the same samples by each utility."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="en-de")
    parser.add_argument("--lines", type=Path, required=True)
    parser.add_argument("--first", type=int, default=20)
    parser.add_argument("--samples", type=int, default=256)
    parser.add_argument("--slow", action="store_true", help="Also rank by the quadratic chrF.")
    given = parser.parse_args()
    torch.set_num_threads(1)
    model = load_for("seq2seq", given.model)
    lines = given.lines.read_text(encoding="utf-8").splitlines()[: given.first]
    options = DecodingOptions(sample=True, n_best=given.samples, beam=given.samples)
    started = time.perf_counter()
    drawn: list[list[Any]] = generate([model], [{"text": line} for line in lines], options)
    drawing = time.perf_counter() - started
    row: dict[str, Any] = {"samples": given.samples, "lines": len(lines), "drawing_s": drawing}
    best = {}
    for name in ("fast-chrf", *(["chrf"] if given.slow else [])):
        started = time.perf_counter()
        best[name] = [
            texts[ranked_by_risk(texts, name)[0]] for texts in ([str(o.value) for o in own] for own in drawn)
        ]
        row[f"{name}_s"] = time.perf_counter() - started
        row[f"{name}_ratio"] = 1 + row[f"{name}_s"] / drawing
    if given.slow:
        row["same_choice"] = sum(a == b for a, b in zip(*best.values(), strict=True)) / len(lines)
    print(json.dumps(row))


if __name__ == "__main__":
    main()
