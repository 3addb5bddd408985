"""Span scores compared with published counts, manual counts, and a second implementation of conlleval's rules."""

from __future__ import annotations

from collections import Counter
from random import Random
from types import SimpleNamespace

import pytest

from seqkit.evaluation.run import evaluate_tagger
from seqkit.evaluation.spans import order_note, score_span_kinds, score_spans
from seqkit.evaluation.tagging import LabelScore
from seqkit.examples import Sentence, SourceLocation
from seqkit.tasks.tagging.report import tagging_tables
from seqkit.tasks.tagging.report_json import tagging_dict


def row(tags):
    """The tags of a sentence."""
    return tags.split()


def ends(before, tag, before_type, type):
    """endOfChunk of conlleval.pl, for the prefixes B, I and O."""
    pairs = {("B", "B"), ("B", "O"), ("I", "B"), ("I", "O")}
    return (before, tag) in pairs or (before != "O" and before_type != type)


def starts(before, tag, before_type, type):
    """startOfChunk of conlleval.pl."""
    pairs = {("B", "B"), ("I", "B"), ("O", "B"), ("O", "I")}
    return (before, tag) in pairs or (tag != "O" and before_type != type)


def conlleval(gold, predicted):
    """Gold, predicted and right chunks by type, token after token as the script goes."""
    found, guessed, right = Counter(), Counter(), Counter()
    inside, last, last_guess = False, ("O", ""), ("O", "")
    # The script takes the empty line after a sentence for a token outside of chunks.
    for tags, guesses in zip(gold, predicted, strict=True):
        for tag, guess in zip([*tags, "O"], [*guesses, "O"], strict=True):
            one, other = ((tuple(t.split("-", 1)) if t != "O" else ("O", "")) for t in (tag, guess))
            end = ends(last[0], one[0], last[1], one[1])
            guess_end = ends(last_guess[0], other[0], last_guess[1], other[1])
            start = starts(last[0], one[0], last[1], one[1])
            guess_start = starts(last_guess[0], other[0], last_guess[1], other[1])
            if inside and end and guess_end and last[1] == last_guess[1]:
                inside = False
                right[last[1]] += 1
            elif inside and (end != guess_end or one[1] != other[1]):
                inside = False
            inside = inside or (start and guess_start and one[1] == other[1])
            found[one[1]] += start
            guessed[other[1]] += guess_start
            last, last_guess = one, other
    return found, guessed, right


def test_equals_conlleval_on_random_tags_in_order_or_not():
    random = Random(3)
    tags = ["O", "O", "B-X", "I-X", "B-Y", "I-Y"]
    for _ in range(400):
        lengths = [random.randint(1, 12) for _ in range(3)]
        gold = [random.choices(tags, k=length) for length in lengths]
        predicted = [
            [t if random.random() < 0.7 else random.choice(tags) for t in tags_of] for tags_of in gold
        ]
        found, guessed, right = conlleval(gold, predicted)
        scores = score_spans(gold, predicted)
        assert scores.overall == (found.total(), guessed.total(), right.total())
        for type in scores.types:
            assert scores.types[type] == (found[type], guessed[type], right[type])


def test_the_published_example_of_seqeval():
    """https://github.com/chakki-works/seqeval, README: F1 0.50; MISC 0 of 1, PER 1 of 1."""
    gold = [row("O O O B-MISC I-MISC I-MISC O"), row("B-PER I-PER O")]
    predicted = [row("O O B-MISC I-MISC I-MISC I-MISC O"), row("B-PER I-PER O")]
    scores = score_spans(gold, predicted)
    assert (scores.overall.precision, scores.overall.recall, scores.overall.f1) == (0.5, 0.5, 0.5)
    assert scores.types == {"MISC": LabelScore(1, 1, 0), "PER": LabelScore(1, 1, 1)}


def test_by_hand():
    gold = [row("B-PER I-PER O B-LOC"), row("B-LOC B-LOC O O")]
    predicted = [row("B-PER I-PER O B-ORG"), row("B-LOC I-LOC O B-PER")]
    scores = score_spans(gold, predicted)
    assert scores.overall == (4, 4, 1)
    assert scores.types == {"LOC": (3, 1, 0), "ORG": (0, 1, 0), "PER": (1, 2, 1)}
    assert (scores.overall.precision, scores.overall.recall, scores.overall.f1) == (1 / 4, 1 / 4, 1 / 4)
    assert scores.types["PER"].f1 == pytest.approx(2 / 3)


def test_only_kinds_of_spans_are_scored_and_only_labelled_words():
    gold = [
        Sentence(["a", "b"], {"ner": ["B-X", "_"], "upos": ["B-X", "I-X"], "mine": ["B-X", "O"]}),
        Sentence(["c"], {"upos": ["X"], "mine": ["O"]}),
    ]
    predicted = [
        {"ner": ["B-X", "I-X"], "upos": ["X", "X"], "mine": ["O", "O"]},
        {"ner": ["B-X"], "upos": ["X"], "mine": ["B-X"]},
    ]
    scores = score_span_kinds(gold, predicted, ["upos", "ner", "mine"])
    assert {kind: score.overall for kind, score in scores.items()} == {"ner": (1, 1, 1), "mine": (1, 1, 0)}


def test_tags_out_of_order_are_reported_with_their_number_and_place():
    gold = [
        Sentence(["a"], {"ner": ["B-X"]}, where=SourceLocation("f", 1)),
        Sentence(["b", "c", "d"], {"ner": ["I-X", "O", "I-X"]}, where=SourceLocation("f", 3)),
    ]
    assert order_note(gold, "ner").startswith("2 ner tag(s) out of order, such as I- after O, first at f:3")
    assert order_note(gold[:1], "ner") == ""


class Model:
    """Gives tags out of order."""

    facts = SimpleNamespace(
        labels={"ner": ["O", "B-X", "I-X"]}, known_words=frozenset({"a"}), ambiguous={}, silver=None
    )

    def predict(self, sentences):
        return [{"ner": ["O", "I-X"]} for _ in sentences]


def test_a_report_shows_spans_and_predictions_are_repaired_first():
    scores = evaluate_tagger(Model(), [Sentence(["a", "b"], {"ner": ["O", "B-X"]})], ["ner"])
    assert scores.kinds["ner"].overall.right == 2
    table = next(table for table in tagging_tables(scores) if "spans" in table.title)
    assert table.rows[0] == ["all", "100.00", "100.00", "100.00", "1", "1", "1"]
    assert tagging_dict(scores)["kinds"]["ner"]["spans"]["types"]["X"]["f1"] == 1
    (of_spans,) = [table for table in tagging_tables(scores) if table.in_card and "spans" in table.title]
    assert ["X", "100.00", "100.00", "100.00", "1", "1", "1"] in of_spans.rows
