"""What is trained (`LineClassesTrainable`), and the task, which reads files."""

import hashlib

import torch
from torch.nn.functional import nll_loss

from seqkit.evaluation.corpus_metric import measured
from seqkit.examples import RecordErrors
from seqkit.tasks import Counts, Loss, Metric, Prepared, Report, StepLogProbs, Task, Trainable
from seqkit.tasks.reading import fresh_or_started
from seqkit.training.card import CardFacts, model_card
from seqkit_line_classes.data import read


class LineClassesTrainable(Trainable):
    """The network and its examples, (text, class) pairs; reads no file."""

    name = "line-classes"

    def __init__(self, model, train, dev):
        self.model, self.train, self.dev = model, train, dev

    @property
    def lengths(self):
        return [len(text) for text, _ in self.train]

    def collate(self, indices, seed):
        return self.batch([self.train[index] for index in indices])

    def batch(self, examples):
        classes = self.model.facts.classes
        y_B = torch.tensor([classes.index(name) if name in classes else -1 for _, name in examples])
        return *self.model.collate([text for text, _ in examples]), y_B

    def log_probs(self, batch):
        return [StepLogProbs(self.model(*batch[:2]), batch[2])]

    def loss(self, batch, label_smoothing=0.0):
        ((log_p_BV, y_B),) = self.log_probs(batch)
        nll = nll_loss(log_p_BV, y_B, reduction="sum")
        total = (1 - label_smoothing) * nll - label_smoothing * log_p_BV.mean(-1).sum()
        steps = torch.tensor(len(y_B))
        return Loss(total, steps, Counts.of(nll, (log_p_BV.argmax(-1) == y_B).sum(), steps))

    @torch.inference_mode()
    def score(self):
        if not self.dev:
            return []
        self.model.eval()
        ((log_p_BV, y_B),) = self.log_probs(self.batch(self.dev))
        return [Metric("accuracy", float((log_p_BV.argmax(-1) == y_B).double().mean()))]


class LineClassesTask(Task):
    """Created without arguments; has no state."""

    name = "line-classes"

    def prepare(self, request, reporter):
        """Read the data, and make the network with its first, seeded weights."""
        problems = RecordErrors(skip=request.sources.skip_bad)
        train = read(request.sources.train, problems)
        dev = read(request.sources.dev, problems) if request.sources.dev else []
        torch.manual_seed(request.training.seed)
        model = fresh_or_started(request, lambda facts: facts.gather(train))
        words, epochs = request.training.batch_words or 1000, request.training.epochs or 20
        resolved = request.replace("training", batch_words=words, epochs=epochs)
        facts = CardFacts("A classifier of lines", "xx", "[text-classification]")
        return Prepared(
            request=resolved,
            task=LineClassesTrainable(model, train, dev),
            examples=hashlib.sha256(repr((train, dev)).encode()).hexdigest(),
            card=lambda progress, command: model_card(resolved, facts, progress, command),
        )

    def evaluate(self, request):
        """The accuracy on a file."""
        examples = read([request.source], RecordErrors(skip=request.skip_bad))
        guesses = classes(self.load(request.model, request.inference_dtype), [text for text, _ in examples])
        right = sum(guess == name for guess, (_, name) in zip(guesses, examples, strict=True))
        return Report(
            title=f"{request.model} on {request.where}",
            metrics=[
                Metric("accuracy", right / len(examples)),
                measured("class-f1", guesses, [name for _, name in examples]),
            ],
            facts={"lines": len(examples)},
            tables=[],
            section=f"Scores on {request.where}",
            counted=f"{len(examples):,} lines",
        )


@torch.inference_mode()
def classes(model, texts):
    """The most probable class of each text."""
    return [model.facts.classes[int(model(*model.collate([text])).argmax())] for text in texts]
