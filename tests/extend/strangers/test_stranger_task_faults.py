"""A third-party task that breaks its contract ends in an error that names its plugin."""

from __future__ import annotations

import pytest

TASK = """
from seqkit import ModelSpec, TaskSpec, hookimpl
from sentence_classes import ClassifierEvaluation, ClassifierOptions, ClassifierTraining

def __getattr__(name):
    if name != "Odd":
        raise AttributeError(name)
    from sentence_classes.task import SentenceClasses
    from sentence_classes.trainable import ClassifierTrainable
    class Odd(SentenceClasses):
        name = "odd"
{methods}
    return {given}

@hookimpl
def seqkit_tasks():
    yield TaskSpec("odd", "odd_plugin:Odd", options=ClassifierTraining, evaluation=ClassifierEvaluation)

@hookimpl
def seqkit_models():
    yield ModelSpec("odd", "odd", ClassifierOptions, "sentence_classes.model:Classifier",
                    facts="sentence_classes.facts:ClassifierFacts")
"""
ODD_PART = """
        def prepare(self, request, reporter):
            prepared = super().prepare(request, reporter)
            class OddPart(type(prepared.task)):
                {method}
            OddPart.__module__ = "odd_plugin"
            prepared.task.__class__ = OddPart
            return prepared
"""


def task(methods, given="Odd"):
    lines = methods if methods.startswith("\n") else f"        {methods}"
    return TASK.format(methods=lines, given=given)


def part(method):
    return task(ODD_PART.format(method=method))


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (task("pass", given="dict"), "odd_plugin:Odd is not a seqkit.tasks.Task"),
        (task("prepare = None"), "odd_plugin:Odd is not a seqkit.tasks.Task"),
        (
            task("pass", given="type('Like', (), {'prepare': Odd.prepare})"),
            "odd_plugin:Odd is not a seqkit.tasks.Task",
        ),
        (
            task("def prepare(self, request, reporter): return None"),
            "its `prepare` returns a NoneType, not a Prepared",
        ),
        (
            task("def prepare(self, request, reporter): return request.no_such"),
            "AttributeError: 'TrainingRequest'",
        ),
        (
            part("def collate(self, indices, seed): return self.train[9999]"),
            "IndexError: list index out of range",
        ),
        (part("def loss(self, batch, label_smoothing=0.0): return batch.no_such"), "AttributeError"),
        (
            part("def loss(self, batch, label_smoothing=0.0): return 1.0"),
            "its `loss` returns a float, not a Loss",
        ),
        (part("def score(self): raise KeyError('dev')"), "KeyError: 'dev'"),
        (part("def batches(self, batch_words, seed, epoch): return 1 / 0"), "ZeroDivisionError"),
        (part("def state_dict(self): return 1 / 0"), "ZeroDivisionError"),
    ],
)
def test_a_fault_in_training_is_named(
    install_package, install_plugin, seqkit, arguments, tmp_path, code, said
):
    install_package("sentence-classes")
    install_plugin("odd", code)
    result = seqkit(*arguments(tmp_path / "out", "epochs=1", model="odd"))
    assert result.code == 1 and said in result.err and "plugin 'odd' of odd-dist 0.1" in result.err
    assert "Traceback" not in result.err


@pytest.mark.parametrize(
    ("method", "said", "code"),
    [
        ("def evaluate(self, request): return None", "its `evaluate` gives a NoneType, not a Report", 1),
        (
            "def evaluate(self, request): return 1 / 0",
            "ZeroDivisionError: division by zero (odd_plugin.py, line",
            1,
        ),
        ("def evaluate(self, request): raise self.lacks('evaluation')", "odd offers no evaluation", 2),
    ],
)
def test_a_fault_in_evaluation_is_named(
    install_package, install_plugin, seqkit, arguments, sentences, tmp_path, method, said, code
):
    from seqkit.models.artifact import save_model

    install_package("sentence-classes")
    install_plugin("odd", task(method))
    from sentence_classes import ClassifierOptions
    from sentence_classes.facts import ClassifierFacts
    from sentence_classes.model import Classifier

    model = Classifier(ClassifierOptions(hidden=4), ClassifierFacts(["a"], ["x", "y"], True))
    save_model(tmp_path / "out", "odd", model, "# Odd\n")
    result = seqkit("evaluate", tmp_path / "out", sentences / "dev.tsv")
    assert result.code == code and said in result.err and result.out == ""
    assert "Traceback" not in result.err
    assert code == 2 or "plugin 'odd' of odd-dist 0.1" in result.err
