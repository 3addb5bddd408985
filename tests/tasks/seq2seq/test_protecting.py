"""Protected parts in an output: their form, and their separation from words."""

import pytest

from seqkit.tasks.seq2seq.protecting import in_form
from seqkit.tasks.seq2seq.substitutes import masked
from seqkit.text.protected import protected

SIDES = ("de", "en")


@pytest.mark.parametrize(
    ("source", "output", "written"),
    [
        ("Im 21. Jahrhundert.", "In the 21th century.", "In the 21st century."),
        ("Am 12. Mai.", "On May 12th.", "On May 12th."),
        ("Am 12. Mai.", "On May 12nd.", "On May 12."),
        ("1.000,5 kg Mehl", "1000.5 kg of flour", "1,000.5 kg of flour"),
        ("5 Prozent", "5 % of it", "5 % of it"),
        ("5 Hunde", "6 dogs", None),
        ("5 Hunde", "5 dogs and 5", None),
    ],
)
def test_the_parts_of_an_output_have_the_form_of_the_target(source, output, written):
    assert in_form(protected(source), output, SIDES) == written


@pytest.mark.parametrize(
    ("source", "output", "restored"),
    [
        ("Es gibt 12345 Bücher.", "There are⟦0⟧BN books.", "There are 12345 BN books."),
        ("Ein 5 Jahre alter", "A ⟦0⟧year old", "A 5year old"),
        ("Der A380 fliegt.", "The⟦0⟧er flies.", "The-A380er flies."),
    ],
)
def test_a_part_is_apart_from_other_words(source, output, restored):
    choice = masked(source, protected(source), SIDES, ["⟦0⟧"])
    assert choice.restored(output, "en") == restored
