"""Labels that are drawn from the model's probabilities in training.

Shapes: B sentences, T words, L labels, K draws of each sentence.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from seqkit.nn.heads import IGNORE, in_float32
from seqkit.training.trainable import Outputs


def drawn_labels(logits_BTL: Tensor, y_BT: Tensor, labels: Sequence[str], count: int, seed: int) -> Outputs:
    """`count` label sequences of each sentence, each word's label drawn by itself: y_t ~ softmax(logits_t).

    Words without a label in `y_BT` are left out of outputs, references and probabilities.
    """
    labelled_BT = y_BT != IGNORE
    log_p_BTL = torch.log_softmax(in_float32(logits_BTL), dim=-1)
    drawn_BKT = _draws(log_p_BTL.detach(), count, seed)
    log_p_BKT = log_p_BTL[:, None].expand(-1, count, -1, -1).gather(3, drawn_BKT[..., None])[..., 0]
    log_p_BK = (log_p_BKT * labelled_BT[:, None]).sum(-1)
    texts = [
        [_text(row_T, labels, real_T) for row_T in rows_KT]
        for rows_KT, real_T in zip(drawn_BKT, labelled_BT, strict=True)
    ]
    references = [_text(row_T, labels, real_T) for row_T, real_T in zip(y_BT, labelled_BT, strict=True)]
    return Outputs(texts, references, log_p_BK)


def _draws(log_p_BTL: Tensor, count: int, seed: int) -> Tensor:
    """Labels by their numbers, (B, K, T)."""
    sentences, steps, labels = log_p_BTL.shape
    random = torch.Generator(log_p_BTL.device).manual_seed(seed)
    drawn = torch.multinomial(log_p_BTL.exp().view(-1, labels), count, replacement=True, generator=random)
    return drawn.view(sentences, steps, count).transpose(1, 2)


def _text(ids_T: Tensor, labels: Sequence[str], real_T: Tensor) -> str:
    """Labels with blanks between."""
    return " ".join(labels[number] for number in ids_T[real_T].tolist())
