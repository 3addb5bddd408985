"""`seqkit translate`: apply models of the task seq2seq."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from seqkit.tasks.application import Reading
from seqkit.tasks.seq2seq.command_modalities import modalities_of
from seqkit.tasks.seq2seq.command_request import DecodingFlags, TranslateRequest
from seqkit.tasks.seq2seq.command_run import run
from seqkit.terminal.arguments import (
    AllFiles,
    AllText,
    Device,
    Drop,
    Keep,
    Out,
    TextField,
    Threads,
    inference_dtype_option,
    model_option,
    refuse,
)
from seqkit.terminal.limits import LimitFlags, MaxFrames, MaxPixels, MaxSeconds
from seqkit.terminal.renamed import Precision


def translate(
    inputs: Annotated[
        list[str] | None,
        typer.Argument(help="Text, files, or - for standard input (text).", show_default=False),
    ] = None,
    model: Annotated[
        list[str] | None,
        model_option("Name or folder; if repeated, an ensemble. Default: de-en."),
    ] = None,
    out: Out = None,
    format: Annotated[
        str,
        typer.Option(
            "--format",
            "-f",
            help="text, jsonl, tsv or parquet. Default: by --out, else text, with --scores tsv.",
        ),
    ] = "",
    beam: Annotated[
        int | None, typer.Option(min=1, help="Width of the beam; 1 is greedy. Default: 5.")
    ] = None,
    length_penalty: Annotated[
        float | None, typer.Option(help="Rank by log P / length ** this. Default: 1.")
    ] = None,
    n_best: Annotated[int | None, typer.Option(min=1, help="Translations of each line. Default: 1.")] = None,
    scores: Annotated[
        bool,
        typer.Option(
            "--scores", help="Write log P, the ranking score and the confidence, too (jsonl, tsv, parquet)."
        ),
    ] = False,
    sample: Annotated[bool, typer.Option("--sample", help="Sample instead of searching.")] = False,
    top_p: Annotated[
        float | None, typer.Option(help="Sample from the most probable symbols with this total probability.")
    ] = None,
    temperature: Annotated[
        float | None, typer.Option(help="Sampling temperature; below 1 favours probable symbols. Default: 1.")
    ] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Seed of sampling. Default: 1.")] = None,
    mbr: Annotated[int | None, typer.Option(min=1, help="Minimum Bayes risk over this many samples.")] = None,
    utility: Annotated[str, typer.Option(help="Similarity for --mbr: chrf, bleu or fast-chrf.")] = "",
    agreement: Annotated[
        int | None,
        typer.Option(min=1, help="Score each translation by its similarity to this many samples; slower."),
    ] = None,
    prefix: Annotated[str, typer.Option(help="Forced beginning of every translation.")] = "",
    max_ratio: Annotated[
        float | None, typer.Option(help="Longest output: this times the source, and 10 pieces. Default: 3.")
    ] = None,
    coverage_penalty: Annotated[
        float | None,
        typer.Option(min=0, help="Weight of the penalty for source pieces without attention, such as 0.2."),
    ] = None,
    allow_loops: Annotated[
        bool, typer.Option("--allow-loops", help="Let a search repeat what the source does not repeat.")
    ] = False,
    attention: Annotated[
        Path | None,
        typer.Option("--attention", help="Plot of the attention for the first line."),
    ] = None,
    split: Annotated[
        bool,
        typer.Option("--split/--no-split", help="Translate each sentence of a line on its own."),
    ] = True,
    protect: Annotated[
        bool,
        typer.Option("--protect/--no-protect", help="Copy numbers, addresses, code and markup unchanged."),
    ] = True,
    segmenter: Annotated[
        str,
        typer.Option(
            help="Segmenter that finds sentences: name or folder, or spacy (rules). Default: the model's, else rules."
        ),
    ] = "",
    text: AllText = False,
    file: AllFiles = False,
    threads: Threads = None,
    device: Device = "",
    inference_dtype: Annotated[str, inference_dtype_option("matrix products", "float32, bfloat16")] = "",
    text_field: TextField = "",
    into: Annotated[
        str, typer.Option("--into", help="With --text-field: the field for the output.")
    ] = "translation",
    keep: Keep = None,
    drop: Drop = None,
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Treat lines that are not text as empty, and count them.")
    ] = False,
    input_: Annotated[
        list[str] | None,
        typer.Option(
            "--input", help="NAME=VALUE: one input of a model that reads several; repeated, one for each."
        ),
    ] = None,
    max_seconds: MaxSeconds = None,
    max_pixels: MaxPixels = None,
    max_frames: MaxFrames = None,
    precision: Precision = "",
) -> None:
    """Translate lines of text; turn sound, pictures and films into text, or text into files.

    The shipped models are trained on everyday sentences; for lines unlike these, the command warns of doubtful output.

    \b
    Examples:
      seqkit translate "Wie geht's?"
      seqkit translate letter.txt -m de-en -o letter.en.txt
      seqkit translate *.wav -m runs/speech
    """
    from seqkit.runtime.devices import use_device

    use_device(device)
    decoding = DecodingFlags(
        beam=beam,
        length_penalty=length_penalty,
        n_best=n_best,
        sample=sample or None,
        top_p=top_p,
        temperature=temperature,
        seed=seed,
        mbr=mbr,
        utility=utility or None,
        agreement=agreement,
        prefix=prefix or None,
        max_ratio=max_ratio,
        coverage_penalty=coverage_penalty,
        block_loops=False if allow_loops else None,
    )
    request = TranslateRequest(
        arguments=tuple(inputs or ()),
        models=tuple(model or ()),
        decoding=decoding,
        out=out,
        format=format,
        scores=scores,
        attention=attention,
        all_text=text,
        all_files=file,
        named_inputs=tuple(input_ or ()),
        limits=LimitFlags(max_seconds, max_pixels, max_frames),
        threads=threads,
        inference_dtype=inference_dtype,
        skip_bad=skip_bad,
        reading=_reading(text_field, keep, drop),
        into=into,
        split=split,
        protect=protect,
        segmenter=segmenter,
    )
    run(request, modalities_of(request.models[0] if request.models else ""))


def _reading(text_field: str, keep: list[str] | None, drop: list[str] | None) -> Reading:
    """Which fields of records are used. Raises SeqkitError for options that need --text-field."""
    from seqkit.formats.fields import named

    if not text_field:
        refuse({"--keep": keep, "--drop": drop}, ": is for records", "Add --text-field.")
    kept = named(keep) if keep is not None else None
    return Reading(text_field=text_field, keep=kept, drop=named(drop or []))
