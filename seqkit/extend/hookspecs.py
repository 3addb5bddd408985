"""The hooks that a plugin can implement. Each docstring contains an example plugin, a module with an entry point:

[project.entry-points.seqkit]
mine = "my_package"
"""

from __future__ import annotations

from collections.abc import Iterable

import pluggy

from seqkit.extend.specs import (
    CommandSpec,
    CorpusSpec,
    DecoderSpec,
    EncoderSpec,
    EngineSpec,
    FormatSpec,
    LabelSpec,
    MetricSpec,
    ModelSpec,
    ObjectiveSpec,
    OptimizerSpec,
    PretrainedSpec,
    RecurrenceSpec,
    ScheduleSpec,
    TaskSpec,
)

hookspec = pluggy.HookspecMarker("seqkit")
hookimpl = pluggy.HookimplMarker("seqkit")


@hookspec
def seqkit_recurrences() -> Iterable[RecurrenceSpec]:
    """Recurrent layers z_t = f(x_t, z_{t-1}) that any model can use.

    from seqkit import RecurrenceSpec, hookimpl

    @hookimpl
    def seqkit_recurrences():
        yield RecurrenceSpec("mingru", layer="my_package.layer:MinGRU", summary="a gated layer without U")
    """
    raise NotImplementedError


@hookspec
def seqkit_models() -> Iterable[ModelSpec]:
    """Models that `seqkit train NAME` can train.

    from dataclasses import dataclass
    from seqkit import ModelSpec, TaggerOptions, hookimpl

    @dataclass(frozen=True)
    class Options(TaggerOptions):
        recurrence: str = "mingru"

    @hookimpl
    def seqkit_models():
        yield ModelSpec("mingru", task="tagging", options=Options, build="seqkit.models.tagger:build")
    """
    raise NotImplementedError


@hookspec
def seqkit_tasks() -> Iterable[TaskSpec]:
    """Kinds of model: preparation of their data, training, scores and application.

    from seqkit import TaskSpec, hookimpl

    @hookimpl
    def seqkit_tasks():
        yield TaskSpec("sentence-class", implementation="my_package.task:SentenceClasses", verb="classify")
    """
    raise NotImplementedError


@hookspec
def seqkit_commands() -> Iterable[CommandSpec]:
    """Commands of `seqkit`.

    from seqkit import CommandSpec, hookimpl

    @hookimpl
    def seqkit_commands():
        yield CommandSpec("classify", command="my_package.command:classify", summary="Classify every line.")
    """
    raise NotImplementedError


@hookspec
def seqkit_objectives() -> Iterable[ObjectiveSpec]:
    """Losses that `seqkit train` can minimise.

    from dataclasses import dataclass
    from seqkit import ObjectiveSpec, hookimpl

    @dataclass(frozen=True)
    class FocalOptions:
        gamma: float = 2.0

    @hookimpl
    def seqkit_objectives():
        yield ObjectiveSpec("focal", objective="my_package.focal:Focal", options=FocalOptions)
    """
    raise NotImplementedError


@hookspec
def seqkit_optimizers() -> Iterable[OptimizerSpec]:
    """Optimizers.

    from seqkit import OptimizerSpec, hookimpl

    @hookimpl
    def seqkit_optimizers():
        yield OptimizerSpec("lion", build="my_package.lion:build")
    """
    raise NotImplementedError


@hookspec
def seqkit_schedules() -> Iterable[ScheduleSpec]:
    """Schedules of the learning rate.

    from seqkit import ScheduleSpec, hookimpl

    @hookimpl
    def seqkit_schedules():
        yield ScheduleSpec("square", factor="my_package.schedule:square")
    """
    raise NotImplementedError


@hookspec
def seqkit_metrics() -> Iterable[MetricSpec]:
    """Scores of outputs against references.

    from seqkit import MetricSpec, hookimpl

    @hookimpl
    def seqkit_metrics():
        yield MetricSpec("length-error", metric="my_package.metric:LengthError", higher_is_better=False, unit="words")
    """
    raise NotImplementedError


@hookspec
def seqkit_encoders() -> Iterable[EncoderSpec]:
    """Modalities that a sequence-to-sequence model can read.

    from dataclasses import dataclass
    from seqkit import EncoderSpec, hookimpl

    @dataclass(frozen=True)
    class StrokeOptions:
        stroke_points: int = 64

    @hookimpl
    def seqkit_encoders():
        yield EncoderSpec("strokes", build="my_package.encoder:StrokeEncoder",
                          facts="my_package.encoder:StrokeFacts", options=StrokeOptions)
    """
    raise NotImplementedError


@hookspec
def seqkit_decoders() -> Iterable[DecoderSpec]:
    """Modalities that a sequence-to-sequence model can write.

    from seqkit import DecoderSpec, hookimpl

    @hookimpl
    def seqkit_decoders():
        yield DecoderSpec("strokes", build="my_package.decoder:StrokeDecoder",
                          facts="my_package.decoder:StrokeFacts")
    """
    raise NotImplementedError


@hookspec
def seqkit_formats() -> Iterable[FormatSpec]:
    """File formats: suffixes, readers and writers.

    from seqkit import FormatSpec, hookimpl

    @hookimpl
    def seqkit_formats():
        yield FormatSpec("vertical", (".vert",), reader="my_package.vertical:read",
                         writer="my_package.vertical:Writer")
    """
    raise NotImplementedError


@hookspec
def seqkit_labels() -> Iterable[LabelSpec]:
    """Kinds of word label.

    from seqkit import LabelSpec, hookimpl

    @hookimpl
    def seqkit_labels():
        yield LabelSpec("chunk", misc="Chunk", scheme="BIO", absent="O", unlabelled=True,
                        summary="noun phrases and other chunks, as spans")
    """
    raise NotImplementedError


@hookspec
def seqkit_corpora() -> Iterable[CorpusSpec]:
    """Corpora by name.

    from seqkit import CorpusFile, CorpusSpec, hookimpl

    @hookimpl
    def seqkit_corpora():
        yield CorpusSpec("my-bank", language="hu", licence="CC0", source="https://example.org/my-bank",
                         files=(CorpusFile("train.conllu", sha256="…", size=1000, url="https://…"),),
                         splits={"train": ("train.conllu",)})
    """
    raise NotImplementedError


@hookspec
def seqkit_engines() -> Iterable[EngineSpec]:
    """Engines that process the parts of a batch.

    from seqkit import EngineSpec, hookimpl

    @hookimpl
    def seqkit_engines():
        yield EngineSpec("my-cluster", engine="my_package.engine:ClusterEngine")
    """
    raise NotImplementedError


@hookspec
def seqkit_pretrained() -> Iterable[PretrainedSpec]:
    """Trained models by name, shipped in a package.

    from seqkit import PretrainedSpec, hookimpl

    @hookimpl
    def seqkit_pretrained():
        yield PretrainedSpec("hu-tagger", folder="my_package:models/hu-tagger", task="tagging", language="hu")
    """
    raise NotImplementedError
