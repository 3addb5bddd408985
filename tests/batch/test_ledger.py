"""The ledger and the store handle files that a crash left."""

from __future__ import annotations

import errno
import json
import os

import pytest

from seqkit.batch.inputs import InputFile
from seqkit.batch.ledger import LOG, Ledger
from seqkit.batch.store_local import LocalStore
from seqkit.batch.units import owner, units_of
from seqkit.errors import SeqkitError

ROW = {"unit": 0, "part": 0, "again": 0, "to": [9, 2, 1, 9], "outs": [[3, "x", 1]], "records": 1, "words": 2}
ROW |= {"bad": 0, "source": 9, "seconds": 0.1}


def test_a_truncated_row_is_not_a_commit(tmp_path):
    store = LocalStore(str(tmp_path))
    log = tmp_path / LOG / "a.jsonl"
    log.parent.mkdir(parents=True)
    whole = json.dumps(ROW) + "\n"
    log.write_text(whole + json.dumps({**ROW, "part": 1})[:-5])
    ledger = Ledger(store)
    ledger.refresh()
    assert list(ledger.unit(0).parts) == [0]
    with open(log, "a") as file:
        file.write(json.dumps({**ROW, "part": 1})[-5:] + "\n")
    ledger.refresh()
    assert list(ledger.unit(0).parts) == [0, 1]
    assert ledger.totals().words == 4


def test_logs_are_one_state_in_any_order(tmp_path):
    writers = [Ledger(LocalStore(str(tmp_path))) for _ in range(3)]
    for number, writer in enumerate(writers):
        writer.log({**ROW, "part": number})
    writers[0].log({"unit": 0, "again": 0, "total": 3, "bad": 0})
    for writer in writers:
        writer.refresh()
        assert writer.unit(0).complete
        assert writer.unit(0).planned()[0] == 3
    writers[2].log({"unit": 0, "again": 0, "files": [["a", 1, "x"]], "parts": 3, "words": 0})
    late = Ledger(LocalStore(str(tmp_path)))
    late.refresh()
    assert late.unit(0).joined and not late.unit(0).parts
    late.log({"unit": 0, "again": 1, "lost": "a"})
    for ledger in (late, writers[0]):
        ledger.refresh()
        assert ledger.unit(0).joined is None and not ledger.unit(0).parts and ledger.unit(0).total == 3
    writers[0].log({**ROW, "part": 0})  # a late row of the time before
    assert not writers[0].unit(0).parts


def test_a_file_is_created_once(tmp_path):
    store = LocalStore(str(tmp_path))
    assert store.create("a/run.json", b"1") and not store.create("a/run.json", b"2")
    assert store.read("a/run.json") == b"1"


def test_a_write_that_fails_leaves_nothing(tmp_path):
    store = LocalStore(str(tmp_path))
    try:
        with store.write("a/b") as file:
            file.write(b"half")
            raise ValueError
    except ValueError:
        pass
    assert store.size("a/b") is None and list((tmp_path / "a").iterdir()) == []


def test_unfinished_files_are_deleted_at_the_end(tmp_path):
    store = LocalStore(str(tmp_path))
    store.put("sub/a.conllu", b"x")
    for name in (
        "sub/.a.conllu.0123abcd.part",
        "parts/.p.0123abcd.part",
        "parts/000000-000000",
        "sub/.mine.part",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    store.clean({"sub"}, "parts")
    left = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert left == {"sub/a.conllu", "sub/.mine.part"}


def test_one_lock_for_one_process(tmp_path):
    store, other = LocalStore(str(tmp_path)), LocalStore(str(tmp_path))
    assert store.lock("l") and not other.lock("l")
    store.close()
    assert other.lock("l")
    other.close()


def test_small_files_share_a_unit_and_shards_share_the_work():
    files = [InputFile(str(n), str(n), size, "") for n, size in enumerate([10, 10, 5000, 10, 900, 10])]
    units = list(units_of(files, ["text"] * 6, 1000))
    assert [unit.files for unit in units] == [(0, 1), (2,), (3,), (4,), (5,)]
    assert [unit.cuts for unit in units] == ["whole", "text", "whole", "text", "whole"]
    parts = [(unit, part) for unit in range(7) for part in range(5)]
    owners = [owner(*one, 3) for one in parts]
    assert (
        set(owners) == {0, 1, 2} and max(map(owners.count, range(3))) - min(map(owners.count, range(3))) <= 1
    )


def test_a_row_on_a_full_disk_leaves_no_partial_row(tmp_path, monkeypatch):
    store = LocalStore(str(tmp_path))
    store.append("log/a.jsonl", {"unit": 1})
    real = os.fsync

    def full(number):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SeqkitError, match=r"a.jsonl: cannot be written .No space left"):
        store.append("log/a.jsonl", {"unit": 2})
    monkeypatch.setattr(os, "fsync", real)
    store.append("log/a.jsonl", {"unit": 3})
    assert [row["unit"] for row in store.fresh_rows("log", {})] == [1, 3]


def test_a_damaged_row_is_named(tmp_path):
    store = LocalStore(str(tmp_path))
    store.append("log/a.jsonl", {"unit": 1})
    with open(tmp_path / "log" / "a.jsonl", "ab") as file:
        file.write(b"{bad}\n")
    with pytest.raises(SeqkitError, match=r"log/a.jsonl: a row of the ledger is damaged"):
        list(store.fresh_rows("log", {}))
