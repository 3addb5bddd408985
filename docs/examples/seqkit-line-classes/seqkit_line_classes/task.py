"""What is trained, and the task: it reads files of lines `class TAB text`, and predicts classes of texts."""

import torch

from seqkit.io.text_files import BadRecord, chomp, read_records
from seqkit.tasks import LabelledTextTask, LabelledTrainable, StepLogProbs, label_ids


class LineClassesTrainable(LabelledTrainable):
    """The network and its examples, (text, class) pairs; reads no file."""

    name = "line-classes"

    def batch_of(self, examples):
        texts, classes = zip(*examples, strict=True)
        return *self.model.embedding.collate(texts), label_ids(classes, self.model.facts.classes)

    def log_probs(self, batch):
        *inputs, y_B = batch
        return [StepLogProbs(self.model(*inputs), y_B)]


class LineClassesTask(LabelledTextTask):
    """Created without arguments; has no state."""

    name = "line-classes"
    field = "class"
    metrics = ("class-f1",)
    tags = "[text-classification]"
    trainable = LineClassesTrainable

    def examples(self, source, split, problems, options):
        return (pair for _, pair in read_records(source, problems, parse))

    @torch.inference_mode()
    def predict(self, model, texts):
        batches = (model.embedding.collate([text]) for text in texts)
        return [model.facts.classes[int(model(*batch).argmax())] for batch in batches]


def parse(line):
    """(text, class) of a line `class TAB text`."""
    name, _, text = chomp(line).partition("\t")
    if name and text:
        return text, name
    raise BadRecord("not a class, a tab and a text", "Write: class TAB text.")
