"""Corpora by name: where their files are looked for, how they are fetched, what is said when they differ."""

import gzip
import hashlib
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from seqkit.data import catalogue, files
from seqkit.data.fetch import download, fault_of
from seqkit.errors import SeqkitError
from seqkit.examples import RecordErrors
from seqkit.extend.manager import registry
from seqkit.extend.specs import CorpusFile
from seqkit.io.zip_files import on_disk

TEXT = b"1\tHello\thello\tINTJ\tUH\t_\t0\troot\t_\t_\n\n"
PLUGIN = """
from seqkit import CorpusFile, CorpusSpec, hookimpl

@hookimpl
def seqkit_corpora():
    yield CorpusSpec(
        "tiny", language="en", licence="CC0", source="here", splits={{"train": ("train.conllu",)}},
        files=(
            CorpusFile("train.conllu", sha256={sha!r}, size={size}, url="{base}/train.conllu"),
            CorpusFile("docs/LICENSE.gz", sha256={sha!r}, size={size}, url="{base}/LICENSE.gz"),
        ),
    )
"""


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder and records requests; with `cut`, it declares the whole length of a file and sends half of it."""

    cut = False
    asked: list[str] = []  # noqa: RUF012 (shared on purpose: the test reads it)

    def do_GET(self):
        self.asked.append(self.path)
        if not self.cut:
            super().do_GET()
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(TEXT)))
        self.end_headers()
        self.wfile.write(TEXT[: len(TEXT) // 2])

    def log_message(self, *_):
        """Keep the test output clean."""


@pytest.fixture
def no_corpora(tmp_path, monkeypatch):
    """An environment with shipped corpora only; returns the empty data folder."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.delenv("SEQKIT_CORPORA_DIR", raising=False)
    return tmp_path / "data" / "seqkit" / "corpora"


@pytest.fixture
def server(tmp_path, monkeypatch):
    """A web server on this machine, and the folder that it serves."""
    folder = tmp_path / "served"
    folder.mkdir()
    monkeypatch.setattr(Quiet, "asked", [])
    monkeypatch.setattr(Quiet, "cut", False)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    web = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    threading.Thread(target=web.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{web.server_port}", folder
    web.shutdown()
    web.server_close()


@pytest.fixture
def tiny(server, install_plugin, no_corpora):
    """A third-party corpus `tiny` of two files, both served; returns the folder it will be fetched to."""
    base, folder = server
    install_plugin("tiny", PLUGIN.format(sha=hashlib.sha256(TEXT).hexdigest(), size=len(TEXT), base=base))
    for name in ("train.conllu", "LICENSE.gz"):
        (folder / name).write_bytes(TEXT)
    return no_corpora / "tiny"


def ignore(path: str, done: int, total: int) -> None:
    pass


def files_in(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_get_fetches_every_file_and_shows_progress(tiny):
    seen = []
    assert catalogue.get("tiny", lambda *state: seen.append(state)) == tiny
    assert (tiny / "train.conllu").read_bytes() == TEXT
    assert (tiny / "docs" / "LICENSE.gz").read_bytes() == TEXT
    assert seen == [("train.conllu", len(TEXT), len(TEXT)), ("docs/LICENSE.gz", len(TEXT), len(TEXT))]
    assert catalogue.verify("tiny") == []
    (sentence,) = catalogue.read_sentences("tiny", "train", RecordErrors())
    assert (sentence.words, sentence.labels["upos"]) == (["Hello"], ["INTJ"])


def test_a_second_get_fetches_no_file(tiny):
    catalogue.get("tiny", ignore)
    Quiet.asked.clear()
    catalogue.get("tiny", ignore)
    assert Quiet.asked == []


def test_get_fetches_only_what_is_missing_or_damaged(tiny):
    catalogue.get("tiny", ignore)
    (tiny / "train.conllu").write_bytes(TEXT.replace(b"Hello", b"Jello"))
    Quiet.asked.clear()
    catalogue.get("tiny", ignore)
    assert Quiet.asked == ["/train.conllu"]
    assert (tiny / "train.conllu").read_bytes() == TEXT


@pytest.mark.parametrize("served", [TEXT.replace(b"Hello", b"Jello"), TEXT * 2, TEXT[:-5], b""])
def test_a_file_that_is_not_the_manifests_leaves_nothing(tiny, server, served):
    (server[1] / "train.conllu").write_bytes(served)
    with pytest.raises(SeqkitError, match=r"does not match the manifest"):
        catalogue.get("tiny", ignore)
    assert files_in(tiny) == set()


def test_a_download_cut_short_leaves_nothing_and_keeps_what_is_whole(tiny, server):
    (server[1] / "LICENSE.gz").unlink()
    with pytest.raises(SeqkitError, match="404"):
        catalogue.get("tiny", ignore)
    assert files_in(tiny) == {"train.conllu"}
    (tiny / "train.conllu").unlink()
    Quiet.cut = True
    with pytest.raises(SeqkitError, match=f"{len(TEXT) // 2} bytes of {len(TEXT)}"):
        catalogue.get("tiny", ignore)
    assert files_in(tiny) == set()


def test_without_a_network_the_error_has_a_fix(tiny, install_plugin):
    # Port 9 (discard) answers on no machine that runs these tests.
    code = PLUGIN.format(sha="0" * 64, size=1, base="http://127.0.0.1:9").replace('"tiny"', '"far"')
    install_plugin("far", code)
    with pytest.raises(SeqkitError, match=r"http://127\.0\.0\.1:9/train\.conllu: cannot be fetched") as error:
        catalogue.get("far", ignore)
    assert "Check the network" in error.value.fix


def test_a_manifest_without_an_address(tiny, install_plugin):
    code = PLUGIN.format(sha="0" * 64, size=1, base="http://127.0.0.1:9")
    code = code.replace('"tiny"', '"private"').replace('url="http://127.0.0.1:9/train.conllu"', 'url=""')
    install_plugin("private", code)
    with pytest.raises(SeqkitError, match="has no URL"):
        catalogue.get("private", ignore)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            'CorpusFile("train.conllu"',
            'CorpusFile("../train.conllu"',
            "'../train.conllu', which leads out of its folder",
        ),
        ('CorpusFile("train.conllu"', 'CorpusFile("{tmp}/out"', "/out', which is absolute"),
        ('("train.conllu",)', '("../../train.conllu",)', "'../../train.conllu', which leads out"),
        ("http://127.0.0.1:9/train", "file://{tmp}/train", r"/train.conllu' is not an http\(s\) address"),
        ('CorpusFile("train.conllu"', 'CorpusFile("a\\0b"', r"'a\\x00b', which has a control character"),
        ("http://127.0.0.1:9/train", "ftp://127.0.0.1:9/train", r"is not an http\(s\) address"),
    ],
)
def test_a_manifest_that_reaches_out_of_its_folder(no_corpora, install_plugin, tmp_path, old, new, problem):
    (tmp_path / "train.conllu").write_bytes(TEXT)
    code = PLUGIN.format(sha=hashlib.sha256(TEXT).hexdigest(), size=len(TEXT), base="http://127.0.0.1:9")
    assert old in code
    install_plugin("thief", code.replace('"tiny"', '"thief"').replace(old, new.format(tmp=tmp_path)))
    with pytest.raises(SeqkitError, match=problem):
        catalogue.get("thief", ignore)
    assert not no_corpora.exists()


LISTED = """
from seqkit import CorpusListing, CorpusSpec, hookimpl

@hookimpl
def seqkit_corpora():
    yield CorpusSpec(
        "listed", language="en", licence="CC0", source="here", files=(), splits={{"train": ("rec",)}},
        listing=CorpusListing("listed_files:files.sha256", url={url!r}, size=1),
    )
"""


def install_listed(install_plugin, url, lines):
    site = install_plugin("listed", LISTED.format(url=url))
    (site / "listed_files").mkdir()
    (site / "listed_files" / "__init__.py").touch()
    (site / "listed_files" / "files.sha256").write_text("".join(f"{line}\n" for line in lines), newline="\n")


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("../out", "leads out of its folder"),
        ("rec/../../../out", "leads out of its folder"),
        ("rec/a/../../b", "leads out of its folder"),
        ("..\\out", "leads out of its folder"),
        ("/tmp/out", "is absolute"),
        ("C:\\out", "is absolute"),
        ("~/out", "begins with ~"),
        ("~root/out", "begins with ~"),
        ("rec/a\x00b", "has a control character"),
        ("rec/a\rb", "has a control character"),
        ("rec/\x1b[2J", "has a control character"),
        ("rec/a\u2028b", "has a control character"),
    ],
)
def test_a_list_that_reaches_out_of_its_folder_fetches_nothing(
    server, no_corpora, install_plugin, path, said
):
    """The bad path stands last: nothing of the list may be fetched before it is found."""
    base, folder = server
    (folder / "good").write_bytes(TEXT)
    sha = hashlib.sha256(TEXT).hexdigest()
    lines = [f"{sha} {len(TEXT)} good", f"{sha} {len(TEXT)} {path}"]
    install_listed(install_plugin, f"{base}/", lines)
    with pytest.raises(SeqkitError, match=said) as error:
        catalogue.get("listed", ignore)
    assert error.value.problem.isprintable()
    assert Quiet.asked == [] and not no_corpora.exists()


@pytest.mark.parametrize("url", ["file://{folder}/", "ftp://127.0.0.1/", "data:,", "{folder}/"])
def test_a_list_is_fetched_from_the_web_alone(server, no_corpora, install_plugin, url):
    _, folder = server
    (folder / "good").write_bytes(TEXT)
    lines = [f"{hashlib.sha256(TEXT).hexdigest()} {len(TEXT)} good"]
    install_listed(install_plugin, url.format(folder=folder), lines)
    with pytest.raises(SeqkitError, match=r"is not an http\(s\) address"):
        catalogue.get("listed", ignore)
    assert not no_corpora.exists()


def test_an_invalid_line_of_a_list(no_corpora, install_plugin):
    install_listed(install_plugin, "http://127.0.0.1:9/", ["0" * 64 + " many good"])
    with pytest.raises(SeqkitError, match=r"files\.sha256:1: not 'sha256 size path'"):
        catalogue.get("listed", ignore)


def test_a_listed_file_with_a_blank_in_its_name_is_fetched(server, no_corpora, install_plugin):
    base, folder = server
    (folder / "a b#1").write_bytes(TEXT)
    lines = [f"{hashlib.sha256(TEXT).hexdigest()} {len(TEXT)} a b#1"]
    install_listed(install_plugin, f"{base}/", lines)
    assert (catalogue.get("listed", ignore) / "a b#1").read_bytes() == TEXT


@pytest.mark.parametrize("target", ["file://{folder}/secret", "ftp://127.0.0.1:9/secret"])
def test_a_server_cannot_lead_away_from_the_web(tiny, server, monkeypatch, target):
    _, folder = server
    (folder / "secret").write_bytes(TEXT)

    def redirect(self):
        self.send_response(302)
        self.send_header("Location", target.format(folder=folder))
        self.end_headers()

    monkeypatch.setattr(Quiet, "do_GET", redirect)
    with pytest.raises(SeqkitError, match="cannot be fetched"):
        catalogue.get("tiny", ignore)
    assert files_in(tiny) == set()


def test_a_redirect_within_the_web_is_followed(tiny, server, monkeypatch):
    serve = Quiet.do_GET

    def redirect(self):
        if self.path.startswith("/moved/"):
            self.path = self.path.removeprefix("/moved")
            serve(self)
            return
        self.send_response(302)
        self.send_header("Location", f"/moved{self.path}")
        self.end_headers()

    monkeypatch.setattr(Quiet, "do_GET", redirect)
    assert files_in(catalogue.get("tiny", ignore)) == {"train.conllu", "docs/LICENSE.gz"}


def test_the_users_folder_goes_before_the_data_folder(tiny, tmp_path, monkeypatch):
    catalogue.get("tiny", ignore)
    own = tmp_path / "own" / "tiny"
    own.mkdir(parents=True)
    (own / "train.conllu").write_bytes(TEXT)
    assert catalogue.corpus_files("tiny", "train") == [tiny / "train.conllu"]
    monkeypatch.setenv("SEQKIT_CORPORA_DIR", str(tmp_path / "own"))
    assert catalogue.corpus_files("tiny", "train") == [own / "train.conllu"]
    Quiet.asked.clear()
    assert catalogue.get("tiny", ignore) == own
    assert Quiet.asked == []


def test_verify_names_each_file_that_differs(tiny):
    catalogue.get("tiny", ignore)
    (tiny / "train.conllu").write_bytes(TEXT.replace(b"Hello", b"Jello"))
    (tiny / "docs" / "LICENSE.gz").write_bytes(b"")
    changed, emptied = catalogue.verify("tiny")
    assert "train.conllu: has sha256" in changed
    assert f"LICENSE.gz: has 0 bytes, the manifest says {len(TEXT)}" in emptied


def test_a_corpus_that_is_not_here(no_corpora):
    with pytest.raises(SeqkitError, match="seqkit corpora get ud-english-ewt"):
        catalogue.corpus_files("ud-english-ewt", "train")


def test_unknown_names_and_splits():
    with pytest.raises(SeqkitError, match="Did you mean 'sample-english'"):
        catalogue.find_corpus("sample-englsh")
    with pytest.raises(SeqkitError, match="Did you mean 'test'"):
        catalogue.corpus_files("sample-english", "tset")


def test_a_folder_without_a_manifest_is_no_corpus(tmp_path, monkeypatch):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "train.conllu").write_bytes(TEXT)
    monkeypatch.setenv("SEQKIT_CORPORA_DIR", str(tmp_path))
    with pytest.raises(SeqkitError, match="no corpus named 'mine'"):
        catalogue.corpus_files("mine", "train")


def test_a_file_in_place_of_a_corpus_is_named(tmp_path):
    (tmp_path / "a.conllu").write_bytes(TEXT)
    for name in (str(tmp_path / "a.conllu"), "none.conllu"):
        with pytest.raises(SeqkitError, match="no corpus named") as error:
            catalogue.find_corpus(name)
        assert error.value.fix == f"To train on a file: --train {name}."


def test_formats_are_found_by_suffix():
    assert files.format_of("a/b.conllu").name == "conllu"
    assert files.format_of("B.CoNLLU.GZ").name == "conllu"
    with pytest.raises(SeqkitError, match=r"suffix '\.docx' is not known") as error:
        files.format_of("letter.docx")
    assert ".conllu" in error.value.fix
    with pytest.raises(SeqkitError, match="no suffix"):
        files.format_of("README")


@pytest.mark.parametrize(
    ("argument", "expected"),
    [("x.conllu", True), ("x.TSV.gz", True), ("dir/x", True), ("sample-english", False), ("v1.2", False)],
)
def test_which_arguments_are_files(argument, expected):
    assert files.names_file(argument) is expected


def test_a_file_kept_packed_is_fetched_unpacked_and_verified_by_its_content(server, tmp_path):
    base, folder = server
    (folder / "a.json").write_bytes(TEXT)
    file = CorpusFile("a.json.gz", hashlib.sha256(TEXT).hexdigest(), len(TEXT), f"{base}/a.json", packed=True)
    path = tmp_path / "a.json.gz"
    download(file, path, ignore)
    assert gzip.decompress(path.read_bytes()) == TEXT
    assert fault_of(file, path) == ""
    path.write_bytes(gzip.compress(TEXT, 1))
    assert fault_of(file, path) == ""
    for content, said in [
        (gzip.compress(TEXT[:-1]), "bytes, the manifest says"),
        (gzip.compress(TEXT[:-1] + b"x"), "has sha256"),
        (gzip.compress(bytes(10_000_000)), "bytes, the manifest says"),
        (TEXT, "cannot be unpacked"),
        (gzip.compress(TEXT)[:-4], "cannot be unpacked"),
    ]:
        path.write_bytes(content)
        assert said in fault_of(file, path)


@pytest.mark.parametrize(
    "registered", [p for p in registry().all("corpora") if p.builtin], ids=lambda p: p.spec.name
)
def test_the_manifests_that_ship_are_whole(registered):
    spec = registered.spec
    if spec.made_from:
        assert spec.maker and catalogue.files_of(registry().find("corpora", spec.made_from))
        assert spec.parameters["seed"] == 2026 and set(spec.parameters["count"]) == set(spec.splits)
        return
    if spec.maker and not spec.files and spec.listing is None:
        # Made of nothing but a seed: the options say how many examples there are to train on.
        assert spec.parameters["seed"] == 2026 and set(spec.parameters["count"]) == {"dev", "test"}
        return
    files = catalogue.files_of(spec)
    paths = {file.path for file in files}
    if spec.listing is not None:
        assert sum(file.size for file in files) == spec.listing.size + sum(file.size for file in spec.files)
        paths |= {str(Path(path).parent) for path in paths}
    assert {"train", "dev", "test"} <= {*spec.splits, *spec.aliases}
    assert set(spec.aliases.values()) <= set(spec.splits)
    assert {str(on_disk(path)[0]) for split in spec.splits.values() for path in split} <= paths
    assert spec.language and spec.licence and spec.source and spec.summary
    assert files and all(len(file.sha256) == 64 and file.size > 0 for file in files)
    named = [file.path.removesuffix(".gz") if file.packed else file.path for file in files]
    # Files that no publisher gives as they are have no address: the manifest says how to make them.
    with_address = [(file, name) for file, name in zip(files, named, strict=True) if file.url]
    assert spec.folder or all(file.url.endswith(f"/{name}") for file, name in with_address)
    assert spec.folder or len(with_address) in (0, len(files))


@pytest.mark.parametrize(
    ("name", "sentences", "words"),
    [("ud-english-ewt", [12_544, 2_001, 2_077], [204_577, 25_147, 25_094])],
)
def test_real_corpora_are_those_of_the_manifest(real_corpora, name, sentences, words):
    """The numbers are those the publisher gives for the release."""
    assert catalogue.verify(name) == []
    splits = [
        list(catalogue.read_sentences(name, split, RecordErrors())) for split in ("train", "dev", "test")
    ]
    assert [len(split) for split in splits] == sentences
    assert [sum(len(sentence.words) for sentence in split) for split in splits] == words


def test_the_files_of_the_french_corpus_are_those_of_the_manifest(real_corpora):
    assert catalogue.verify("ud-french-sequoia") == []


def test_a_task_reads_corpora_of_its_own_kind(monkeypatch, tmp_path):
    from seqkit.data import catalogue
    from seqkit.extend.specs import CorpusSpec

    path = tmp_path / "train.txt"
    path.write_text("To be or not to be.\n")
    spec = CorpusSpec("plays", "en", "CC0", "here", (), {"train": ("train.txt",)}, kind="verses")
    monkeypatch.setattr(catalogue, "find_corpus", lambda name: spec)
    monkeypatch.setattr(catalogue, "corpus_files", lambda name, split: [path])
    found = list(catalogue.read_examples("plays", "train", RecordErrors(), purpose="verses"))
    assert [one.text for one in found] == ["To be or not to be.\n"]
    for purpose in ({}, {"purpose": "songs"}):
        with pytest.raises(SeqkitError, match="a corpus for verses"):
            next(catalogue.read_examples("plays", "train", RecordErrors(), **purpose))
