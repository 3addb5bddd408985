"""Store outputs of the command line that a restructuring must not change: `python benchmarks/golden_outputs.py FOLDER`.

Runs tagging, segmentation, translation, evaluation and one short training of each kind, and stores every output in
FOLDER. Run it before a change and after it, then compare them by `--compare BEFORE`. Bytes are comparable on one
machine only: kernels differ between processors. Needs $SEQKIT_CORPORA_DIR; takes about ten minutes. `--records N` takes
at most N sentences and lines of each input; `--seqkit PATH` runs another installation's command. Outputs named `plain`
leave out what later versions added (lemmas, learnt segmentation, sentences and protected parts of lines), for
comparison with versions that had the same weights.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
import io
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

SAMPLE, PAIRS = ["--corpus", "sample-english"], ["--corpus", "sample-german-english"]
TAGGER = ["--seed", "3", "--threads", "1", "--set", "epochs=2"]
TRANSLATOR = [*TAGGER, "--source", "de", "--target", "en", "--set", "hidden=32"]
MEDIA = [*TAGGER, "--set", "hidden=16"]
TRAININGS: dict[str, list[str]] = {
    **{name: [name, *SAMPLE, *TAGGER] for name in ("rnn", "birnn", "deeprnn", "lstm", "gru", "sru")},
    "sgd": ["lstm", *SAMPLE, *TAGGER, "--set", "optimizer=sgd", "--set", "momentum=0.9"],
    "linear": ["gru", *SAMPLE, *TAGGER, "--set", "schedule=linear", "--set", "accumulate=2"],
    "deprel": ["lstm", *SAMPLE, *TAGGER, "--set", "auxiliary=deprel"],
    "taught": ["gru", *SAMPLE, *TAGGER, "--teacher", "runs/lstm", "--set", "noisy_copies=1"],
    "further": ["lstm", *SAMPLE, *TAGGER, "--from", "runs/lstm"],
    "seq2seq": ["seq2seq", *PAIRS, *TRANSLATOR],
    "seq2seq-gru": ["seq2seq", *PAIRS, *TRANSLATOR, "--set", "recurrence=gru", "--set", "input_feeding=true"],
    "audio": ["seq2seq", "--train", "recordings.tsv", *MEDIA, "--set", "encoder=audio"],
}
"""Name of a run -> arguments of `seqkit train`."""
CRF: dict[str, list[str]] = {"crf": ["lstm", *SAMPLE, *TAGGER, "--set", "crf=upos"]}


def main() -> int:
    """Make the outputs, or compare them with those of another folder; return the number that differ."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--compare", type=Path, help="the folder of an earlier run")
    parser.add_argument("--seqkit", default=str(Path(sys.executable).with_name("seqkit")))
    parser.add_argument("--only", nargs="*", default=["tag", "translate", "evaluate", "train", "crf"])
    parser.add_argument(
        "--records", type=int, default=sys.maxsize, help="most sentences, or lines, of an input"
    )
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    os.environ["OMP_NUM_THREADS"] = "1"
    os.chdir(arguments.folder)
    write_inputs(Path(os.environ["SEQKIT_CORPORA_DIR"]), arguments.records)
    parts = {"tag": tag, "translate": translate, "evaluate": evaluate, "train": train, "crf": train_crf}
    for part in arguments.only:
        parts[part](arguments.seqkit)
    return compare(Path(), arguments.compare) if arguments.compare else 0


def write_inputs(corpora: Path, records: int) -> None:
    """Write the inputs: two treebanks, 2,000 lines of raw text, 1,000 pairs. Args: records, most of each."""
    write_treebank(corpora / "ud-english-ewt/en_ewt-ud-dev.conllu", "ewt.conllu", records)
    write_treebank(corpora / "ud-french-sequoia/fr_sequoia-ud-test.conllu", "sequoia.conllu", records)
    with zipfile.ZipFile(corpora / "tatoeba-deu-eng/deu-eng.zip") as archive, archive.open("deu.txt") as file:
        lines = [line.split("\t")[0] for line in io.TextIOWrapper(file, "utf-8")]
    raw = lines[40_000:41_000] + (corpora / "README.md").read_text(encoding="utf-8").splitlines() * 40
    Path("raw.txt").write_text("\n".join(raw[: min(2000, records)]) + "\n", encoding="utf-8")
    recordings = sorted((corpora / "fsdd/recordings").glob("*_jackson_1?.wav"))
    rows = [f"{path}\t{path.name[0]}\n" for path in recordings[:40]]
    Path("recordings.tsv").write_text("".join(["path\ttarget\n", *rows]), encoding="utf-8")
    sides = {}
    for side in ("de", "en"):
        with gzip.open(corpora / f"multi30k/val.{side}.gz", "rt", encoding="utf-8") as file:
            sides[side] = list(file)[: min(1000, records)]
        Path(f"lines.{side}").write_text("".join(sides[side]), encoding="utf-8")
    pairs = (f"{de.strip()}\t{en.strip()}\n" for de, en in zip(sides["de"], sides["en"], strict=True))
    Path("pairs.tsv").write_text("".join(["de\ten\n", *pairs]), encoding="utf-8")


def write_treebank(source: Path, name: str, records: int) -> None:
    """Copy the first sentences of a treebank."""
    sentences = source.read_text(encoding="utf-8").removesuffix("\n\n").split("\n\n")
    Path(name).write_text("\n\n".join(sentences[:records]) + "\n\n", encoding="utf-8")


def run(seqkit: str, name: str, *arguments: str) -> None:
    """Run a command with its standard output in a file."""
    print(name, file=sys.stderr, flush=True)
    with open(name, "wb") as file:
        subprocess.run([seqkit, *arguments], stdout=file, check=True)


PLAIN_TAGS = ["--label", "upos,xpos,feats"]
PLAIN_LINES = ["--no-split", "--no-protect"]


def tag(seqkit: str) -> None:
    """Tag every input in every format, also with probabilities; segment raw text."""
    for source in ("ewt.conllu", "sequoia.conllu", "raw.txt"):
        for format in ("conllu", "jsonl", "tsv", "table", "html", "spacy"):
            run(seqkit, f"tag.{source}.{format}", "tag", source, "--format", format)
        run(seqkit, f"tag.{source}.plain", "tag", source, *PLAIN_TAGS, *rules(source))
    for format in ("jsonl", "table", "html"):
        run(seqkit, f"tag.top.{format}", "tag", "raw.txt", "--format", format, "--top", "3")
    run(seqkit, "tag.processes.conllu", "tag", "ewt.conllu", "--processes", "2", "--label", "upos")
    run(seqkit, "tag.segment.conllu", "segment", "raw.txt")
    run(seqkit, "tag.segment.rules.jsonl", "segment", "raw.txt", "--model", "spacy", "--format", "jsonl")


def rules(source: str) -> list[str]:
    """Options that split raw text by rules."""
    return ["--segmenter", "spacy"] if source.endswith(".txt") else []


def translate(seqkit: str) -> None:
    """Translate in both directions by every kind of search."""
    ways = {
        "beam": [],
        "greedy": ["--beam", "1"],
        "n-best": ["--n-best", "3", "--format", "jsonl", "--scores"],
        "sample": ["--sample", "--seed", "7", "--top-p", "0.9"],
        "mbr": ["--mbr", "8"],
        "plain": [*PLAIN_LINES, "--allow-loops"],
        "plain.n-best": [*PLAIN_LINES, "--allow-loops", "--n-best", "3", "--format", "jsonl"],
    }
    for model, side in (("de-en", "de"), ("en-de", "en")):
        for way, options in ways.items():
            run(seqkit, f"translate.{model}.{way}", "translate", f"lines.{side}", "--model", model, *options)


def evaluate(seqkit: str) -> None:
    """Evaluate the built-in models, as tables, JSON and Markdown."""
    tagger = ["evaluate", "en-tagger", "ewt.conllu"]
    run(seqkit, "evaluate.en-tagger", *tagger)
    run(seqkit, "evaluate.raw", *tagger, "--raw", "--json")
    for option in ("--json", "--calibration", "--markdown"):
        run(seqkit, f"evaluate.en-tagger{option}", *tagger, option)
    for model, sides in (("de-en", ["de", "en"]), ("en-de", ["en", "de"])):
        named = ["evaluate", model, "pairs.tsv", "--source", sides[0], "--target", sides[1]]
        run(seqkit, f"evaluate.{model}", *named)
        run(seqkit, f"evaluate.{model}.json", *named, "--beam", "1", "--json")


def train(seqkit: str, trainings: dict[str, list[str]] = TRAININGS) -> None:
    """Run one short training of each kind; store the checksum of the weights, and the metrics without seconds."""
    for name, arguments in trainings.items():
        shutil.rmtree(f"runs/{name}", ignore_errors=True)
        run(seqkit, f"train.{name}.log", "train", *arguments, "--out", f"runs/{name}")
        Path(f"train.{name}.log").unlink()
        weights = Path(f"runs/{name}/model.safetensors").read_bytes()
        with open(f"runs/{name}/training/metrics.csv", encoding="utf-8") as file:
            rows = [{k: v for k, v in row.items() if k != "seconds"} for row in csv.DictReader(file)]
        shown = "\n".join([hashlib.sha256(weights).hexdigest(), *map(str, rows), ""])
        Path(f"train.{name}").write_text(shown, encoding="utf-8")


def train_crf(seqkit: str) -> None:
    """Train a CRF, whose loss may be summed in another order."""
    train(seqkit, CRF)


def compare(now: Path, before: Path) -> int:
    """Print every output that differs."""
    names = sorted(
        p.name for p in now.iterdir() if p.name.startswith(("tag.", "translate.", "evaluate.", "train."))
    )
    differing = [name for name in names if (now / name).read_bytes() != (before / name).read_bytes()]
    for name in differing:
        print(f"differs: {name}")
    print(f"{len(names) - len(differing)} of {len(names)} outputs equal")
    return len(differing)


if __name__ == "__main__":
    sys.exit(main())
