"""The child: one job, its answer on standard output."""

import os
import sys
from multiprocessing.reduction import ForkingPickler

from seqkit.batch.engine import CannotStart
from seqkit.batch.worker import Worker
from seqkit.runtime.start import start_worker


def answer_of(worker, job):
    """The row of a job and None, or None and its error."""
    try:
        return worker(job), None
    except Exception as error:
        return None, error


def main():
    """Do the job. Standard output is for the answer alone."""
    answer = os.dup(1)
    os.dup2(2, 1)
    setup, job = ForkingPickler.loads(sys.stdin.buffer.read())
    start_worker()
    try:
        worker = Worker(setup)
    except Exception as error:
        found = None, CannotStart(error)
    else:
        found = answer_of(worker, job)
    with os.fdopen(answer, "wb") as file:
        file.write(ForkingPickler.dumps(found))


if __name__ == "__main__":
    main()
