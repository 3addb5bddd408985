"""Failures of jobs: decide whether they end a run, and describe them."""

from __future__ import annotations

from seqkit.batch.folder import Inputs
from seqkit.batch.jobs import Job, Join
from seqkit.data.items import library_missing
from seqkit.errors import SeqkitError
from seqkit.io.atomic import FULL


def ends_run(error: BaseException | None, stop: bool) -> bool:
    """Whether an error would affect every other job, too. Args: stop, whether the first bad record ends the run."""
    if isinstance(error, SeqkitError):
        return stop or error.exit_code == 2 or is_full(error) or library_missing(error)
    return is_full(error)


def reason(error: SeqkitError) -> str:
    """Format an error in one line."""
    return f"{error.problem}. {error.fix}".rstrip()


def is_full(error: BaseException | None) -> bool:
    """Whether an error is due to a full disk, which would also affect the next part."""
    fault = error.__cause__ if isinstance(error, SeqkitError) else error
    return isinstance(fault, OSError) and fault.errno in FULL


def called(job: Job, inputs: Inputs) -> str:
    """Describe a job for messages: its file, and the line at which its part begins."""
    unit = inputs.units[job.work.unit]
    path = inputs.files[unit.files[0]].path
    more = f" and {len(unit.files) - 1} more files" if len(unit.files) > 1 else ""
    if isinstance(job.work, Join):
        return f"the outputs for {path}{more}"
    at = f", line {job.work.pieces[0].start.line}" if job.work.pieces[0].data is not None else ""
    return f"{path}{more}{at}"
