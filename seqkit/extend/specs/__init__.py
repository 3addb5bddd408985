"""The records that hooks yield. Each names its implementation as `"module:attr"`, so that listing imports nothing."""

from seqkit.extend.specs.corpora import CorpusFile, CorpusListing, CorpusSpec, Division
from seqkit.extend.specs.formats import FormatSpec, LabelSpec
from seqkit.extend.specs.models import DecoderSpec, EncoderSpec, ModelSpec, PretrainedSpec, RecurrenceSpec
from seqkit.extend.specs.options import NoOptions
from seqkit.extend.specs.tasks import CommandSpec, EngineSpec, TaskSpec
from seqkit.extend.specs.training import MetricSpec, ObjectiveSpec, OptimizerSpec, ScheduleSpec

__all__ = [
    "CommandSpec",
    "CorpusFile",
    "CorpusListing",
    "CorpusSpec",
    "DecoderSpec",
    "Division",
    "EncoderSpec",
    "EngineSpec",
    "FormatSpec",
    "LabelSpec",
    "MetricSpec",
    "ModelSpec",
    "NoOptions",
    "ObjectiveSpec",
    "OptimizerSpec",
    "PretrainedSpec",
    "RecurrenceSpec",
    "ScheduleSpec",
    "TaskSpec",
]
