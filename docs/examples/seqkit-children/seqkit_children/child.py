"""The child: one job, its answer on standard output."""

import os
import sys
from multiprocessing.reduction import ForkingPickler

from seqkit.batch.worker import Worker
from seqkit.runtime.start import start_worker


def main():
    """Do the job. Standard output is for the answer alone."""
    answer = os.dup(1)
    os.dup2(2, 1)
    setup, job = ForkingPickler.loads(sys.stdin.buffer.read())
    start_worker()
    try:
        found = Worker(setup)(job), None
    except Exception as error:
        found = None, error
    with os.fdopen(answer, "wb") as file:
        file.write(ForkingPickler.dumps(found))


if __name__ == "__main__":
    main()
