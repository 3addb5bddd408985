"""Sequence to sequence: any sequence in, any out; its verb is `translate`. Registered as a plugin's task is."""

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
        summary="Turn one sequence into another: a line of text for each line, or for each file; or text into files.",
    )
    yield CommandSpec(
        "calibrate",
        command="seqkit.tasks.seq2seq.command_calibrate:calibrate",
        summary="Let a translator say how sure it is: fit its confidence on dev, and store it in its folder.",
    )
