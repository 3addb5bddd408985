"""What the records name."""

from __future__ import annotations

import numpy as np
import torch

from seqkit.evaluation.corpus_metric import CorpusMetric
from seqkit.training.objective import Objective


class NoLoss(Objective):
    def loss(self, task, batch):
        return task.loss(batch)[0]


class NoNumber(Objective):
    def loss(self, task, batch):
        loss = task.loss(batch)
        return loss._replace(**{loss._fields[0]: loss[0] * float("nan")})


class Vector(Objective):
    def loss(self, task, batch):
        loss = task.loss(batch)
        return loss._replace(**{loss._fields[0]: loss[0].expand(2)})


class Raises(Objective):
    def loss(self, task, batch):
        return 1 / 0


class WithoutOptions(Objective):
    def __init__(self):
        super().__init__(None)

    def loss(self, task, batch):
        return task.loss(batch)


class AbstractObjective(Objective):
    pass


class NoObjective:
    def __init__(self, options):
        self.options = options


def gives_none(parameters, learning_rate, options):
    return None


def gives_text(parameters, learning_rate, options):
    return "adam"


def of_one(parameters):
    return torch.optim.SGD(parameters)


class RaisingStep(torch.optim.SGD):
    def step(self, closure=None):
        raise KeyError("velocity")


def raises_in_step(parameters, learning_rate, options):
    return RaisingStep(parameters, lr=learning_rate)


def text(left):
    return "half"


def no_number(left):
    return float("nan")


def negative(left):
    return -left


def of_two(left, right):
    return left


def raises(left):
    raise LookupError("no such step")


class NoMetric:
    pass


class Abstract(CorpusMetric):
    pass


class Counting(CorpusMetric):
    def statistics(self, outputs, references):
        return np.ones((len(outputs), 1))

    def score(self, sums_K):
        return 1.0


class RaisesInScore(Counting):
    def score(self, sums_K):
        return sums_K["matches"]


class NoScore(Counting):
    def score(self, sums_K):
        return float("nan")


class NoneScore(Counting):
    def score(self, sums_K):
        return None


class TooFew(Counting):
    def statistics(self, outputs, references):
        return np.ones((len(outputs) - 1, 1))
