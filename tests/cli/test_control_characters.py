"""Control characters are shown as escapes in messages, tables, cards and `models info`."""

from __future__ import annotations

import json
import re
import shutil

import pytest

from seqkit.io.messages import MessageStream
from seqkit.io.visible import visible, visible_json, visible_lines

EVIL = "\x1b]0;title\x07\x9b31m\u202e\r"
COMMANDS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]")


def test_control_characters_are_shown_as_escapes():
    assert visible("a\x1b[1m\nb\u202e") == "a\\x1b[1m\\nb\\u202e"
    assert visible_lines("a\n\tb\r\x9b") == "a\n\tb\\r\\x9b"
    assert visible("न\u200dम \u3000é") == "न\u200dम \u3000é"


def test_json_means_the_same():
    text = json.dumps({"a": EVIL}, ensure_ascii=False)
    assert json.loads(visible_json(text)) == {"a": EVIL} and not COMMANDS.search(visible_json(text))


def test_messages_may_redraw_their_line_and_no_more(capsys):
    import sys

    stream = MessageStream(sys.stderr)
    print(f"\rdone {EVIL}", file=stream)
    assert capsys.readouterr().err == f"\rdone {visible(EVIL)}\n"


def test_a_name_in_an_error(seqkit):
    found = seqkit("tag", f"{EVIL}/x.txt", "--file")
    assert found.code == 2 and not COMMANDS.search(found.err)


@pytest.fixture
def treebank(tmp_path):
    path = tmp_path / "evil.conllu"
    cells = ["1", "Time", "_", "NOUN", f"N{EVIL[:-1]}", f"A=\x1b{EVIL[:-1]}", "_", "_", "_", "_"]
    path.write_text("\t".join(cells) + "\n\n", encoding="utf-8")
    return path


def test_labels_of_a_file_in_a_table(seqkit, model, treebank):
    found = seqkit("tag", treebank, "-m", model, "-f", "table", "--label", "upos")
    assert found.code == 0 and not COMMANDS.search(found.out)


def test_labels_of_a_model_and_its_card(seqkit, model, tmp_path):
    from seqkit.models.folder import checksums, write_manifest

    evil = tmp_path / "evil"
    shutil.copytree(model, evil)
    (evil / "README.md").write_text(f"# A card {EVIL}\n", encoding="utf-8")
    write_manifest(evil, list(checksums(evil)))
    found = seqkit("models", "info", evil)
    assert "# A card \\x1b]0;title" in found.out and not COMMANDS.search(found.out)
    assert "{" not in found.out  # a Python dict


def test_the_card_is_not_written_through_a_link(seqkit, model, tmp_path):
    evil, other = tmp_path / "evil", tmp_path / "other.txt"
    shutil.copytree(model, evil)
    other.write_text("before")
    (evil / "README.md").unlink()
    (evil / "README.md").symlink_to(other)
    from seqkit.models.folder import checksums, write_manifest

    write_manifest(evil, list(checksums(evil)))
    found = seqkit("evaluate", evil, "sample-english", "--card")
    assert found.code == 1 and "is a link" in found.err and other.read_text() == "before"
