"""Shared fixtures: the command line, third-party plugins on the path, and real corpora."""

import importlib
import io
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from seqkit.cli.app import main
from seqkit.extend.manager import registry

# Tests compute little: a second thread would only wait for the first.
os.environ.setdefault("OMP_NUM_THREADS", "1")
# What a shell runs in the background ignores Ctrl-C, and so would the commands that are interrupted here.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
# What `nohup` runs ignores the end of a terminal.
if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.fixture(autouse=True)
def own_folders(monkeypatch, tmp_path_factory):
    """Isolate tests from the user's caches and data."""
    for variable in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(variable, str(tmp_path_factory.mktemp("home")))


@pytest.fixture(scope="session")
def write_plugin():
    """A function that writes a plugin's module and dist-info into a folder, as pip would."""

    def write(site: Path, name: str, code: str, module: str = "", version: str = "0.1") -> None:
        module = module or f"{name}_plugin"
        (site / f"{module}.py").write_text(code, encoding="utf-8")
        info = site / f"{name}_dist-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}-dist\nVersion: {version}\n")
        (info / "entry_points.txt").write_text(f"[seqkit]\n{name} = {module}\n")

    return write


@pytest.fixture
def install_plugin(tmp_path, monkeypatch, write_plugin):
    """A function that installs a third-party plugin as pip would: a module, and a dist-info that names it.

    `install_plugin("mine", code)` puts `code` into the module `mine_plugin` of the distribution `mine-dist`.
    """
    site = tmp_path / "site-packages"
    site.mkdir()
    monkeypatch.syspath_prepend(site)
    monkeypatch.setenv("PYTHONPATH", str(site))
    monkeypatch.delenv("SEQKIT_PLUGINS", raising=False)
    modules = []

    def install(name: str, code: str, *, module: str = "", version: str = "0.1") -> Path:
        modules.append(module or f"{name}_plugin")
        write_plugin(site, name, code, module, version)
        importlib.invalidate_caches()
        registry.cache_clear()
        return site

    yield install
    registry.cache_clear()
    for module in modules:
        sys.modules.pop(module, None)


@pytest.fixture
def real_corpora():
    """The folder of real corpora; skips the test where SEQKIT_CORPORA_DIR names none."""
    folder = os.environ.get("SEQKIT_CORPORA_DIR")
    if not folder or not Path(folder).is_dir():
        pytest.skip("needs real corpora: set SEQKIT_CORPORA_DIR to the folder that holds them")
    return Path(folder)


@pytest.fixture(scope="session")
def tiny_pipeline(tmp_path_factory):
    """The folder of a spaCy pipeline `en_tiny` 1.2 with tagger and morphologizer, trained here in seconds."""
    import random

    import spacy
    from spacy.tokens import Doc
    from spacy.training import Example

    from seqkit.data.catalogue import read_sentences
    from seqkit.examples import RecordErrors

    nlp = spacy.blank("en", meta={"name": "tiny", "version": "1.2"})
    nlp.add_pipe("tagger")
    nlp.add_pipe("morphologizer")
    examples = []
    for sentence in read_sentences("sample-english", "train", RecordErrors()):
        spaces = [bool(space) for space in sentence.spaces]
        tags, pos = sentence.labels["xpos"], sentence.labels["upos"]
        morphs = ["" if feats == "_" else feats for feats in sentence.labels["feats"]]
        gold = Doc(nlp.vocab, sentence.words, spaces, tags=tags, pos=pos, morphs=morphs)
        examples.append(Example(Doc(nlp.vocab, sentence.words, spaces), gold))
    spacy.util.fix_random_seed(0)
    nlp.initialize(lambda: examples)
    for epoch in range(15):
        random.Random(epoch).shuffle(examples)
        nlp.update(examples)
    folder = tmp_path_factory.mktemp("pipeline") / "tiny"
    nlp.to_disk(folder)
    return folder


class Outcome(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str


@pytest.fixture
def seqkit(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Callable[..., Outcome]:
    """Run `seqkit ARGUMENTS` with the given standard input. A traceback fails the test, whatever it looks for."""

    def run(*arguments: str | Path, stdin: bytes = b"") -> Outcome:
        monkeypatch.setattr(sys, "argv", ["seqkit", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
        code = 0
        try:
            main()
        except SystemExit as left:
            code = int(left.code or 0)
        out, err = capfd.readouterr()
        assert "Traceback" not in err
        return Outcome(code, out, err)

    return run


@pytest.fixture
def write_file(tmp_path):
    """A function that writes bytes (or text, as UTF-8) to a file and gives its path."""

    def write(name, content):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    return write
