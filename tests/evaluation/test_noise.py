"""The rules that recognise probable label noise, on sentences with obvious answers."""

from __future__ import annotations

from seqkit.evaluation.noise import TreebankHabits, confident_and_confirmed, own_fine_tag, same_context
from seqkit.examples import Sentence


def labelled(text: str) -> Sentence:
    """word/UPOS/XPOS by spaces."""
    words, upos, xpos = (list(part) for part in zip(*(w.split("/") for w in text.split()), strict=True))
    return Sentence(words, {"upos": upos, "xpos": xpos})


TRAIN = [
    *[labelled("The/DET/DT duck/NOUN/NN swims/VERB/VBZ")] * 2,
    labelled("the/DET/DT duck/VERB/NN Swims/VERB/VBZ"),
    labelled("we/PRON/PRP duck/VERB/VBP"),
    *[labelled("we/PRON/PRP saw/VERB/VBD"), labelled("we/PRON/PRP saw/NOUN/VBD")],
    labelled("duck/_/NN"),
]
HABITS = TreebankHabits.gather(TRAIN)


def test_the_majority_label_between_the_same_neighbours_counts():
    assert same_context(HABITS, Sentence(["THE", "duck", "swims", "."]), 1) == "NOUN"
    assert same_context(HABITS, Sentence(["we", "duck"]), 1) == "VERB"


def test_a_tie_another_neighbour_another_case_and_an_unlabelled_word_are_silent():
    assert same_context(HABITS, Sentence(["we", "saw"]), 1) is None
    assert same_context(HABITS, Sentence(["we", "duck", "."]), 1) is None
    assert same_context(HABITS, Sentence(["we", "Duck"]), 1) is None
    assert same_context(HABITS, Sentence(["duck"]), 0) is None


def test_the_fine_tag_counts_if_it_nearly_determines_the_coarse_one():
    """VBZ is always VERB; NN is NOUN in 2 of 3 labelled words; XX was never seen."""
    sentence = labelled("runs/NOUN/VBZ duck/NOUN/NN odd/X/XX")
    assert [own_fine_tag(HABITS, sentence, t) for t in range(3)] == ["VERB", None, None]
    assert own_fine_tag(HABITS, Sentence(["runs"], {"upos": ["NOUN"]}), 0) is None


def test_a_sure_label_needs_a_second_voice():
    assert confident_and_confirmed("NOUN", 0.96, "NOUN") == "NOUN"
    assert confident_and_confirmed("NOUN", 0.94, "NOUN") is None
    assert confident_and_confirmed("NOUN", 0.96, "VERB") is None
