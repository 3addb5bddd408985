"""Metrics of each epoch as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from seqkit.io.atomic import write_text


def write_metrics(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """One line an epoch, floats in full so that two runs can be compared bit for bit; atomic.

    A metric that only some epochs have is empty in the others.
    """
    text = io.StringIO()
    names = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.DictWriter(text, fieldnames=names, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_text(path, text.getvalue())
