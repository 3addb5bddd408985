"""Tagging: one label of each kind for every word; its verb is `tag`. Registered as a plugin's task is."""

from __future__ import annotations

from collections.abc import Iterable

from seqkit.extend.hookspecs import hookimpl
from seqkit.extend.specs import CommandSpec, TaskSpec
from seqkit.tasks.tagging.options import (
    SilverApplication,
    TaggingApplication,
    TaggingEvaluation,
    TaggingOptions,
)


@hookimpl
def seqkit_tasks() -> Iterable[TaskSpec]:
    """The task `tagging`."""
    yield TaskSpec(
        "tagging",
        implementation="seqkit.tasks.tagging.task:TaggingTask",
        options=TaggingOptions,
        evaluation=TaggingEvaluation,
        application=TaggingApplication,
        verb="tag",
        example="seqkit.tasks.tagging.example:example",
        facts="seqkit.models.tagger_facts:TaggerFacts",
        inference_dtypes=("float32", "bfloat16", "int8"),
        loaded="seqkit.tasks.tagging.loaded:LoadedTagger",
        summary="labels for words: parts of speech, features, named entities",
    )
    yield TaskSpec(
        "silver",
        implementation="seqkit.tasks.tagging.silver:SilverTask",
        application=SilverApplication,
        verb="label",
        summary="labels of a spaCy pipeline, for whole corpora",
    )


@hookimpl
def seqkit_commands() -> Iterable[CommandSpec]:
    """The command `tag`."""
    yield CommandSpec(
        "tag", command="seqkit.tasks.tagging.command:tag", summary="Give every word its part of speech."
    )
