"""`seqkit segment`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from seqkit.terminal.argument_paths import check_apart, is_file_there
from seqkit.terminal.arguments import (
    AllFiles,
    AllText,
    Out,
    SentenceFormat,
    SkipBad,
    TextInputs,
    ThreadsOfTorch,
    model_option,
)
from seqkit.terminal.inputs import Inputs
from seqkit.terminal.outputs import sentence_format, sentence_writer
from seqkit.terminal.read_inputs import read_inputs
from seqkit.terminal.tables import say

if TYPE_CHECKING:
    from seqkit.text.segmenters import Segmenter


def segment(
    inputs: TextInputs = None,
    model: Annotated[
        str,
        model_option(
            "A segmenter, or a tagger that has one: name or folder; spacy: rules. Default: by language."
        ),
    ] = "",
    out: Out = None,
    format: SentenceFormat = "",
    text: AllText = False,
    file: AllFiles = False,
    lang: Annotated[str, typer.Option(help="Language code of the text.")] = "en",
    threads: ThreadsOfTorch = None,
    skip_bad: SkipBad = False,
) -> None:
    """Split text into sentences and words.

    \b
    Examples:
      seqkit segment "Hello there. How are you?"
      seqkit segment book.txt -o book.conllu
      seqkit segment page.txt --model runs/fr-tagger
    """
    from seqkit.examples import RecordErrors
    from seqkit.runtime.threads import compute_serially
    from seqkit.terminal.word_counter import WordCounter

    problems = RecordErrors(skip=skip_bad)
    wanted = Inputs(tuple(inputs or ()), text, file)
    wanted.check()
    compute_serially(threads)
    check_apart({"--out": out}, [] if text else [path for path in wanted.arguments if is_file_there(path)])
    spec = sentence_format(out, format)
    sentences = read_inputs(wanted, lambda: _segmenter(model, lang), problems)
    with sentence_writer(out, spec) as writer, WordCounter("segmented", to_file=out is not None) as counter:
        for sentence in sentences:
            writer.write(sentence)
            counter.add(len(sentence.words))
    say("" if counter.words else "no words found in the input")
    say(problems.summary())


def _segmenter(model: str, lang: str) -> Segmenter:
    from seqkit.tasks.segmenting import name_for, segmenter_in, segmenter_of

    return segmenter_of("", lang, segmenter_in(model) if model else name_for(lang))
