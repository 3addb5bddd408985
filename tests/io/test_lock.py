"""A lock on a folder, between real processes."""

import errno
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
from threading import Timer

import pytest

from seqkit.errors import SeqkitError
from seqkit.io import lock
from seqkit.io.lock import Owner, check_unlocked, locked, owner_of

HOLD = """
import sys, time
from pathlib import Path
from seqkit.io.lock import locked
with locked(Path(sys.argv[1]), "there") as before:
    print("held", flush=True)
    time.sleep(float(sys.argv[2]))
"""


@pytest.fixture
def hold(tmp_path):
    """A function that starts a process which holds a lock."""
    started = []

    def start(path, seconds=60):
        process = subprocess.Popen(
            [sys.executable, "-c", HOLD, str(path), str(seconds)], stdout=subprocess.PIPE, text=True
        )
        started.append(process)
        assert process.stdout.readline() == "held\n"
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()


def test_a_second_process_is_refused_with_pid_and_host_of_the_first(tmp_path, hold):
    path = tmp_path / "run" / "lock"
    first = hold(path)
    said = f"process {first.pid} on {socket.gethostname()}, since 20"
    with pytest.raises(SeqkitError, match=said), locked(path, "there"):
        pass
    with pytest.raises(SeqkitError, match=f"there: in use by {said}"):
        check_unlocked(path, "there")
    assert json.loads(path.read_text())["pid"] == first.pid


def test_the_lock_of_a_killed_process_is_taken_over(tmp_path, hold):
    path = tmp_path / "lock"
    first = hold(path)
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert path.exists() and owner_of(path) is None
    check_unlocked(path, "there")
    with locked(path, "there") as before:
        assert before is not None and before.pid == first.pid
        assert owner_of(path).pid == os.getpid()
    assert not path.exists()


def test_the_lock_and_folders_made_for_it_go_with_its_owner(tmp_path, hold):
    path = tmp_path / "a" / "b" / "lock"
    with locked(path, "there") as before:
        assert before is None and path.exists()
        (tmp_path / "a" / "kept").touch()
    assert not path.parent.exists() and (tmp_path / "a" / "kept").exists()
    assert hold(path, 0).wait(timeout=20) == 0
    assert not path.exists()


def test_of_many_processes_one_at_a_time_has_it(tmp_path):
    """Each adds 1 to a number, by reading it and writing it a little later; a process that is refused tries again."""
    code = (
        "import sys, time\nfrom pathlib import Path\nfrom seqkit.errors import SeqkitError\n"
        "from seqkit.io.lock import locked\nfolder, done = Path(sys.argv[1]), 0\n"
        "while done < 20:\n"
        "    try:\n"
        "        with locked(folder / 'run' / 'lock', 'there'):\n"
        "            number = int((folder / 'number').read_text())\n"
        "            time.sleep(0.001)\n"
        "            (folder / 'number').write_text(str(number + 1))\n"
        "            done += 1\n"
        "    except SeqkitError:\n"
        "        time.sleep(0.001)\n"
    )
    (tmp_path / "number").write_text("0")
    processes = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path)]) for _ in range(3)]
    assert [process.wait(timeout=100) for process in processes] == [0, 0, 0]
    assert (tmp_path / "number").read_text() == "60"
    assert not (tmp_path / "run" / "lock").exists()


def test_a_child_that_outlives_its_parent_does_not_keep_the_lock(tmp_path):
    """A descriptor that a worker inherits would hold the lock after the run was killed."""
    code = HOLD.replace(
        '    print("held"',
        '    import subprocess; print(subprocess.Popen(["sleep", "30"], stdout=subprocess.DEVNULL).pid)\n'
        '    print("held"',
    )
    path = tmp_path / "lock"
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(path), "60"], stdout=subprocess.PIPE, text=True
    )
    child = int(process.stdout.readline())
    process.stdout.readline()
    process.kill()
    process.wait()
    process.stdout.close()
    try:
        assert owner_of(path) is None
    finally:
        os.kill(child, signal.SIGKILL)


def test_looking_for_an_owner_does_not_lock(tmp_path):
    path = tmp_path / "lock"
    path.touch()
    with open(path, "rb") as looking:
        fcntl.flock(looking, fcntl.LOCK_SH)
        Timer(0.2, fcntl.flock, (looking, fcntl.LOCK_UN)).start()
        with locked(path, "there"):
            assert owner_of(path).pid == os.getpid()


class NoLocks:
    """A file system without locks."""

    LOCK_SH = LOCK_EX = LOCK_NB = 0

    @staticmethod
    def flock(descriptor, operation):
        raise OSError(errno.ENOLCK, "No locks available")


@pytest.mark.parametrize("locks", [NoLocks, None])
def test_without_locks_of_files_the_record_of_a_live_process_counts(tmp_path, monkeypatch, locks):
    monkeypatch.setattr(lock, "fcntl", locks)
    path = tmp_path / "lock"
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()

    def write(pid, host):
        path.write_text(json.dumps({"pid": pid, "host": host, "since": "then"}))

    write(os.getppid(), socket.gethostname())
    with pytest.raises(SeqkitError, match=f"process {os.getppid()} on"):
        check_unlocked(path, "there")
    write(dead.pid, "another-host")
    with pytest.raises(SeqkitError, match=r"another-host.*\n.*If that host is gone, delete"):
        check_unlocked(path, "there")
    write(dead.pid, socket.gethostname())
    with locked(path, "there") as before:
        assert before == Owner(dead.pid, socket.gethostname(), "then")


@pytest.mark.parametrize("content", ["", "{", "[]", '{"pid": "x", "host": 1}'])
def test_a_lock_file_without_an_owner_is_taken_over(tmp_path, content):
    path = tmp_path / "lock"
    path.write_text(content)
    with locked(path, "there") as before:
        assert before is None and owner_of(path).pid == os.getpid()


def test_a_name_written_late_is_waited_for(tmp_path, hold, monkeypatch):
    """Between locking and naming itself an owner's file still names a dead one."""
    path = tmp_path / "lock"
    first = hold(path)
    right = path.read_text()
    path.write_text(json.dumps({"pid": 2**22 + 1, "host": socket.gethostname(), "since": "then"}))
    monkeypatch.setattr(lock.time, "sleep", lambda seconds: path.write_text(right))
    assert owner_of(path).pid == first.pid
