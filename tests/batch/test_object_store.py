"""Outputs and inputs at URLs: in memory, and (slow) on a local S3 server."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.request

import pytest

from seqkit.batch.ledger import Ledger

TEXT = "Time flies. She left.\n\nA new paragraph: it rains.\n\n"


@pytest.fixture
def memory():
    fsspec = pytest.importorskip("fsspec")
    system = fsspec.filesystem("memory")
    system.store.clear()
    system.pseudo_dirs[:] = [""]
    yield system
    system.store.clear()


def local_outputs(out):
    return {
        path.relative_to(out).as_posix(): path.read_bytes()
        for path in out.rglob("*")
        if path.is_file() and ".seqkit" not in path.parts
    }


def remote_outputs(system, base):
    return {
        path.removeprefix(f"{base}/").lstrip("/"): system.cat_file(path)
        for path in system.find(base)
        if ".seqkit" not in path
    }


@pytest.fixture
def corpus(tmp_path):
    folder = tmp_path / "corpus"
    (folder / "sub").mkdir(parents=True)
    (folder / "a.txt").write_text(TEXT * 40)
    (folder / "sub" / "b.txt").write_text(TEXT)
    return folder


SMALL = ("--part-size", "400")


def test_a_store_in_memory_equals_a_folder(batch, corpus, tmp_path, memory):
    assert batch("tag", corpus, "-o", tmp_path / "out", *SMALL).code == 0
    result = batch("tag", corpus, "-o", "memory://bucket/out", *SMALL, "--stops-at", "4")
    assert result.code == 130 and not memory.exists("/bucket/out/_SUCCESS")
    result = batch("tag", corpus, "-o", "memory://bucket/out", *SMALL)
    assert result.code == 0, result.err
    assert remote_outputs(memory, "/bucket/out") == local_outputs(tmp_path / "out")
    assert json.loads(batch("status", "memory://bucket/out", "--json").out)["finished"]
    assert batch("verify", "memory://bucket/out").code == 0
    memory.pipe_file("/bucket/out/a.conllu", b"mine")
    assert "a.conllu: was changed" in batch("verify", "memory://bucket/out").err


def test_inputs_behind_a_url(batch, corpus, tmp_path, memory):
    memory.pipe_file("/in/a.txt", (TEXT * 40).encode())
    memory.pipe_file("/in/sub/b.txt", TEXT.encode())
    assert batch("tag", corpus, "-o", tmp_path / "one", *SMALL).code == 0
    result = batch("tag", "memory://in", "-o", tmp_path / "two", *SMALL)
    assert result.code == 0, result.err
    assert local_outputs(tmp_path / "two") == local_outputs(tmp_path / "one")
    assert batch("tag", "memory://in/**/*.txt", "-o", tmp_path / "three", *SMALL).code == 0
    assert set(local_outputs(tmp_path / "three")) == set(local_outputs(tmp_path / "one"))
    assert batch("tag", "memory://nothing", "-o", tmp_path / "four").code == 2


def test_rows_of_several_writers_on_an_object_store(memory):
    from seqkit.batch.store_objects import ObjectStore

    row = {"unit": 0, "part": 0, "again": 0, "to": [1, 1, 1, 1], "records": 1, "words": 2, "bad": 0}
    ledgers = [Ledger(ObjectStore("memory://bucket/run")) for _ in range(2)]
    for number, ledger in enumerate(ledgers):
        ledger.log({**row, "part": number})
    for ledger in ledgers:
        ledger.refresh()
        assert sorted(ledger.unit(0).parts) == [0, 1]
    store = ObjectStore("memory://bucket/run")
    assert store.create("run.json", b"1") and not store.create("run.json", b"2")
    with pytest.raises(ValueError), store.write("half") as file:
        file.write(b"half")
        raise ValueError
    assert store.size("half") is None


@pytest.fixture
def s3(monkeypatch, tmp_path):
    """A bucket on a local server."""
    pytest.importorskip("moto")
    pytest.importorskip("s3fs")
    port = 5000 + int.from_bytes(str(tmp_path).encode()[-2:]) % 1000
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    for name, value in {
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    try:
        for _ in range(200):
            try:
                urllib.request.urlopen(url, timeout=1)
                break
            except OSError:
                time.sleep(0.2)
        import s3fs

        system = s3fs.S3FileSystem(use_listings_cache=False, skip_instance_cache=True)
        system.mkdir("bucket")
        yield system
    finally:
        server.terminate()
        server.wait()


@pytest.mark.slow
def test_s3_equals_a_folder(batch, seqkit, corpus, tmp_path, s3):
    import signal

    assert batch("tag", corpus, "-o", tmp_path / "out", *SMALL).code == 0
    expected = local_outputs(tmp_path / "out")
    s3.put(str(corpus), "bucket/in", recursive=True)
    assert batch("tag", "s3://bucket/in", "-o", "s3://bucket/out", *SMALL).code == 0
    assert remote_outputs(s3, "bucket/out") == expected
    # The engine of other processes, two shards, and a kill.
    command = [
        sys.executable,
        "-m",
        "seqkit",
        "batch",
        "tag",
        str(corpus),
        "-o",
        "s3://bucket/killed",
        *SMALL,
    ]
    process = subprocess.Popen([*command, "--processes", "2"], stderr=subprocess.DEVNULL)
    end = time.monotonic() + 120
    while time.monotonic() < end and len(s3.glob("bucket/killed/.seqkit/log/*")) < 3:
        time.sleep(0.2)
    process.send_signal(signal.SIGKILL)
    process.wait()
    for number in (1, 2):
        shard = ("--shard", f"{number}/2", "--processes", "1")
        assert subprocess.run([*command, *shard], stderr=subprocess.DEVNULL).returncode == 0
    assert remote_outputs(s3, "bucket/killed") == expected
    assert batch("verify", "s3://bucket/killed").code == 0


@pytest.fixture
def cluster(s3, monkeypatch):
    """The address of a Ray cluster on this machine, whose workers know the bucket."""
    pytest.importorskip("ray")
    # On a busy machine the processes of a node start slowly.
    monkeypatch.setenv("RAY_agent_register_timeout_ms", "180000")
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    monkeypatch.setenv("RAY_USAGE_STATS_REPORT_URL", "http://127.0.0.1:9/")
    from ray.cluster_utils import Cluster

    started = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    yield started.address
    started.shutdown()


@pytest.mark.slow
def test_ray_workers_write_to_s3_what_a_folder_gets(batch, corpus, tmp_path, s3, cluster):
    assert batch("tag", corpus, "-o", tmp_path / "out", *SMALL).code == 0
    command = [sys.executable, "-m", "seqkit", "batch", "tag", str(corpus), "-o", "s3://bucket/out", *SMALL]
    command += ["--engine", "ray", "--address", cluster, "--processes", "2"]
    ran = subprocess.run(command, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert remote_outputs(s3, "bucket/out") == local_outputs(tmp_path / "out")
    workers = {json.loads(s3.cat(row)).get("worker") for row in s3.glob("bucket/out/.seqkit/log/*")}
    assert len(workers - {None}) == 2
    again = subprocess.run(command, capture_output=True, text=True)
    assert again.returncode == 0 and remote_outputs(s3, "bucket/out") == local_outputs(tmp_path / "out")
