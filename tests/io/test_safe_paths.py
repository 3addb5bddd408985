"""Accepted and refused paths and URLs of a manifest."""

import zipfile

import pytest

from seqkit.errors import SeqkitError
from seqkit.io.safe_paths import fault_of_address, fault_of_path
from seqkit.io.text_files import opened


@pytest.mark.parametrize("path", ["a.txt", "a/b..c", "..a/b", "a/~b", "a b", "ä/日本", "./a"])
def test_paths_that_stay_in_their_folder(path):
    assert fault_of_path(path) == ""


@pytest.mark.parametrize(
    ("path", "fault"),
    [
        ("../a", "leads out"),
        ("a/" + "ä" * 128, "255 bytes"),
        ("a/../../b", "leads out"),
        ("rec/../../x", "leads out"),
        ("a\\..\\b", "leads out"),
        ("/a", "absolute"),
        ("C:\\a", "absolute"),
        ("C:a", "absolute"),
        ("\\a", "absolute"),
        ("//host/share/a", "absolute"),
        ("~", "~"),
        ("~/a", "~"),
        ("~user/a", "~"),
        ("a\0b", "control"),
        ("a\nb", "control"),
        ("a\x7fb", "control"),
        ("\x85", "control"),
        ("", "no file"),
        (".", "no file"),
    ],
)
def test_paths_that_are_refused(path, fault):
    assert fault in fault_of_path(path)


@pytest.mark.parametrize("url", ["http://host/a", "https://host:8080/a%20b", "HTTPS://host/"])
def test_addresses_on_the_web(url):
    assert fault_of_address(url) == ""


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://host/a",
        "data:,a",
        "/a",
        "a",
        "",
        "http:///a",
        "http://h/a b",
        "http://[/",
        "s3://b/a",
    ],
)
def test_addresses_that_are_refused(url):
    assert fault_of_address(url)


@pytest.mark.parametrize("name", ["../up.txt", "a/../../up.txt"])
def test_a_member_of_an_archive_whose_name_leads_out(tmp_path, name):
    archive = tmp_path / "a.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr(name, "x")
    with pytest.raises(SeqkitError, match="leads out of its folder"), opened(f"{archive}/{name}"):
        pass
