"""Compare the speed of a batch with a bare loop, with one process, and with spaCy.

    python benchmarks/batch_peers.py raw.txt --treebank ud-english-ewt

Speeds are measured in pairs, one after the other, `--rounds` times; the ratio of the medians is printed. Start-up is
part of each, so the text must be long: 10 MB. The overhead is that of a tenth of the text subtracted from that of all.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

TAG = [sys.executable, "-m", "seqkit", "batch", "tag"]
PLAIN = ["--label", "upos"]
ENV = {**os.environ, "OMP_NUM_THREADS": "1"}


def timed(run: Callable[[], object]) -> tuple[float, float]:
    """Wall time of a call, and CPU time of the processes that it starts, in seconds."""
    begun, before = time.perf_counter(), os.times()
    run()
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return time.perf_counter() - begun, cpu


def batch(source: Path, out: Path, *options: str) -> None:
    """Run a batch from its beginning."""
    shutil.rmtree(out, ignore_errors=True)
    subprocess.run(
        [*TAG, str(source), "-o", str(out), *PLAIN, *options], check=True, env=ENV, stderr=subprocess.DEVNULL
    )


BARE = """
import sys
from seqkit.examples import RecordErrors
from seqkit.extend.manager import load, registry
from seqkit.runtime.start import loading_models
from seqkit.tasks.application import ApplyRequest, chunks
spec = registry().find("tasks", "tagging")
task = load(spec.implementation)()
request = ApplyRequest("en-tagger", spec.application(label="upos"))
with loading_models(one_thread=True):
    model = task.load_for(request)
with open(sys.argv[2], "wb") as file:
    writer = task.writer("conllu", file, request)
    for chunk in chunks(task.read(sys.argv[1], request, RecordErrors(skip=True)), task.limits, task.size):
        for number, (item, output) in enumerate(zip(chunk.items, task.apply(model, chunk, request)), chunk.first):
            writer.write(number, item, output)
    writer.close()
"""
"""The same model and writer without parts and ledger."""

SPACY = """
import sys
import spacy
from spacy.tokens import DocBin
nlp = spacy.load(sys.argv[3])
texts = (part for part in open(sys.argv[1], encoding="utf-8").read().split("\\n\\n") if part.strip())
if __name__ == "__main__":
    with open(sys.argv[2], "w", encoding="utf-8") as file:
        for doc in nlp.pipe(texts, n_process=2):
            for sentence in doc.sents:
                for number, token in enumerate(sentence, 1):
                    row = (number, token.text, "_", token.pos_, "_", "_", "_", "_", "_", "_")
                    file.write("\\t".join(map(str, row)) + "\\n")
                file.write("\\n")
"""
"""A spaCy pipeline over the same paragraphs, in two processes."""


def script(code: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run a script in a separate process."""
    # In a separate folder, so that no other file can be imported.
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run.py"
        path.write_text(code, encoding="utf-8")
        command = [sys.executable, str(path), *map(str, arguments)]
        return subprocess.run(command, env=ENV, capture_output=True, text=True)


def pairs(name: str, first: Callable[[], object], second: Callable[[], object], rounds: int) -> None:
    """Measure two functions alternately, and print the ratio of their medians."""
    found: tuple[list[tuple[float, float]], list[tuple[float, float]]] = ([], [])
    for _ in range(rounds):
        found[0].append(timed(first))
        found[1].append(timed(second))
    wall = [statistics.median(seconds for seconds, _ in one) for one in found]
    cpu = [statistics.median(seconds for _, seconds in one) for one in found]
    row = f"| {name} | {wall[0]:.1f} s | {wall[1]:.1f} s | {wall[0] / wall[1]:.2f} | "
    print(f"{row}{cpu[0]:.1f} s | {cpu[1]:.1f} s | {cpu[0] / cpu[1]:.2f} |", flush=True)


def spacy_pipeline(treebank: str, folder: Path) -> Path:
    """A spaCy pipeline with a tagger and a sentencizer, trained on the treebank for a few epochs."""
    import random

    import spacy
    from spacy.tokens import Doc
    from spacy.training import Example

    from seqkit.data.catalogue import read_sentences
    from seqkit.examples import RecordErrors

    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    nlp.add_pipe("morphologizer")
    examples = []
    for sentence in list(read_sentences(treebank, "train", RecordErrors()))[:4000]:
        gold = Doc(nlp.vocab, sentence.words, pos=sentence.labels["upos"])
        examples.append(Example(Doc(nlp.vocab, sentence.words), gold))
    nlp.initialize(lambda: examples)
    for epoch in range(2):
        random.Random(epoch).shuffle(examples)
        for start in range(0, len(examples), 256):
            nlp.update(examples[start : start + 256])
    nlp.to_disk(folder)
    return folder


def small_files(source: Path, folder: Path, count: int, size: int) -> tuple[Path, Path]:
    """Write a folder of `count` files of `size` bytes each, and one file with the same text."""
    text = source.read_text(encoding="utf-8")
    pieces = folder / "small"
    pieces.mkdir(parents=True, exist_ok=True)
    whole = []
    for number in range(count):
        piece = text[number * size % max(len(text) - size, 1) :][:size].strip() + "\n\n"
        (pieces / f"{number:05d}.txt").write_text(piece, encoding="utf-8")
        whole.append(piece)
    one = folder / "one.txt"
    one.write_text("".join(whole), encoding="utf-8")
    return pieces, one


def overhead(raw: Path, out: Path, rounds: int) -> None:
    """CPU time of a batch with one worker over that of a bare loop, start-up subtracted by a tenth of the text."""
    tenth = out / "tenth.txt"
    text = raw.read_text(encoding="utf-8")
    tenth.write_text(text[: text.rfind("\n", 0, len(text) // 10) + 1], encoding="utf-8")
    ratios = []
    for _ in range(rounds):
        found = []
        for source in (raw, tenth):
            found.append(timed(partial(batch, source, out / "a", "--processes", "1"))[1])
            found.append(timed(partial(script, BARE, source, out / "bare.conllu"))[1])
        ratios.append((found[0] - found[2]) / (found[1] - found[3]))
        print(
            f"CPU time of batch and bare loop, all and a tenth: {', '.join(f'{one:.1f} s' for one in found)}"
        )
    print(f"| parts and ledger / bare loop, without start-up | | | | | | {statistics.median(ratios):.3f} |")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("raw", type=Path)
    parser.add_argument("--treebank", default="sample-english")
    parser.add_argument("--spacy", type=Path, help="a pipeline; default: one is trained on the treebank")
    parser.add_argument("--out", type=Path, default=Path("build/peers"))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--only", nargs="+", default=["overhead", "workers", "files", "spacy"])
    given = parser.parse_args()
    raw, out, rounds = given.raw, given.out, given.rounds
    out.mkdir(parents=True, exist_ok=True)
    print("| first / second | first | second | ratio | CPU of first | of second | ratio |")
    print("| - | - | - | - | - | - | - |")
    one = lambda: batch(raw, out / "a", "--processes", "1")  # noqa: E731
    two = lambda: batch(raw, out / "b", "--processes", "2")  # noqa: E731
    if "overhead" in given.only:
        overhead(raw, out, rounds)
    if "workers" in given.only:
        pairs("1 worker / 2 workers", one, two, rounds)
    if "files" in given.only:
        many, single = small_files(raw, out, given.files, 1000)
        first = lambda: batch(many, out / "m", "--processes", "2")  # noqa: E731
        second = lambda: batch(single, out / "s", "--processes", "2")  # noqa: E731
        pairs(f"{given.files:,} files of 1 kB / one file", first, second, rounds)
    if "spacy" in given.only:
        pipeline = given.spacy or spacy_pipeline(given.treebank, out / "spacy")
        peer = lambda: script(SPACY, raw, out / "spacy.conllu", pipeline)  # noqa: E731
        pairs("spaCy, n_process=2 / batch, 2 workers", peer, two, rounds)


if __name__ == "__main__":
    main()
