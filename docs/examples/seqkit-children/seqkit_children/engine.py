"""Runs each job in a child process, `python -m seqkit_children.child`, which reads setup and job from its stdin."""

import os
import subprocess
import sys
import tempfile
import time
from multiprocessing.reduction import ForkingPickler

from seqkit.batch.engine import Done, Engine


class ChildrenEngine(Engine):
    """A child for each job, as many at a time as --processes says."""

    def __init__(self, setup, request):
        super().__init__(setup, request)
        self.most = request.processes or os.cpu_count() or 1
        self.children = []

    def has_room(self):
        return len(self.children) < self.most

    def submit(self, job):
        answer, given = tempfile.TemporaryFile(), tempfile.TemporaryFile()
        given.write(ForkingPickler.dumps((self.setup, job)))
        given.seek(0)
        command = [sys.executable, "-P", "-m", "seqkit_children.child"]
        self.children.append((job, subprocess.Popen(command, stdin=given, stdout=answer), answer))
        given.close()

    def finished(self, seconds):
        end = time.monotonic() + seconds
        while self.children and time.monotonic() < end:
            over = [child for child in self.children if child[1].poll() is not None]
            if over:
                self.children = [child for child in self.children if child not in over]
                return [self.done(*child) for child in over]
            time.sleep(0.02)
        return []

    def done(self, job, process, answer):
        """What a child has answered; without an answer it has died."""
        answer.seek(0)
        content = answer.read()
        answer.close()
        if process.returncode or not content:
            fault = RuntimeError(f"the child ended with exit code {process.returncode}")
            return Done(job, None, fault, died=True)
        row, error = ForkingPickler.loads(content)
        return Done(job, row, error)

    @property
    def running(self):
        return len(self.children)

    def close(self):
        for _, process, answer in self.children:
            process.kill()
            process.wait()
            answer.close()
        self.children = []
