"""`seqkit corpora`: data go to stdout, messages to stderr, mistakes are reported."""

import gzip
import json
import subprocess
import sys

import pytest

from seqkit.data.catalogue import corpus_files
from seqkit.data.files import read_file
from seqkit.examples import RecordErrors
from seqkit.tasks.tagging.data import read_data
from seqkit.tasks.tagging.options import TaggingOptions
from seqkit.training.request import Sources

GOOD = "1\tHello\thello\tINTJ\tUH\t_\t0\troot\t_\t_\n\n"
BAD = "1\tHello\n\n"


@pytest.fixture(autouse=True)
def no_corpora(tmp_path, monkeypatch):
    """An environment without fetched corpora and without the user's folders."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.delenv("SEQKIT_CORPORA_DIR", raising=False)


def test_list_shows_which_corpora_are_present(seqkit):
    code, out, err = seqkit("corpora", "list")
    rows = {line.split()[0]: line for line in out.splitlines()}
    assert (code, err) == (0, "")
    assert rows["ud-english-ewt"].endswith("not fetched")
    assert rows["sample-english"].endswith("sample-english")
    assert "CC BY-SA 4.0" in rows["ud-english-ewt"]
    assert "17.8 MB" in rows["ud-english-ewt"]


def test_list_continues_after_a_corpus_whose_package_is_missing(seqkit, install_plugin):
    install_plugin(
        "lost",
        "from seqkit import CorpusFile, CorpusSpec, hookimpl\n\n@hookimpl\ndef seqkit_corpora():\n"
        "    yield CorpusSpec('lost', 'en', 'CC0', 'here', (CorpusFile('a.txt', '0', 1),),\n"
        "        {'train': ('a.txt',)}, folder='nobody_has.this:inside')\n",
    )
    code, out, err = seqkit("corpora", "list")
    rows = {line.split()[0]: line for line in out.splitlines()}
    assert code == 0
    assert rows["lost"].endswith("not fetched")
    assert rows["sample-english"].endswith("sample-english")
    assert "lost: the package nobody_has.this" in err


def test_list_as_json(seqkit):
    corpora = {corpus["name"]: corpus for corpus in json.loads(seqkit("corpora", "list", "--json")[1])}
    assert corpora["ud-french-sequoia"]["language"] == "fr"
    assert corpora["ud-french-sequoia"]["folder"] is None
    assert corpora["sample-english"]["bytes"] == sum(
        path.stat().st_size
        for split in ("train", "dev", "test")
        for path in corpus_files("sample-english", split)
    )


def test_get_of_a_present_corpus_prints_its_folder(seqkit):
    code, out, err = seqkit("corpora", "get", "sample-english")
    assert code == 0
    assert out.strip() == str(corpus_files("sample-english", "train")[0].parent)
    assert "MIT" in err
    assert "warning" not in err


def test_get_of_a_damaged_shipped_corpus_suggests_to_reinstall_it(seqkit, install_plugin):
    code = (
        "from seqkit import CorpusFile, CorpusSpec, hookimpl\n\n@hookimpl\ndef seqkit_corpora():\n"
        "    file = CorpusFile('a.conllu', sha256='0' * 64, size=5)\n"
        "    yield CorpusSpec('mine', 'en', 'CC0', 'here', (file,), {'train': ('a.conllu',)}, folder='bank_data:')\n"
    )
    site = install_plugin("bank", code)
    (site / "bank_data").mkdir()
    (site / "bank_data" / "__init__.py").touch()
    (site / "bank_data" / "a.conllu").write_text(GOOD)
    result = seqkit("corpora", "get", "mine")
    assert result.code == 1 and "a.conllu: has" in result.err
    assert "reinstall it" in result.err and "away" not in result.err


def test_get_refuses_a_users_file_that_differs(seqkit, tmp_path, monkeypatch):
    own = tmp_path / "own" / "sample-english"
    own.mkdir(parents=True)
    for split in ("train", "dev", "test"):
        (own / f"{split}.conllu").write_text(GOOD)
    monkeypatch.setenv("SEQKIT_CORPORA_DIR", str(tmp_path / "own"))
    code, out, err = seqkit("corpora", "get", "sample-english")
    assert (code, out) == (1, "")
    for split in ("train", "dev", "test"):
        assert f"{split}.conllu: has {len(GOOD)} bytes" in err
    assert f"move {own} away" in err


def test_stats_as_a_table_and_as_json(seqkit):
    code, out, _ = seqkit("corpora", "stats", "sample-english", "--vocab-size", "150")
    header, train, dev, test = out.splitlines()
    data = json.loads(seqkit("corpora", "stats", "sample-english", "--vocab-size", "150", "--json")[1])
    assert code == 0
    assert header.split()[:4] == ["split", "sentences", "words", "distinct"]
    for line, split in ((train, "train"), (dev, "dev"), (test, "test")):
        assert line.split()[:3] == [split, str(data[split]["sentences"]), str(data[split]["words"])]
        assert line.split()[-2] == f"{data[split]['pieces_per_word']:.2f}"
    assert data["train"]["coverage"] == 1


def test_stats_without_pieces(seqkit):
    data = json.loads(seqkit("corpora", "stats", "sample-english", "--vocab-size", "0", "--json")[1])
    assert data["test"]["coverage"] is None


def test_stats_of_a_file_skips_bad_records_only_on_request(seqkit, tmp_path):
    path = tmp_path / "mixed.conllu"
    path.write_text(GOOD + BAD + GOOD)
    code, out, err = seqkit("corpora", "stats", path)
    assert (code, out) == (1, "")
    assert f"{path}:3" in err
    code, out, err = seqkit("corpora", "stats", path, "--skip-bad")
    assert (code, out.splitlines()[1].split()[:3]) == (0, ["file", "2", "2"])
    assert "1 bad record(s) skipped" in err


def test_mistakes_are_named(seqkit):
    for arguments, expected in [
        (("stats", "sample-englsh"), "Did you mean 'sample-english'?"),
        (("stats", "ud-english-ewt"), "seqkit corpora get ud-english-ewt"),
        (("stats", "sample-english", "--subword", "bep"), "Did you mean 'bpe'?"),
        (("get", "sample-englsh"), "Did you mean 'sample-english'?"),
        (("convert", "no/such.conllu", "x.tsv"), "no/such.conllu: no such file"),
        (("convert", "x.conllu", "y.docx"), "suffix '.docx' is not known"),
        (("convert", "x.conllu", "y.txt"), "can be read, not written\nKnown: .conll, .conllu, .html, .jsonl"),
        (("stats", "x.tsv", "--source", "en"), "--source en alone does not identify the sides"),
        (("stats", "sample-english", "--source", "en"), "sample-english: is not parallel text"),
        (("stats", "sample-german-english", "--source", "fr"), "has no side 'fr'"),
        (("stats", "sample-german-english", "--vocab-size", "9"), "--vocab-size: not for parallel text"),
        (("stats", "sample-german-english", "--encoder", "text"), "is a corpus of text, not of items"),
        (("stats", "sample-english", "--decoder", "text"), "--decoder: not for text"),
    ]:
        code, out, err = seqkit("corpora", *arguments)
        assert code in (1, 2)
        assert out == ""
        assert expected in err


@pytest.mark.parametrize("suffix", [".jsonl", ".tsv", ".spacy", ".jsonl.gz"])
def test_convert_there_and_back_keeps_words_and_labels(seqkit, tmp_path, suffix):
    (source,) = corpus_files("sample-english", "test")
    there, back = tmp_path / f"there{suffix}", tmp_path / "back.conllu"
    code, out, err = seqkit("corpora", "convert", source, there)
    assert (code, out) == (0, "")
    assert err.strip() == f"{there}: 6 sentence(s)"
    assert seqkit("corpora", "convert", there, back)[0] == 0
    before, after = list(read_file(source, RecordErrors())), list(read_file(back, RecordErrors()))
    assert [sentence.words for sentence in after] == [sentence.words for sentence in before]
    assert [sentence.labels for sentence in after] == [sentence.labels for sentence in before]


def test_convert_does_not_replace_its_input(seqkit, tmp_path):
    path = tmp_path / "bad.conllu"
    path.write_text("1\ta\t_\tX\t_\t_\t0\troot\t_\t_\n1\tb\t_\tX\t_\t_\t0\troot\t_\t_\n\n")
    before = path.read_text()
    result = seqkit("corpora", "convert", "--skip-bad", path, path)
    assert result.code == 2 and "is also an input" in result.err
    assert path.read_text() == before


def test_convert_compresses_by_suffix(seqkit, tmp_path):
    (source,) = corpus_files("sample-english", "test")
    seqkit("corpora", "convert", source, tmp_path / "plain.tsv")
    seqkit("corpora", "convert", source, tmp_path / "packed.tsv.gz")
    assert gzip.decompress((tmp_path / "packed.tsv.gz").read_bytes()) == (tmp_path / "plain.tsv").read_bytes()


def test_convert_of_a_bad_file_does_not_change_the_old_output(seqkit, tmp_path):
    (tmp_path / "bad.conllu").write_text(GOOD + BAD)
    (tmp_path / "out.tsv").write_text("what was here before")
    code, _, err = seqkit("corpora", "convert", tmp_path / "bad.conllu", tmp_path / "out.tsv")
    assert code == 1
    assert "bad.conllu:3" in err
    assert (tmp_path / "out.tsv").read_text() == "what was here before"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.conllu", "out.tsv"]
    code, _, err = seqkit("corpora", "convert", "--skip-bad", tmp_path / "bad.conllu", tmp_path / "out.tsv")
    assert code == 0
    assert "out.tsv: 1 sentence(s)" in err


def test_running_text_is_not_converted(seqkit, tmp_path):
    (tmp_path / "novel.txt").write_text("It was a dark and stormy night.\n")
    code, _, err = seqkit("corpora", "convert", tmp_path / "novel.txt", tmp_path / "out.conllu")
    assert code == 2
    assert "seqkit tag" in err
    assert not (tmp_path / "out.conllu").exists()


def test_stats_of_parallel_text_equal_a_count_by_hand(seqkit, tmp_path):
    (tmp_path / "a.en").write_text("one two\n\nthree three\n")
    (tmp_path / "a.de").write_text("eins zwei\ndrei\ndrei\n")
    names = f"{tmp_path / 'a.en'},{tmp_path / 'a.de'}"
    data = json.loads(seqkit("corpora", "stats", names, "--source", "en", "--target", "de", "--json").out)[
        "file"
    ]
    assert data["lines"] == 3
    assert data["sides"]["en"] == {
        "words": 4,
        "distinct_words": 3,
        "characters": 18,
        "longest": 11,
        "empty": 1,
    }
    assert data["sides"]["de"]["words"] == 4 and data["length_ratio"]["de"] == 17 / 18
    assert "source" in seqkit("corpora", "stats", names).out


def test_stats_of_a_parallel_corpus_have_every_side(seqkit):
    rows = [line.split()[:3] for line in seqkit("corpora", "stats", "sample-german-english").out.splitlines()]
    assert rows[1:] == [
        [split, side, n]
        for split, n in (("train", "48"), ("dev", "8"), ("test", "8"))
        for side in ("de", "en")
    ]


def test_stats_report_files_that_do_not_match(seqkit, tmp_path):
    (tmp_path / "a.en").write_text("one\ntwo\n")
    (tmp_path / "a.de").write_text("eins\n")
    names = f"{tmp_path / 'a.en'},{tmp_path / 'a.de'}"
    result = seqkit("corpora", "stats", names)
    assert (result.code, result.out) == (1, "") and "a.en:2: no matching line" in result.err
    assert "1 bad record" in seqkit("corpora", "stats", names, "--skip-bad").err


def test_a_plugins_corpora_are_read_by_suffix_and_by_other_names_of_splits(
    seqkit, install_plugin, tmp_path, monkeypatch
):
    install_plugin(
        "mine",
        "from seqkit import CorpusFile, CorpusSpec, hookimpl\n\n@hookimpl\ndef seqkit_corpora():\n"
        "    yield CorpusSpec('pairs', 'xx', 'CC0', 'here', (CorpusFile('p.tsv', '0', 1),),\n"
        "        {'train': ('p.tsv',)}, kind='translation', sides=('de', 'en'))\n"
        "    yield CorpusSpec('bank', 'en', 'CC0', 'here', (CorpusFile('a.tsv', '0', 1),),\n"
        "        {'train': ('a.tsv',), 'val': ('a.tsv',)}, aliases={'dev': 'val'})\n",
    )
    for name, file, content in (("pairs", "p.tsv", "Ja\tYes\n"), ("bank", "a.tsv", "Dogs\tNOUN\n\n" * 30)):
        (tmp_path / name).mkdir()
        (tmp_path / name / file).write_text(content)
    monkeypatch.setenv("SEQKIT_CORPORA_DIR", str(tmp_path))
    found = json.loads(seqkit("corpora", "stats", "pairs", "--json").out)
    assert found["train"]["lines"] == 1
    data = read_data(Sources("rnn", corpus="bank"), TaggingOptions())
    assert (len(data.train), len(data.dev), data.notes) == (30, 30, [])


def test_the_corpora_of_a_plugin_in_a_file_are_listed_and_checked(tmp_path):
    plugin = tmp_path / "reaching.py"
    plugin.write_text(
        "from seqkit import CorpusFile, CorpusSpec, hookimpl\n\n\n@hookimpl\ndef seqkit_corpora():\n"
        "    file = CorpusFile('a.conllu', '0' * 64, 3, 'file:///etc/passwd')\n"
        "    yield CorpusSpec('reaching', 'en', 'none', 'here', (file,), {'train': ('a.conllu',)})\n",
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "seqkit", "corpora"]
    listed = subprocess.run([*command, "list", "--plugin", plugin], capture_output=True, text=True)
    assert listed.returncode == 0 and "reaching" in listed.stdout
    got = subprocess.run([*command, "get", "reaching", "--plugin", plugin], capture_output=True, text=True)
    assert got.returncode == 1 and "'file:///etc/passwd' is not an http(s) address" in got.stderr
