"""Apply segmenters to whole corpora: `seqkit batch segment`."""

from __future__ import annotations

from seqkit.examples import Sentence
from seqkit.models.folder import fingerprint
from seqkit.tasks.application import ApplyRequest, Chunk
from seqkit.tasks.segmenting import RULES, name_for, segmenter_in, segmenter_of
from seqkit.tasks.sentence_task import SentenceTask
from seqkit.tasks.splitting import sentences_of
from seqkit.text.segmenters import Segmenter


class AppliedSegmenter(SentenceTask):
    """The part of the task that applies segmenters to files."""

    def default_model(self, request: ApplyRequest) -> str:
        """The built-in segmenter of the language, else spaCy's rules."""
        return name_for(request.options.lang)

    def fingerprint(self, request: ApplyRequest) -> str:
        """The fingerprint of the segmenter's files; for rules, the version of spaCy and the language."""
        chosen = segmenter_in(request.model)
        if chosen != RULES:
            return fingerprint(chosen)
        from importlib.metadata import version

        return f"{RULES} {version('spacy')} {request.options.lang}"

    def load_for(self, request: ApplyRequest) -> Segmenter:
        """Load the segmenter."""
        return segmenter_of("", request.options.lang, segmenter_in(request.model))

    def segmenter(self, model: Segmenter, request: ApplyRequest) -> Segmenter:
        """The model."""
        return model

    def joins(self, request: ApplyRequest) -> bool:
        """Yes: each paragraph is segmented by itself."""
        return True

    def apply(self, model: Segmenter, chunk: Chunk, request: ApplyRequest) -> list[list[Sentence]]:
        """The sentences of each item."""
        return sentences_of(chunk.items, model)
