"""Words and sentences of raw text: spaCy's rules, UDPipe 1 trained on the same treebank, and trained segmenters.

    python benchmarks/raw_text.py ud-english-ewt --segmenter en-tagger/segmenter --udpipe ewt.udpipe

F1 as the CoNLL 2018 shared task counts it, on the treebank's own text. `--train-udpipe FILE` trains UDPipe's tokenizer
(`ufal.udpipe`) on the corpus's training split first. `--speed` times each on the training split's text, alternately,
and prints microseconds per word; the machine should be idle otherwise.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from seqkit.data.catalogue import find_corpus, read_sentences
from seqkit.evaluation.raw import RawScore, score_raw
from seqkit.evaluation.run import raw_text
from seqkit.examples import Multiword, RawText, RecordErrors, Sentence
from seqkit.models.folder import model_folder
from seqkit.tasks.segmenting import load_segmenter, own_segmenter
from seqkit.text.segmenters import RuleSegmenter

METRICS = ("Words", "Sentences", "Tokens")
Split = Callable[[Sequence[RawText]], list[Sentence]]
ROUNDS = 5


def main() -> None:
    """Print a row for each system."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("corpus")
    parser.add_argument("--split", default="dev")
    parser.add_argument(
        "--segmenter", action="append", default=[], help="a segmenter, or a tagger that has one"
    )
    parser.add_argument("--udpipe", type=Path, help="a model of UDPipe 1")
    parser.add_argument("--train-udpipe", type=Path, help="train UDPipe 1, and write the model to this file")
    parser.add_argument("--epochs", type=int, default=100, help="of UDPipe's training")
    parser.add_argument("--speed", action="store_true")
    chosen = parser.parse_args()
    if chosen.train_udpipe:
        train_udpipe(chosen.corpus, chosen.train_udpipe, chosen.epochs)
    systems = systems_of(chosen)
    gold = list(read_sentences(chosen.corpus, chosen.split, RecordErrors()))
    print(f"{chosen.corpus} {chosen.split}, F1, %\n{'':<34}" + "".join(f"{name:>11}" for name in METRICS))
    for name, split in systems.items():
        metrics = score_raw(gold, split(list(raw_text(gold)))).metrics
        print(f"{name:<34}" + _row(metrics[metric] for metric in METRICS))
    if chosen.speed:
        print_speed(systems, chosen.corpus)


def _row(scores: Iterator[RawScore]) -> str:
    return "".join(f"{100 * score.f1:>11.2f}" for score in scores)


def systems_of(chosen: argparse.Namespace) -> dict[str, Split]:
    """Name -> function that splits text."""
    rules = RuleSegmenter(find_corpus(chosen.corpus).language)
    systems: dict[str, Split] = {"spaCy's rules": lambda texts: list(rules.sentences(texts))}
    if model := chosen.udpipe or chosen.train_udpipe:
        systems["UDPipe 1"] = udpipe(model)
    for name in chosen.segmenter:
        segmenter = load_segmenter(str(own_segmenter(name) or model_folder(name)))
        systems[name] = lambda texts, s=segmenter: list(s.sentences(texts))  # type: ignore[misc]
    return systems


def train_udpipe(corpus: str, out: Path, epochs: int) -> None:
    """Train UDPipe's tokenizer; dev chooses the iteration."""
    from ufal.udpipe import ProcessingError, Trainer

    error = ProcessingError()
    options = f"epochs={epochs};early_stopping=1"
    train, dev = (_sentences(corpus, split) for split in ("train", "dev"))
    model = Trainer.train("morphodita_parsito", train, dev, options, "none", "none", error)
    if error.occurred():
        raise RuntimeError(error.message)
    out.write_bytes(model)


def _sentences(corpus: str, split: str) -> object:
    """A split in the format of UDPipe."""
    from ufal.udpipe import InputFormat, ProcessingError, Sentences
    from ufal.udpipe import Sentence as UDPipeSentence

    reader, error, found = InputFormat.newConlluInputFormat(), ProcessingError(), Sentences()
    gold = read_sentences(corpus, split, RecordErrors())
    reader.setText("".join("\n".join(sentence.lines or ()) + "\n\n" for sentence in gold))
    sentence = UDPipeSentence()
    while reader.nextSentence(sentence, error):
        found.append(sentence)
        sentence = UDPipeSentence()
    return found


def udpipe(path: Path) -> Split:
    """UDPipe's tokenizer."""
    from ufal.udpipe import Model, ProcessingError
    from ufal.udpipe import Sentence as UDPipeSentence

    model = Model.load(str(path))

    def split(texts: Sequence[RawText]) -> list[Sentence]:
        found = []
        for document in _documents(texts):
            reader, error = model.newTokenizer(model.DEFAULT), ProcessingError()
            reader.setText(document)
            sentence = UDPipeSentence()
            while reader.nextSentence(sentence, error):
                words = [word.form for word in list(sentence.words)[1:]]
                several = [
                    Multiword(token.idFirst - 1, token.idLast - 1, token.form)
                    for token in sentence.multiwordTokens
                ]
                found.append(Sentence(words, multiwords=several))
                sentence = UDPipeSentence()
        return found

    return split


def _documents(texts: Sequence[RawText]) -> Iterator[str]:
    """The text of each document, joined from its parts."""
    held: list[str] = []
    for stretch in texts:
        if stretch.document is not None and held:
            yield "".join(held)
            held = []
        held.append(stretch.text)
    yield "".join(held)


def print_speed(systems: dict[str, Split], corpus: str) -> None:
    """Print microseconds per word of each system, medians of alternating runs."""
    gold = list(read_sentences(corpus, "train", RecordErrors()))
    texts, words = list(raw_text(gold)), sum(len(sentence.words) for sentence in gold)
    seconds: dict[str, list[float]] = {name: [] for name in systems}
    for _ in range(ROUNDS):
        for name, split in systems.items():
            started = time.perf_counter()
            split(texts)
            seconds[name].append(time.perf_counter() - started)
    for name, found in seconds.items():
        print(f"{name:<34}{1e6 * statistics.median(found) / words:>11.2f} µs per word")


if __name__ == "__main__":
    main()
