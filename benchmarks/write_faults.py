"""Let every write, fsync and rename of five commands fail in turn, and count losses.

python benchmarks/write_faults.py OUT [--only tag --only train]

Kinds of fault: ENOSPC, EIO, EACCES, EINTR, and short writes. Appends a line for each to OUT/faults.jsonl; the same
command continues a stopped campaign.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from collections import Counter
from pathlib import Path

from fuzzing.write_cases import CASES, all_faults, failed, whole

os.environ.setdefault("OMP_NUM_THREADS", "1")


def main() -> None:
    """Parse the command line and run the cases."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out", type=Path)
    parser.add_argument("--only", action="append", choices=list(CASES))
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    report = asked.out / "faults.jsonl"
    rows = [json.loads(line) for line in report.read_text().splitlines()] if report.exists() else []
    done = {(row["case"], row["operation"], row["kind"]) for row in rows}
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.path.isdir("/dev/shm") else None) as place:
        for name in asked.only or CASES:
            expected = whole(name, Path(place))
            for number, kind in all_faults(expected):
                if (name, number, kind) in done:
                    continue
                fault = failed(name, number, kind, expected, Path(place))
                row = {"case": name, "operation": number, "kind": kind, "fault": fault}
                rows.append({**row, "what": expected.operations[number - 1]})
                with open(report, "a", encoding="utf-8") as file:
                    file.write(json.dumps(rows[-1]) + "\n")
    for name in dict.fromkeys(row["case"] for row in rows):
        own = [row for row in rows if row["case"] == name]
        operations = len({row["operation"] for row in own})
        faults = Counter(row["fault"][:150] for row in own if row["fault"])
        print(f"{name}: {operations} operations, {len(own)} faults injected, {sum(faults.values())} losses")
        for fault, count in faults.most_common(5):
            print(f"  {count} × {fault}")


if __name__ == "__main__":
    main()
