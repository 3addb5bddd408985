"""The network. Shapes: B lines, T characters, H of z_t, V classes."""

import torch
from torch import nn

from seqkit.models.recurrences import recurrence_class
from seqkit.nn.recurrent import mask_of
from seqkit.text.vocabulary import UNKNOWN, pad


class LineClassesModel(nn.Module):
    """softmax(V z_T), z_T the state after the last character."""

    def __init__(self, options, facts):
        super().__init__()
        self.options, self.facts, self.inference_dtype = options, facts, "float32"
        self.ids = {name: UNKNOWN + 1 + number for number, name in enumerate(facts.characters)}
        self.embedding = nn.Embedding(UNKNOWN + 1 + len(self.ids), options.embedding_size)
        self.layer = recurrence_class(options.recurrence)(options.embedding_size, options.hidden)
        self.output = nn.Linear(options.hidden, len(facts.classes))

    def collate(self, texts):
        """ids_BT and mask_BT, True at real characters."""
        ids_BT, lengths_B = pad([[self.ids.get(c, UNKNOWN) for c in text] for text in texts])
        return torch.from_numpy(ids_BT), mask_of(torch.from_numpy(lengths_B), ids_BT.shape[1])

    def forward(self, ids_BT, mask_BT):
        """log P(class), (B, V)."""
        _, (z_BH, *_) = self.layer(self.embedding(ids_BT), mask_BT)
        return self.output(z_BH).log_softmax(-1)
