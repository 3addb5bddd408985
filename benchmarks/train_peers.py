"""Train another tagger on a treebank and score it: `python benchmarks/train_peers.py crf ud-english-ewt --out FOLDER`.

Peers: crf (python-crfsuite, features and penalties as in `crf_baseline.py`), udpipe (UDPipe 1), spacy (a pipeline
with only a tagger), nltk (its averaged perceptron). Each needs its package. Input is gold words, output UPOS. Prints
seconds, MB, and accuracy on all, known and unknown words and on whole sentences of each split.
"""

from __future__ import annotations

import argparse
import inspect
import shutil
import tempfile
import time
from pathlib import Path

from peers import PEERS, Tag, megabytes, peer

from seqkit.data.catalogue import find_corpus, read_sentences
from seqkit.evaluation.tagging import score_tagging
from seqkit.examples import RecordErrors, Sentence


def main() -> None:
    """Train, tag, score."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("peer", choices=PEERS)
    parser.add_argument("corpus", help="a corpus of seqkit by name, with train and dev")
    parser.add_argument(
        "--out", required=True, type=Path, help="folder for the model; an existing model is kept"
    )
    parser.add_argument("--first", type=int, help="train only on the first N sentences")
    parser.add_argument("--splits", nargs="*", default=["dev"], help="splits to score; default: dev")
    arguments = parser.parse_args()
    sentences = {
        split: [s for s in read_sentences(arguments.corpus, split, RecordErrors()) if s.words]
        for split in {"train", "dev", *arguments.splits}
    }
    sentences["train"] = sentences["train"][: arguments.first]
    started = time.monotonic()
    if not arguments.out.exists():
        _train(
            arguments.peer,
            sentences["train"],
            sentences["dev"],
            arguments.out,
            find_corpus(arguments.corpus).language,
        )
        print(
            f"{arguments.peer}: {len(sentences['train'])} sentences, {time.monotonic() - started:.0f} s",
            end=", ",
        )
    print(f"{megabytes(arguments.out):.1f} MB")
    known = frozenset(word for sentence in sentences["train"] for word in sentence.words)
    tag = peer(arguments.peer).load(arguments.out)
    for split in arguments.splits:
        print(f"{split:5} {_accuracies(tag, sentences[split], known)}")


def _train(name: str, train: list[Sentence], dev: list[Sentence], out: Path, language: str) -> None:
    """Train in a temporary folder, which is renamed when the model is complete."""
    out.parent.mkdir(parents=True, exist_ok=True)
    module = peer(name)
    more = {"language": language} if "language" in inspect.signature(module.train).parameters else {}
    work = Path(tempfile.mkdtemp(dir=out.parent))
    try:
        module.train(train, dev, work, **more)
        work.rename(out)
    except BaseException:
        shutil.rmtree(work)
        raise


def _accuracies(tag: Tag, gold: list[Sentence], known: frozenset[str]) -> str:
    predicted = [{"upos": tags} for tags in tag([sentence.words for sentence in gold])]
    score = score_tagging(gold, predicted, ["upos"], known).kinds["upos"]
    groups = ("overall", "known", "unknown", "sentences")
    return "  ".join(f"{group} {100 * (getattr(score, group).value or 0):.2f}" for group in groups)


if __name__ == "__main__":
    main()
