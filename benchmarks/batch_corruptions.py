"""Run ten corruptions of inputs, outputs and the machine: what a batch reports, and which records it keeps.

    python benchmarks/batch_corruptions.py

Each corruption runs the command `seqkit batch tag` as a user would. The row has its exit code, the first line of the
message or of errors.jsonl, the good records that are in the outputs of all that are in the inputs, and whether the
outputs equal those of an undisturbed run once the cause is removed. A disk of a few kB and a read-only folder are made
by mounting a tmpfs in a mount namespace of its own (`unshare --mount`, which needs root or user namespaces).
"""

from __future__ import annotations

import argparse
import gzip
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from corrupting import COMMAND, OPTIONS, RECORDS, Found, Trial, first_error, kept, outputs, ran, rows


def bad_utf8(trial: Trial) -> Found:
    """Put a byte that is not UTF-8 into one record."""
    found = rows()
    found[17] = found[17].replace(b"alone", b"al\xffne")
    return trial.bad_input(b"".join(found), RECORDS - 1)


def cut_gz(trial: Trial) -> Found:
    """Truncate a gz file in its middle; records that can be unpacked count as good."""
    packed = gzip.compress(b"".join(rows(4000)))
    whole = packed[: len(packed) // 2]
    readable = subprocess.run(["gzip", "-dc"], input=whole, capture_output=True).stdout.count(b"\n")
    return trial.bad_input(whole, readable, "a.jsonl.gz")


def bad_json(trial: Trial) -> Found:
    """Truncate a record in its middle."""
    found = rows()
    found[17] = found[17][:20] + b"\n"
    return trial.bad_input(b"".join(found), RECORDS - 1)


def wrong_column(trial: Trial) -> Found:
    """Leave out a column of one line of a CSV file."""
    lines = [b"id,body\n", *(b"%d,Row %d is here.\n" % (n, n) for n in range(RECORDS))]
    lines[18] = b"17\n"
    trial.write(b"".join(lines), "a.csv")
    found = trial.tag()
    return Found(found.code, first_error(trial.out), f"{len(kept(trial.out))} of {RECORDS - 1}")


def empty_file(trial: Trial) -> Found:
    """Process an empty file together with a good one; its output is empty."""
    trial.write(b"".join(rows()))
    trial.write(b"", "b.jsonl")
    found = trial.tag()
    size = (trial.out / "b.jsonl").stat().st_size
    return Found(found.code, f"output of {size} bytes", f"{len(kept(trial.out))} of {RECORDS}")


def disk_full(trial: Trial) -> Found:
    """Run on a file system of 48 kB, then on one with enough space."""
    trial.write(b"".join(rows()))
    expected = trial.undisturbed()
    save = f"cp -r {trial.out}/. {trial.folder}/saved"
    trial.out.mkdir()
    (trial.folder / "saved").mkdir()
    mount = f"mount -t tmpfs -o size=48k none {trial.out}"
    # The namespace ends with the command, so its output is copied first.
    shell = f'{mount} && ("$@"; code=$?; {save}; exit $code)'
    fields = ("--text-field", "body", "--id-field", "id")
    command = [*COMMAND, "tag", str(trial.source), "-o", str(trial.out), *fields, *OPTIONS]
    done = subprocess.run(
        ["unshare", "--mount", "--propagation", "private", "sh", "-c", shell, "sh", *command],
        capture_output=True,
        text=True,
    )
    assert "Traceback" not in done.stderr, done.stderr
    held = f"{len(kept(trial.folder / 'saved'))} of {RECORDS} yet, no _SUCCESS"
    assert not (trial.folder / "saved" / "_SUCCESS").exists()
    shutil.copytree(trial.folder / "saved", trial.out, dirs_exist_ok=True)
    return Found(done.returncode, done.stderr.strip().splitlines()[-2], held, trial.equal(expected))


def read_only(trial: Trial) -> Found:
    """Run with the output folder mounted read-only, then writable."""
    trial.write(b"".join(rows()))
    expected = trial.undisturbed()
    trial.out.mkdir()
    found = trial.tag(within=f"mount -t tmpfs -o ro none {trial.out}")
    return Found(found.code, found.said[0], "0 written", trial.equal(expected))


def changed_input(trial: Trial) -> Found:
    """Change an input after the run, then restore it."""
    trial.write(b"".join(rows()))
    trial.tag()
    path, expected = trial.source / "a.jsonl", outputs(trial.out)
    before, status = path.read_bytes(), path.stat()
    path.write_bytes(before + rows(RECORDS + 1)[-1])
    found = trial.tag()
    same = outputs(trial.out) == expected
    path.write_bytes(before)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    return Found(found.code, found.said[0], "outputs untouched" if same else "CHANGED", trial.equal(expected))


def edited_output(trial: Trial) -> Found:
    """Change a label in an output, keeping its size, then delete the output."""
    trial.write(b"".join(rows()))
    trial.tag()
    path, expected = trial.out / "a.jsonl", outputs(trial.out)
    path.write_bytes(path.read_bytes().replace(b"NOUN", b"VERB"))
    found, verified = trial.tag(), ran("verify", trial.out)
    path.unlink()
    kept_text = f"left as it is; verify: exit {verified.code}"
    return Found(found.code, found.said[0], kept_text, trial.equal(expected))


def clock(trial: Trial) -> Found:
    """Run the first of two shards, then the second with time.time set back by three years."""
    trial.write(b"".join(rows()))
    expected = trial.undisturbed()
    shifted = trial.folder / "shifted" / "sitecustomize.py"
    shifted.parent.mkdir()
    shifted.write_text("import time\nreal = time.time\ntime.time = lambda: real() - 1e8\n")
    fields = ("--text-field", "body", "--id-field", "id")
    one = ran("tag", trial.source, "-o", trial.out, *fields, *OPTIONS, "--shard", "1/2")
    os.environ["PYTHONPATH"] = os.pathsep.join(
        filter(None, (str(shifted.parent), os.environ.get("PYTHONPATH")))
    )
    two = ran("tag", trial.source, "-o", trial.out, *fields, *OPTIONS, "--shard", "2/2")
    os.environ["PYTHONPATH"] = (
        os.environ["PYTHONPATH"].removeprefix(str(shifted.parent)).removeprefix(os.pathsep)
    )
    same = outputs(trial.out) == expected
    said = f"exit {one.code}, then with the clock set back {two.code}"
    return Found(two.code, said, f"{len(kept(trial.out))} of {RECORDS}", "equal" if same else "DIFFER")


TRIALS: dict[str, Callable[[Trial], Found]] = {
    "bad UTF-8": bad_utf8,
    "cut gz": cut_gz,
    "bad JSON": bad_json,
    "wrong column": wrong_column,
    "empty file": empty_file,
    "disk full": disk_full,
    "folder read-only": read_only,
    "input changed between runs": changed_input,
    "output edited by hand": edited_output,
    "clock set back": clock,
}


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=Path("build/corruptions"))
    parser.add_argument("--of", nargs="+", choices=list(TRIALS), default=list(TRIALS))
    given = parser.parse_args()
    print(
        "| corruption | exit code | report | kept | the same command without the cause |\n| - | - | - | - | - |"
    )
    for name in given.of:
        folder = given.out.resolve() / name.replace(" ", "-")
        row = TRIALS[name](Trial(folder))
        said = row.said.replace(str(folder) + "/", "").replace("|", "/")
        print(f"| {name} | {row.code} | {said} | {row.kept} | {row.after} |", flush=True)


if __name__ == "__main__":
    main()
