"""Faults during a batch: full disk, changed model, clock set back, a plugin's task, real worker processes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time

import pytest

from seqkit.batch.store_local import LocalStore

TEXT = "Time flies. She left.\n\nA new paragraph: it rains.\n\n"
SMALL = ("--part-size", "400")


@pytest.fixture
def corpus(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text(TEXT * 60)
    return tmp_path / "in"


@pytest.fixture
def stopped(corpus, batch, tmp_path):
    """The output folder of a run that was stopped after four parts."""
    assert batch("tag", corpus, "-o", tmp_path / "out", *SMALL, "--stops-at", "4").code == 130
    return tmp_path / "out"


def outputs(out):
    return {path.name: path.read_bytes() for path in out.iterdir() if path.is_file()}


@pytest.mark.slow
def test_real_workers_and_a_disk_that_is_full(corpus, batch, tmp_path):
    """The second line of the message comes from a worker; the same command goes on when there is room."""
    assert batch("tag", corpus, "-o", tmp_path / "whole", *SMALL).code == 0
    out = tmp_path / "out"
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (9000, 9000));"
        f"sys.argv = ['seqkit', 'batch', 'tag', {str(corpus)!r}, '-o', {str(out)!r}, '--part-size', '400',"
        "'--processes', '1'];"
        "from seqkit.__main__ import main; main()"
    )
    # A part's output is about 5 kB, the joined file 60: joining fails.
    ran = subprocess.run(
        [sys.executable, "-c", f"if __name__ == '__main__':\n    {code}"], capture_output=True, text=True
    )
    assert ran.returncode == 1 and "Free some disk space" in ran.stderr and "Traceback" not in ran.stderr, (
        ran.stderr
    )
    assert not (out / "a.conllu").exists() and not (out / "_SUCCESS").exists()
    assert batch("tag", corpus, "-o", out, *SMALL).code == 0
    assert outputs(out) == outputs(tmp_path / "whole")


def test_a_model_that_changes_during_the_run(corpus, batch, seqkit, tmp_path, monkeypatch):
    from seqkit.models.folder import model_folder

    model = tmp_path / "model"
    shutil.copytree(model_folder("en-tagger"), model)
    out = tmp_path / "out"
    assert batch("tag", corpus, "-o", out, "-m", model, *SMALL, "--stops-at", "3").code == 130
    manifest = json.loads((model / "MANIFEST.json").read_text())
    manifest["sha256"]["config.json"] = "0" * 64
    (model / "MANIFEST.json").write_text(json.dumps(manifest))
    result = batch("tag", corpus, "-o", out, "-m", model, *SMALL)
    assert result.code == 2 and "belongs to a run with another model" in result.err


@pytest.fixture
def models(tmp_path):
    """A folder with a model, and the files of another one for it: a weight differs."""
    from seqkit.models.folder import checksums, model_folder, write_manifest

    folder, other = tmp_path / "model", tmp_path / "other"
    shutil.copytree(model_folder("en-tagger"), folder)
    shutil.copytree(folder, other)
    weights = bytearray((other / "model.safetensors").read_bytes())
    weights[-8:] = bytes(8)
    (other / "model.safetensors").write_bytes(weights)
    write_manifest(other, checksums(other))
    return folder, other


def swapped(folder, other):
    """Another folder takes the name of the model's."""
    folder.rename(folder.with_name("before"))
    shutil.copytree(other, folder)


def overwritten(folder, other):
    """Each file is written in place, the manifest last."""
    for name in ("model.safetensors", "MANIFEST.json"):
        (folder / name).write_bytes((other / name).read_bytes())


def half_done(folder, other):
    """As while a training saves its model."""
    (folder / "MANIFEST.json").unlink()


@pytest.mark.parametrize("how", [swapped, overwritten, half_done])
def test_a_model_that_is_replaced_between_two_parts(corpus, batch, models, tmp_path, monkeypatch, how):
    """The run ends before a part is committed; a shard that begins later is refused; the old model continues."""
    from seqkit.batch import worker
    from seqkit.batch.ledger import Ledger

    parts = iter(range(9))

    class Replacing(worker.PartWork):
        def run(self, pieces):
            super().run(pieces)
            if next(parts) == 2:
                how(*models)

    arguments = (corpus, "-o", tmp_path / "out", "-m", models[0], *SMALL)
    shutil.copytree(models[0], tmp_path / "kept")
    assert batch("tag", corpus, "-o", tmp_path / "whole", "-m", models[0], *SMALL).code == 0
    with monkeypatch.context() as patched:
        patched.setattr(worker, "PartWork", Replacing)
        result = batch("tag", *arguments)
    assert result.code == 2 and len(result.err.splitlines()) == 2, result.err
    assert f"{models[0]}: the model has changed since the run began" in result.err
    assert not (tmp_path / "out" / "_SUCCESS").exists() and not (tmp_path / "out" / "a.conllu").exists()
    ledger = Ledger(LocalStore(str(tmp_path / "out")))
    ledger.refresh()
    assert len(ledger.unit(0).parts) == 2
    result = batch("tag", *arguments, "--shard", "2/2")
    assert result.code and ("another model" in result.err or "MANIFEST.json is missing" in result.err)
    shutil.rmtree(models[0])
    shutil.copytree(tmp_path / "kept", models[0])
    assert batch("tag", *arguments).code == 0
    assert outputs(tmp_path / "out") == outputs(tmp_path / "whole")


def test_a_model_that_is_replaced_while_a_worker_loads_it(corpus, batch, models, tmp_path, monkeypatch):
    from seqkit.tasks.tagging.task import TaggingTask

    load = TaggingTask.load_for

    def late(task, request):
        overwritten(*models)
        return load(task, request)

    monkeypatch.setattr(TaggingTask, "load_for", late)
    result = batch("tag", corpus, "-o", tmp_path / "out", "-m", models[0], *SMALL)
    assert result.code == 2 and "the model has changed since the run began" in result.err, result.err


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["local", "ray"])
@pytest.mark.parametrize("how", [swapped, overwritten])
def test_a_model_that_is_replaced_under_real_workers(corpus, seqkit, models, tmp_path, engine, how):
    if engine == "ray":
        pytest.importorskip("ray")
    out = tmp_path / "out"
    command = [sys.executable, "-m", "seqkit", "batch", "tag", str(corpus), "-o", str(out)]
    command += ["-m", str(models[0]), *SMALL, "--processes", "1", "--engine", engine]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    end = time.monotonic() + 120
    while time.monotonic() < end and not list((out / ".seqkit").glob("parts/*")):
        time.sleep(0.02)
    how(*models)
    _, said = process.communicate()
    assert process.returncode == 2 and "the model has changed since the run began" in said, said
    assert not (out / "_SUCCESS").exists()
    again = subprocess.run([*command, "--shard", "2/2"], capture_output=True, text=True)
    assert again.returncode == 2 and "belongs to a run with another model" in again.stderr


def test_a_run_does_not_depend_on_the_clock(corpus, batch, stopped, tmp_path, monkeypatch):
    assert batch("tag", corpus, "-o", tmp_path / "whole", *SMALL).code == 0
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() - 10**7)
    assert batch("tag", corpus, "-o", stopped, *SMALL).code == 0
    assert outputs(stopped) == outputs(tmp_path / "whole")


def test_an_input_that_changes_during_the_run(corpus, batch, stopped):
    text = (corpus / "a.txt").read_text()
    status = (corpus / "a.txt").stat()
    (corpus / "a.txt").write_text(text.replace("rains", "snows"))
    os.utime(corpus / "a.txt", ns=(status.st_atime_ns, status.st_mtime_ns))  # as if nothing had happened
    result = batch("tag", corpus, "-o", stopped, *SMALL)
    assert result.code in (0, 1)
    faults = batch("verify", stopped).err
    assert "a.txt: the input has changed since the run began (in part 1)" in faults


def test_two_runs_at_a_time_need_shards(corpus, batch, stopped):
    from seqkit.batch.ledger import FOLDER

    store = LocalStore(str(stopped))
    assert store.lock(f"{FOLDER}/lock-1-1")
    result = batch("tag", corpus, "-o", stopped, *SMALL)
    assert result.code == 2 and "in use by another process" in result.err and "--shard" in result.err
    store.close()
    assert batch("tag", corpus, "-o", stopped, *SMALL).code == 0


def test_wrong_columns_and_files_of_another_format(batch, tmp_path, rows_of):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.jsonl").write_text('{"body": "She left."}\n{"text": "no"}\nnot json\n{"body": 3}\n[1]\n')
    (folder / "b.parquet").write_bytes(b"no parquet")
    (folder / "c.csv").write_text("id,body\n1,She left.\n2\n3,He stays.\n")
    arguments = ("--text-field", "body", "--format", "jsonl")
    result = batch("tag", folder, "-o", tmp_path / "out", *arguments)
    assert result.code == 3, result.err
    rows = rows_of(tmp_path / "out" / "errors.jsonl")
    found = [(row["file"].rsplit("/", 1)[1], row["line"], row["reason"].split(" (")[0]) for row in rows]
    assert found[:4] == [
        ("a.jsonl", 2, "no field 'body'"),
        ("a.jsonl", 3, "not JSON"),
        ("a.jsonl", 4, "'body' is not a string"),
        ("a.jsonl", 5, "not a JSON object"),
    ]
    assert found[4][0] == "b.parquet" and "is not a Parquet file" in rows[4]["reason"]
    assert found[5] == ("c.csv", 3, "1 column(s) instead of 2")
    assert [row["text"] for row in rows_of(tmp_path / "out" / "c.jsonl")] == ["She left.", "He stays."]
    assert json.loads((tmp_path / "out" / "_SUCCESS").read_text())["bad"] == 6


def test_a_machine_that_cannot_write_to_the_folder_is_named(corpus, batch, tmp_path, monkeypatch):
    import socket

    from seqkit.batch import worker

    class ReadOnly(LocalStore):
        def write(self, name):
            raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(worker, "open_store", ReadOnly)
    result = batch("tag", corpus, "-o", tmp_path / "out", *SMALL, "--label", "xpos")
    assert result.code == 1 and f"cannot be written from {socket.gethostname()}" in result.err, result.err
    assert not (tmp_path / "out" / "_SUCCESS").exists()


def test_permission_that_is_lost_during_a_run_ends_it_with_one_message(shout, batch, tmp_path, monkeypatch):
    import socket

    from seqkit.batch.ledger import PARTS

    (tmp_path / "in.txt").write_text("one\ntwo\n" * 300)
    arguments = ("shout", tmp_path / "in.txt", "-o", tmp_path / "out", "--part-size", "100")
    kept, writes = LocalStore.write, []

    def write(self, name):
        writes.append(name)
        if len([one for one in writes if one.startswith(PARTS)]) > 6:
            raise OSError(30, "Read-only file system")
        return kept(self, name)

    with monkeypatch.context() as patch:
        patch.setattr(LocalStore, "write", write)
        result = batch(*arguments)
    named = f"{tmp_path}/out: cannot be written from {socket.gethostname()} (Read-only file system)"
    assert result.code == 1 and named in result.err, result.err
    assert len(result.err.splitlines()) == 2 and not (tmp_path / "out" / "in.txt").exists()
    assert batch(*arguments).code == 0
    assert (tmp_path / "out" / "in.txt").read_text() == "ONE\nTWO\n" * 300


@pytest.mark.parametrize("name", ["run.json", "inputs.jsonl"])
@pytest.mark.parametrize("content", [b"", b"{", b"[]\n", b"{}\n", None])
def test_a_damaged_ledger_is_reported(shout, batch, tmp_path, name, content):
    (tmp_path / "in.txt").write_text("one\n")
    out = tmp_path / "out"
    arguments = ("shout", tmp_path / "in.txt", "-o", out)
    assert batch(*arguments).code == 0
    damaged = out / ".seqkit" / name
    damaged.unlink()
    if content is not None:
        damaged.write_bytes(content)
    for call in (("status", out), ("verify", out), arguments):
        result = batch(*call)
        assert result.code in (1, 2) and result.out == "" and len(result.err.splitlines()) <= 2, result
    assert (out / "in.txt").read_text() == "ONE\n"


def test_file_names_that_are_not_utf_8(batch, tmp_path, rows_of):
    folder = tmp_path / "in"
    folder.mkdir()
    name = os.fsdecode(b"\xff.txt")
    try:
        (folder / name).write_bytes(b"She left.\n\nBad \xff here.\n\nTime flies.\n\n" * 4)
    except OSError:
        pytest.skip("the file system refuses such names")
    out = tmp_path / "out"
    made = out / name.replace(".txt", ".conllu")
    arguments = ("tag", folder, "-o", out, "--part-size", "60")
    assert batch(*arguments).code == 3
    before = made.read_bytes()
    assert before.count(b"# text = ") == 8
    assert [row["file"] for row in rows_of(out / "errors.jsonl")] == [str(folder / name)] * 4
    assert batch("verify", out).code == 0
    made.unlink()
    assert batch(*arguments).code == 3 and made.read_bytes() == before


def test_files_that_are_left_out_are_named(shout, batch, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.txt").write_text("one\n")
    (folder / "b.pdf").write_bytes(b"")
    (folder / "c.txt").symlink_to("nothing.txt")
    (folder / ".hidden.txt").write_text("no\n")
    result = batch("shout", folder, "-o", tmp_path / "out")
    assert result.code == 0
    assert f"it is no file: {folder}/c.txt and 1 more" in result.err
    result = batch("shout", f"{folder}/*.txt", "-o", tmp_path / "out2")
    assert f"it is no file: {folder}/c.txt\n" in result.err


def test_failures_of_an_object_store_name_its_url(shout, batch, tmp_path, monkeypatch):
    fsspec = pytest.importorskip("fsspec")
    memory = fsspec.get_filesystem_class("memory")

    class NoCredentialsError(Exception):
        """As botocore has it."""

    def refused(*arguments, **options):
        raise NoCredentialsError("Unable to locate credentials")

    (tmp_path / "a.txt").write_text("one\n")
    with monkeypatch.context() as patch:
        for name in ("info", "isdir", "open", "cat_file"):
            patch.setattr(memory, name, refused)
        for call in (
            ("shout", tmp_path / "a.txt", "-o", "memory://out"),
            ("shout", "memory://out", "-o", tmp_path / "out"),
            ("status", "memory://out"),
            ("verify", "memory://out"),
        ):
            result = batch(*call)
            said = "memory://out: cannot be reached (Unable to locate credentials)"
            assert result.code == 1 and said in result.err and len(result.err.splitlines()) == 2, result.err


def test_an_output_with_the_name_of_a_report_is_refused(batch, tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "errors.jsonl").write_text('{"words": ["She", "left"]}\n')
    result = batch("tag", tmp_path / "in", "-o", tmp_path / "out")
    assert result.code == 2 and "in/errors.jsonl: its output would have the name errors.jsonl" in result.err
    assert not (tmp_path / "out").exists()


SHOUT = """
from dataclasses import dataclass
from seqkit import TaskSpec, hookimpl
from seqkit.examples import RawText, SourceLocation
from seqkit.io.text_files import chomp, read_lines
from seqkit.tasks import Task


@dataclass(frozen=True)
class ShoutOptions:
    prefix: str = ""


class ShoutTask(Task):
    name = "shouting"

    def prepare(self, request, reporter):
        raise self.lacks("training")

    def default_model(self, request):
        return "en-tagger"

    def load_for(self, request):
        return None

    def cuts(self, path, request):
        return "lines"

    def read(self, path, request, problems):
        for number, line in read_lines(path):
            yield RawText(chomp(line), SourceLocation(str(path), number))

    def apply(self, model, chunk, request):
        return [request.options.prefix + item.text.upper() for item in chunk.items]

    def formats(self, path, request):
        return ("txt",)

    def writer(self, format, file, request):
        return Writer(file)


class Writer:
    def __init__(self, file):
        self.file = file

    def write(self, number, item, output):
        self.file.write((output + "\\n").encode())
        return 1

    def close(self):
        pass


@hookimpl
def seqkit_tasks():
    yield TaskSpec("shouting", implementation="shout_plugin:ShoutTask", verb="shout", application=ShoutOptions)
"""


def test_a_plugin_in_a_file_works_in_worker_processes(tmp_path):
    (tmp_path / "shout_plugin.py").write_text(SHOUT)
    (tmp_path / "in.txt").write_text("one\ntwo\n" * 300)
    command = [sys.executable, "-m", "seqkit", "batch", "shout", "in.txt", "-o", "out", "--prefix", "> "]
    command += ["--plugin", "shout_plugin.py", "--processes", "1", "--part-size", "500"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert (tmp_path / "out" / "in.txt").read_text() == "> ONE\n> TWO\n" * 300
    with open(tmp_path / "shout_plugin.py", "a") as file:
        file.write("# changed\n")
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert ran.returncode == 2 and "the versions of plugins (shout_plugin.py)" in ran.stderr
