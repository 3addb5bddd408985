"""`seqkit tag`."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from seqkit.io.meter import metering
from seqkit.io.pipes import Paced
from seqkit.io.streams import data_stream
from seqkit.terminal.argument_paths import check_apart, is_file_there, listed
from seqkit.terminal.arguments import (
    AllFiles,
    AllText,
    Device,
    Drop,
    IdField,
    Keep,
    Out,
    SentenceFormat,
    SkipBad,
    TextField,
    TextInputs,
    Threads,
    inference_dtype_option,
    model_option,
    refuse,
)
from seqkit.terminal.inputs import Inputs
from seqkit.terminal.outputs import sentence_format, sentence_writer
from seqkit.terminal.read_inputs import read_inputs
from seqkit.terminal.renamed import Precision
from seqkit.terminal.tables import say

if TYPE_CHECKING:
    from seqkit.examples import RecordErrors, Sentence
    from seqkit.extend.specs import FormatSpec
    from seqkit.formats.fields import FieldChoice
    from seqkit.inference.numpy.starting import StartingTagger
    from seqkit.inference.tagger import TaggerRunner


def tag(
    inputs: TextInputs = None,
    model: Annotated[str, model_option("Name or folder. Default: by language.")] = "",
    out: Out = None,
    format: SentenceFormat = "",
    from_: Annotated[str, typer.Option("--from", help="Format of the input, for any suffix.")] = "",
    pretokenized: Annotated[
        bool, typer.Option("--pretokenized", help="One sentence a line, words separated by spaces.")
    ] = False,
    text: AllText = False,
    file: AllFiles = False,
    lang: Annotated[str, typer.Option(help="Language code of raw text. Default: the model's.")] = "",
    segmenter: Annotated[
        str,
        typer.Option(help="Segmenter of raw text: name or folder, or spacy (rules). Default: the model's."),
    ] = "",
    label: Annotated[str, typer.Option(help="Only these kinds of label, separated by commas.")] = "",
    probabilities: Annotated[
        bool, typer.Option("--probabilities", help="Show the probability of each label (table, jsonl, html).")
    ] = False,
    top: Annotated[
        int, typer.Option(min=0, help="Show this many of the most probable labels.", show_default=False)
    ] = 0,
    processes: Annotated[
        int, typer.Option(min=1, help="Processes that tag; the output is the same for any number.")
    ] = 1,
    threads: Threads = None,
    device: Device = "",
    inference_dtype: Annotated[str, inference_dtype_option("the states", "float32, bfloat16, int8")] = "",
    text_field: TextField = "",
    id_field: IdField = "",
    keep: Keep = None,
    drop: Drop = None,
    skip_bad: SkipBad = False,
    precision: Precision = "",
) -> None:
    """Give every word its part of speech.

    \b
    Examples:
      seqkit tag "Time flies like an arrow."
      seqkit tag book.txt -o book.conllu
      tail -f notes.txt | seqkit tag - --format tsv
    """
    from seqkit.examples import RecordErrors
    from seqkit.models.folder import settled_model
    from seqkit.runtime.devices import on_cpu, use_device
    from seqkit.runtime.threads import compute_with
    from seqkit.tasks.segmenting import segmenter_of
    from seqkit.tasks.tagging.apply import tag_sentences
    from seqkit.terminal.word_counter import WordCounter

    use_device(device)
    if processes > 1 and not on_cpu():
        refuse({f"--processes {processes}": True}, ": is for the CPU", "Leave it out, or --device.")
    problems = RecordErrors(skip=skip_bad)
    fields = _fields(text_field, id_field, keep, drop)
    wanted = Inputs(tuple(inputs or ()), text, file, from_, pretokenized, fields=fields)
    wanted.check()
    # Tags written over the file they were made from would replace its own labels for good.
    check_apart({"--out": out}, [] if text else [path for path in wanted.arguments if is_file_there(path)])
    spec = sentence_format(out, format)
    top = top or int(probabilities)
    if top:
        _check_shows_probabilities(spec)
    model = settled_model(model or _default(lang))
    compute_with(1 if processes > 1 else threads)
    tagger = _load(model, processes, inference_dtype)
    kinds = _kinds(label, tagger.facts.labels)
    split = partial(segmenter_of, model, tagger.facts.language, segmenter, lang)
    sentences = read_inputs(wanted, split, problems)
    with (
        sentence_writer(out, spec) as writer,
        metering() as meter,
        WordCounter("tagged", to_file=out is not None, meter=meter, size=wanted.size()) as counter,
    ):
        source = Paced(counter.reading(sentences, _count_words), paced=wanted.may_pause)
        tagged = tag_sentences(tagger, source, kinds, top, processes, model, asked=bool(label))
        for sentence in tagged:
            writer.write(sentence)
            counter.add(len(sentence.words))
            if out is None and source.paused:
                data_stream().flush()
    _report(counter.words, problems)


def _fields(
    text_field: str, id_field: str, keep: list[str] | None, drop: list[str] | None
) -> FieldChoice | None:
    """Which fields of records are used. Raises SeqkitError for options that need --text-field."""
    from seqkit.formats.fields import choice_of, named

    if not text_field:
        refuse(
            {"--id-field": id_field, "--keep": keep, "--drop": drop}, ": is for records", "Add --text-field."
        )
        return None
    kept = named(keep) if keep is not None else None
    return choice_of(text_field, id_field, kept, named(drop or []))


def _count_words(sentence: Sentence) -> int:
    return len(sentence.words)


def _check_shows_probabilities(spec: FormatSpec) -> None:
    from seqkit.errors import SeqkitError
    from seqkit.extend.manager import registry

    if "probabilities" not in spec.shows:
        able = [format.spec for format in registry().all("formats") if "probabilities" in format.spec.shows]
        fix = f"Choose one that has: --format {', '.join(spec.name for spec in able)}."
        raise SeqkitError(f"the format {spec.name} has no place for probabilities", fix, exit_code=2)


def _default(lang: str) -> str:
    from seqkit.models.folder import default_model

    return default_model("tagging", lang or "en")


def _load(model: str, processes: int, inference_dtype: str) -> TaggerRunner | StartingTagger:
    from seqkit.runtime.start import loading_models
    from seqkit.tasks.tagging.loading import load_tagger, starting_tagger

    with loading_models(one_thread=processes > 1):
        return (starting_tagger if processes == 1 else load_tagger)(model, inference_dtype)


def _kinds(label: str, known: Iterable[str]) -> tuple[str, ...]:
    from seqkit.errors import SeqkitError, did_you_mean

    kinds = tuple(listed(label))
    for kind in kinds:
        if kind not in known:
            raise SeqkitError(
                f"--label {kind}: the model does not give it", did_you_mean(kind, known), exit_code=2
            )
    return kinds or tuple(known)


def _report(words: int, problems: RecordErrors) -> None:
    say("" if words else "no words found in the input")
    say(problems.summary())
