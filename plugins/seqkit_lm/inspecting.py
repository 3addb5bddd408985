"""The subject of `seqkit inspect`: a language model and documents. Shapes: B documents, T steps, V symbols."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from torch import Tensor

from seqkit.examples import RecordErrors
from seqkit.models.artifact import load_for
from seqkit.nn.affine import affine
from seqkit.tasks.inspecting import InspectionRequest, Steps, Subject, text_of
from seqkit_lm.data import documents_in
from seqkit_lm.model import LanguageModel, WindowBatch
from seqkit_lm.symbols import BOUNDARY, clean_lines
from seqkit_lm.trainable import Documents
from seqkit_lm.windows import Window, collate

LONGEST = 200
"""Maximum symbols that are read of each document of a corpus; a given text is read whole."""


class LMSubject(Subject):
    """A language model and documents, each read from its beginning."""

    def __init__(self, model: LanguageModel, documents: Documents) -> None:
        self.model: LanguageModel = model
        self.documents = documents

    def __len__(self) -> int:
        return len(self.documents)

    def steps(self, index: int) -> Steps:
        return Steps(len(self.documents[index]), len(self.documents[index]))

    def collate(self, indices: Sequence[int]) -> WindowBatch:
        return collate(self.documents, [Window(index, 0, len(self.documents[index])) for index in indices])

    def step_losses(self, batch: WindowBatch) -> Tensor:
        log_p_BTV = self.scores(batch).log_softmax(-1)
        return -log_p_BTV.gather(2, batch.targets_BT[:, :, None])[:, :, 0] * batch.mask_BT

    def entries(self) -> list[str]:
        return ["layers.0"]

    def scores(self, batch: WindowBatch) -> Tensor:
        z_BTH, _ = self.model(batch.inputs_BT, self.model.initial_state(len(batch.fresh_B)))
        return affine(z_BTH, self.model.V, self.model.output.bias)

    def names(self) -> list[str]:
        symbols = self.model.facts.symbols
        return [symbols.name(number) for number in range(len(symbols))]

    def chosen(self, index: int) -> list[int]:
        return [int(symbol) for symbol in self.documents[index]]

    def output_matrices(self) -> dict[str, Tensor]:
        return {"V": self.model.V}

    def input_names(self, index: int) -> list[str]:
        return [self.model.facts.symbols.name(BOUNDARY), *self.output_names(index)[:-1]]

    def output_names(self, index: int) -> list[str]:
        return [self.model.facts.symbols.name(int(number)) for number in self.documents[index]]


def lm_subject(request: InspectionRequest) -> LMSubject:
    """Load the model of a request, and its documents."""
    model: LanguageModel = load_for("lm", request.model)
    symbols = model.facts.symbols
    if request.text:
        lines = clean_lines(text_of(request))
        return LMSubject(model, [np.array(symbols.document(lines))] if lines else [])
    found = []
    for document in documents_in([request.source], request.split, RecordErrors(skip=request.skip_bad)):
        found.append(np.array(symbols.document(document))[:LONGEST])
        if len(found) >= request.examples:
            break
    return LMSubject(model, found)
