"""Metrics of each epoch as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from seqkit.files import write_text


def write_metrics(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """One line an epoch, floats in full so that two runs can be compared bit for bit; atomic."""
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_text(path, text.getvalue())
