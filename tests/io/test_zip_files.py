"""Files inside zip files."""

import zipfile

import pytest

from seqkit.errors import SeqkitError
from seqkit.io.text_files import read_lines
from seqkit.io.zip_files import on_disk


@pytest.fixture
def archive(tmp_path):
    path = tmp_path / "two.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("deep/a.txt", "one\nzwei ü\n" * 1000)
        packed.writestr("b.txt", "b")
    return path


def refusal(path):
    with pytest.raises(SeqkitError) as caught:
        list(read_lines(path))
    assert caught.value.fix
    return caught.value.problem


def test_a_member_reads_like_a_file(archive):
    lines = list(read_lines(archive / "deep" / "a.txt"))
    assert len(lines) == 2000 and lines[-1] == (2000, "zwei ü\n")


def test_which_part_of_a_path_is_the_file():
    assert [str(part) for part in on_disk("x/a.zip/deep/b.txt")] == ["x/a.zip", "deep/b.txt"]
    assert on_disk("x/a.zip")[1] == ""


def test_a_folder_may_be_called_so(tmp_path):
    (tmp_path / "no.zip").mkdir()
    (tmp_path / "no.zip" / "a.txt").write_text("plain\n")
    assert list(read_lines(tmp_path / "no.zip" / "a.txt")) == [(1, "plain\n")]


def test_faults_are_reported(archive, tmp_path):
    assert "does not contain 'c.txt'" in refusal(archive / "c.txt")
    assert "no such file" in refusal(tmp_path / "gone.zip" / "a.txt").lower()
    (tmp_path / "false.zip").write_text("text")
    assert "cannot be unpacked" in refusal(tmp_path / "false.zip" / "a.txt")
    data = bytearray(archive.read_bytes())
    data[60] ^= 0xFF
    (tmp_path / "hurt.zip").write_bytes(data)
    assert refusal(tmp_path / "hurt.zip" / "deep" / "a.txt").startswith(str(tmp_path / "hurt.zip"))
