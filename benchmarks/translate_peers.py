"""Speed of `seqkit translate` and JoeyNMT 2.3 (Kreutzer et al. 2019): the first 1,000 lines, beam and greedy.

    python -m venv joey && joey/bin/pip install joeynmt==2.3.0 importlib_metadata sentencepiece==0.2.0
    python benchmarks/translate_peers.py prepare --out runs/joey      # data, pieces, and config.yaml
    joey/bin/python -m joeynmt train runs/joey/config.yaml --skip-test
    seqkit train seq2seq --corpus multi30k --source de --target en --out runs/gru \\
        --set recurrence=gru --set vocab_size=8000 --set tied=false
    python benchmarks/translate_peers.py compare runs/gru runs/joey test.de.gz --joey joey/bin/python --threads 2

Both run as for a user: a process that reads lines and writes lines. The time of starting (the same command on one line)
is measured, too, and subtracted for the rates. Runs alternate, and the fastest of each counts, because other load only
slows them. Pieces are those of each system's SentencePiece model, including the end of the line. A model that was
trained for minutes is enough if its outputs end: see the mean length.
"""

from __future__ import annotations

import argparse
import gzip
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import sentencepiece
import torch

from seqkit.data.pairs import read_pairs
from seqkit.examples import RecordErrors
from seqkit.models.artifact import load_for

CONFIG = Path(__file__).parent / "peers" / "joeynmt.yaml"
LINES, LONGEST = 1000, 100


class Run(NamedTuple):
    """One translation of all lines."""

    seconds: float
    outputs: list[str]


class Peer(NamedTuple):
    """A system: how it translates a file, and how its output pieces are counted."""

    name: str
    translate: Callable[[Path, int], list[str]]
    """(file, width of the beam) -> the outputs."""
    lengths: Callable[[Sequence[str]], list[int]]
    parameters: int


def prepare(arguments: argparse.Namespace) -> None:
    """Write the data, a joint SentencePiece model and the configuration for JoeyNMT."""
    folder, sides = arguments.out.resolve(), (arguments.source, arguments.target)
    folder.mkdir(parents=True, exist_ok=True)
    for split in ("train", "dev"):
        pairs = list(read_pairs(arguments.corpus, split, *sides, RecordErrors()))
        for side, lines in zip(
            sides, ([p.sources["text"] for p in pairs], [p.target for p in pairs]), strict=True
        ):
            (folder / f"{split}.{side}").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    sentencepiece.SentencePieceTrainer.train(
        input=[str(folder / f"train.{side}") for side in sides],
        model_prefix=str(folder / "pieces"),
        vocab_size=arguments.vocab_size,
        unk_id=0,
        pad_id=1,
        bos_id=2,
        eos_id=3,
        minloglevel=1,
    )
    table = (folder / "pieces.vocab").read_text(encoding="utf-8").splitlines()
    (folder / "pieces.txt").write_text("".join(f"{line.split(chr(9))[0]}\n" for line in table), "utf-8")
    _configure(
        folder,
        "config.yaml",
        *sides,
        beam=5,
        batch=arguments.batch,
        epochs=arguments.epochs,
        checkpoint="best.ckpt",
    )


def _configure(folder: Path, name: str, source: str, target: str, **options: int | str) -> Path:
    path = folder / name
    path.write_text(
        CONFIG.read_text(encoding="utf-8").format(
            folder=folder, source=source, target=target, longest=LONGEST, **options
        ),
        "utf-8",
    )
    return path


def seqkit_peer(model: str, threads: int) -> Peer:
    """seqkit, by its command line."""
    translator = load_for("seq2seq", model)

    def translate(path: Path, beam: int) -> list[str]:
        command = [sys.executable, "-m", "seqkit", "translate", "--model", model, "--beam", str(beam)]
        return _lines(command, path, threads)

    count = sum(parameter.numel() for parameter in translator.parameters())
    return Peer("seqkit", translate, translator.decoder.lengths, count)


def joey_peer(folder: Path, python: str, arguments: argparse.Namespace) -> Peer:
    """JoeyNMT, by its command line."""
    folder = folder.resolve()
    # The link to the best checkpoint exists after the first score on dev; a stopped run has its last state.
    saved = [path for path in (folder / "model").glob("*.ckpt") if path.exists()]
    checkpoint = max(saved, key=lambda path: (path.name == "best.ckpt", path.stat().st_mtime))
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(folder / "pieces.model"))

    def translate(path: Path, beam: int) -> list[str]:
        sides = (arguments.source, arguments.target)
        config = _configure(
            folder,
            f"beam-{beam}.yaml",
            *sides,
            beam=beam,
            batch=arguments.batch,
            epochs=1,
            checkpoint=checkpoint.name,
        )
        return _lines([python, "-m", "joeynmt", "translate", str(config)], path, arguments.threads)

    state = torch.load(checkpoint, map_location="cpu", weights_only=True)
    # Tied weights occur twice in a checkpoint, at one address.
    tensors = {tensor.data_ptr(): tensor.numel() for tensor in state["model_state"].values()}
    return Peer(
        "JoeyNMT",
        translate,
        lambda lines: [len(ids) + 1 for ids in pieces.encode(list(lines))],
        sum(tensors.values()),
    )


def _lines(command: Sequence[str], path: Path, threads: int) -> list[str]:
    names = ("OMP_NUM_THREADS", "MKL_NUM_THREADS")
    environment = {**os.environ, **{name: str(threads) for name in names}, "CUDA_VISIBLE_DEVICES": ""}
    with open(path, "rb") as lines:
        done = subprocess.run(
            command, stdin=lines, capture_output=True, encoding="utf-8", env=environment, check=False
        )
    if done.returncode:
        sys.exit(f"{' '.join(command)}\n{done.stderr[-2000:]}")
    return done.stdout.splitlines()


def compare(arguments: argparse.Namespace) -> None:
    """Time both alternately, and print a table."""
    opened: Any = gzip.open if arguments.lines.suffix == ".gz" else open
    with opened(arguments.lines, "rt", encoding="utf-8") as file:
        lines = [line for line in file if line.strip()][:LINES]
    peers = [
        seqkit_peer(arguments.model, arguments.threads),
        joey_peer(arguments.peer, arguments.joey, arguments),
    ]
    first, second = (peer.parameters for peer in peers)
    if not 0.8 < first / second < 1.25:
        print("the models differ in size: do not compare them", file=sys.stderr)
    print("parameters: " + ", ".join(f"{peer.name} {peer.parameters / 1e6:.2f} M" for peer in peers))
    with tempfile.TemporaryDirectory() as folder:
        one, all_lines = Path(folder) / "one", Path(folder) / "all"
        one.write_text(lines[0], encoding="utf-8")
        all_lines.write_text("".join(lines), encoding="utf-8")
        for beam in arguments.beam:
            _round(peers, one, all_lines, len(lines), beam, arguments.repeat)


def _round(peers: Sequence[Peer], one: Path, all_lines: Path, count: int, beam: int, repeat: int) -> None:
    rates = []
    for peer, (start, run) in zip(peers, _timed(peers, one, all_lines, beam, repeat), strict=True):
        if len(run.outputs) != count:
            sys.exit(f"{peer.name}: {len(run.outputs)} lines out for {count} lines in")
        seconds = max(run.seconds - start, 1e-9)
        pieces = sum(peer.lengths(run.outputs))
        rates.append(count / seconds)
        print(
            f"beam {beam}  {peer.name:8} {rates[-1]:8.1f} sentences/s {pieces / seconds:9.0f} target pieces/s"
            f"   {run.seconds:6.1f} s with the start, {start:4.1f} s the start,"
            f" {pieces / count:4.1f} pieces per line"
        )
    print(f"beam {beam}  {peers[0].name} is {rates[0] / rates[1]:.1f} times as fast")


def _timed(
    peers: Sequence[Peer], one: Path, all_lines: Path, beam: int, repeat: int
) -> list[tuple[float, Run]]:
    """The fastest start and the fastest run of each peer."""
    starts: list[list[Run]] = [[] for _ in peers]
    runs: list[list[Run]] = [[] for _ in peers]
    for _ in range(repeat):
        for number, peer in enumerate(peers):
            for path, found in ((one, starts), (all_lines, runs)):
                begun = time.perf_counter()
                outputs = peer.translate(path, beam)
                found[number].append(Run(time.perf_counter() - begun, outputs))
    return [
        (min(s.seconds for s in start), min(run, key=lambda r: r.seconds))
        for start, run in zip(starts, runs, strict=True)
    ]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--source", default="de", help="source side; default: de")
    parser.add_argument("--target", default="en", help="target side; default: en")
    parser.add_argument("--batch", type=int, default=100, help="JoeyNMT's batch; default: 100")
    commands = parser.add_subparsers(required=True)
    first = commands.add_parser("prepare", help="write data and configuration for JoeyNMT's training")
    first.add_argument("--out", type=Path, required=True, help="folder to write to")
    first.add_argument("--corpus", default="multi30k", help="default: multi30k")
    first.add_argument("--vocab-size", type=int, default=8000, help="pieces; default: 8000")
    first.add_argument("--epochs", type=int, default=5, help="of JoeyNMT's training; default: 5")
    first.set_defaults(run=prepare)
    second = commands.add_parser("compare", help="measure")
    second.add_argument("model", help="a seqkit model: name or folder")
    second.add_argument("peer", type=Path, help="the folder that `prepare` wrote, trained")
    second.add_argument("lines", type=Path, help=f"source lines; the first {LINES:,} with text are taken")
    second.add_argument("--joey", default="python", help="a Python that has JoeyNMT")
    second.add_argument("--threads", type=int, default=2, help="of either; default: 2")
    second.add_argument("--beam", type=int, nargs="*", default=[5, 1], help="widths; default: 5 1")
    second.add_argument("--repeat", type=int, default=3, help="runs of each; default: 3")
    second.set_defaults(run=compare)
    arguments = parser.parse_args()
    arguments.run(arguments)


if __name__ == "__main__":
    main()
