"""The network. Shapes: B lines, T characters, H of z_t, V classes."""

from torch import nn

from seqkit.models.recurrences import recurrence_class
from seqkit.models.symbol_embedding import SymbolEmbedding


class LineClassesModel(nn.Module):
    """softmax(V z_T), z_T the state after the last character."""

    def __init__(self, options, facts):
        super().__init__()
        self.options, self.facts, self.inference_dtype = options, facts, "float32"
        self.embedding = SymbolEmbedding(facts.characters, options.embedding_size)
        self.layer = recurrence_class(options.recurrence)(options.embedding_size, options.hidden)
        self.output = nn.Linear(options.hidden, len(facts.classes))

    def forward(self, ids_BT, mask_BT):
        """log P(class), (B, V)."""
        _, (z_BH, *_) = self.layer(self.embedding(ids_BT), mask_BT)
        return self.output(z_BH).log_softmax(-1)
