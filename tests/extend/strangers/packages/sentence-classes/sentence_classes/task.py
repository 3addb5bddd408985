"""The task `sentence-class`: from labelled sentences to a classifier."""

from __future__ import annotations

from typing import Any

import torch

from sentence_classes.data import checksum, read_files
from sentence_classes.trainable import ClassifierTrainable, scores
from seqkit import SeqkitError
from seqkit.evaluation.corpus_metric import metric_of
from seqkit.examples import RecordErrors
from seqkit.models.artifact import load_for
from seqkit.tasks import (
    ApplyRequest,
    Chunk,
    EvaluationRequest,
    Prepared,
    Report,
    TextTask,
    TrainingRequest,
)
from seqkit.tasks.reading import fresh_or_started
from seqkit.terminal.argument_paths import listed
from seqkit.training.card import CardFacts, model_card

EPOCHS, BATCH_WORDS = 20, 200
"""What 0 stands for in the options of training."""


class SentenceClasses(TextTask):
    """A class for each sentence."""

    name = "sentence-class"

    def prepare(self, request: TrainingRequest, reporter: Any) -> Prepared:
        """Read the sentences, learn words and classes, make the network."""
        options, sources = request.task, request.sources
        metric_of(options.metric)
        if sources.corpus:
            raise SeqkitError(
                f"--corpus {sources.corpus}: not for classifiers", "Give --train FILE.", exit_code=2
            )
        problems = RecordErrors(skip=sources.skip_bad)
        train, dev = (
            read_files(paths, options.text_column, options.class_column, problems)
            for paths in (sources.train, sources.dev)
        )
        if not train:
            raise SeqkitError(f"{', '.join(sources.train)}: holds no sentence", "Give a file with sentences.")
        if problems.summary():
            reporter.note(problems.summary())
        torch.manual_seed(request.training.seed)
        model = fresh_or_started(request, lambda facts: facts.gather(train, options))
        training = request.training
        resolved = request.replace(
            "training",
            epochs=training.epochs or EPOCHS,
            batch_words=training.batch_words or BATCH_WORDS,
        )
        facts = CardFacts(
            title=f"A sentence classifier ({request.model.recurrence})",
            language=model.facts.language,
            tags="[text-classification]",
            after=[f"Sentences: {len(train):,}; classes: {', '.join(model.facts.classes)}"],
        )
        return Prepared(
            request=resolved,
            task=ClassifierTrainable(model, train, dev, options.metric),
            examples=checksum(train, dev),
            card=lambda progress, command: model_card(resolved, facts, progress, command),
        )

    def evaluate(self, request: EvaluationRequest) -> Report:
        """Macro F1, accuracy and what --metric names."""
        model = load_for(self.name, request.model, request.inference_dtype)
        options, problems = request.options, RecordErrors(skip=request.skip_bad)
        if request.split is not None:
            raise SeqkitError(f"{request.source}: no such file", "Give a .tsv or .jsonl file.", exit_code=2)
        examples = read_files([request.source], options.text_column, options.class_column, problems)
        request.tell(problems.summary())
        if not examples:
            raise SeqkitError(f"{request.source}: holds no sentence", "Give a file with sentences.")
        metrics = scores(model, examples, ["macro-f1", *listed(options.metric)], bootstrap=True)
        counted = f"{len(examples):,} sentences"
        return Report(
            title=f"{request.model} on {request.where}: {counted}",
            metrics=metrics,
            facts={"sentences": len(examples)},
            section=f"Scores on {request.where}",
            counted=counted,
        )

    def apply(self, model: Any, chunk: Chunk, request: ApplyRequest) -> list[dict[str, Any]]:
        """The class of each sentence, and its probability."""
        p_NC = model.probabilities([item.text for item in chunk.items])
        names = model.facts.classes
        outputs = []
        for p_C in p_NC.tolist():
            best = max(range(len(names)), key=p_C.__getitem__)
            output: dict[str, Any] = {"label": names[best], "probability": round(p_C[best], 6)}
            if request.options.all_classes:
                output["classes"] = {name: round(p, 6) for name, p in zip(names, p_C, strict=True)}
            outputs.append(output)
        return outputs
