"""Read data and make models, for tasks of plugins. Imports no torch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from seqkit.data.catalogue import find_corpus, read_examples
from seqkit.errors import SeqkitError
from seqkit.examples import RawText, RecordErrors, Sentence
from seqkit.extend.build import facts_class
from seqkit.extend.manager import registry
from seqkit.extend.specs import CorpusSpec
from seqkit.training.request import Sources, TrainingRequest

UNKNOWN_LANGUAGE = "xx"


def split_sources(sources: Sources, split: str) -> Sequence[str]:
    """The sources of a split: the files given for it, else the corpus if it has the split."""
    files = sources.train if split == "train" else sources.dev
    if files or not sources.corpus:
        return files
    spec = find_corpus(sources.corpus)
    known = {*spec.splits, *spec.aliases, *(spec.division.shares if spec.division else ())}
    return (sources.corpus,) if split in known else ()


def corpus_language(sources: Sources) -> str:
    """The language of the corpus; `xx` of files."""
    return find_corpus(sources.corpus).language if sources.corpus else UNKNOWN_LANGUAGE


def read_texts(
    source: str, split: str, problems: RecordErrors, purpose: str = CorpusSpec.kind
) -> Iterator[str]:
    """The documents of a file or of a corpus's split as running text, one after another.

    Each sentence is a line. Args: purpose, as for `read_examples`. Raises SeqkitError for an unknown source.
    """
    held: list[str] = []
    for example in read_examples(source, split, problems, purpose=purpose):
        if example.document is not None and held:
            yield "".join(held)
            held = []
        held.append(example.text if isinstance(example, RawText) else example.text.strip() + "\n")
    if held:
        yield "".join(held)


def read_sentences(source: str, split: str, problems: RecordErrors) -> Iterator[Sentence]:
    """The sentences of a file or of a corpus's split. Raises SeqkitError for raw text, which has none yet."""
    for example in read_examples(source, split, problems):
        if not isinstance(example, Sentence):
            fix = "Give a treebank, or another file with words."
            raise SeqkitError(f"{source}: is raw text, without words", fix)
        yield example


def fresh_or_started(request: TrainingRequest, gather: Callable[[Any], Any]) -> Any:
    """The initial model of a request, with random weights or those of `--from`.

    Args: gather, from the ModelSpec's class of facts to the facts of the training split.
    """
    from seqkit.models.size import build_model_within_memory
    from seqkit.training.finetune import started

    if request.sources.start:
        return started(request.sources.start, request.model)
    spec = registry().find("models", request.sources.model)
    return build_model_within_memory(spec.name, request.model, gather(facts_class(spec)))
