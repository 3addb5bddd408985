"""The task `seq2seq`, from any sequence to any other, and its commands. Registered like a plugin's task."""

from __future__ import annotations

from collections.abc import Iterable

from seqkit.extend.hookspecs import hookimpl
from seqkit.extend.specs import CommandSpec, TaskSpec
from seqkit.tasks.seq2seq.options import Seq2SeqApplication, Seq2SeqEvaluation, Seq2SeqTraining


@hookimpl
def seqkit_tasks() -> Iterable[TaskSpec]:
    """The task `seq2seq`."""
    yield TaskSpec(
        "seq2seq",
        implementation="seqkit.tasks.seq2seq.task:Seq2SeqTask",
        options=Seq2SeqTraining,
        evaluation=Seq2SeqEvaluation,
        application=Seq2SeqApplication,
        verb="translate",
        example="seqkit.tasks.seq2seq.example:example",
        loaded="seqkit.tasks.seq2seq.loaded:LoadedTranslator",
        # 2: vectors of symbols are scaled as they are read.
        oldest_format=2,
        summary="one sequence into another: translation, captions, recognised speech, films",
    )


@hookimpl
def seqkit_commands() -> Iterable[CommandSpec]:
    """The commands `translate` and `calibrate`."""
    yield CommandSpec(
        "translate",
        command="seqkit.tasks.seq2seq.command:translate",
        summary="Translate lines of text; turn sound, pictures and films into text, or text into files.",
    )
    yield CommandSpec(
        "calibrate",
        command="seqkit.tasks.seq2seq.command_calibrate:calibrate",
        summary="Fit the confidence of a translator on dev data, and store it in its folder.",
    )
