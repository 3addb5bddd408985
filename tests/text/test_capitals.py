"""Text in capitals in lower case."""

from seqkit.text.capitals import lower_case
from seqkit.text.protected import protected


def test_protected_parts_keep_their_capitals():
    text = "DER A380 KAM ALS 2ND MIT 5 °C AN A@B.ORG."
    assert lower_case(text, protected(text)) == "Der A380 kam als 2nd mit 5 °C an A@B.ORG."
    assert lower_case("A@B.ORG IST DA.", protected("A@B.ORG IST DA.")) == "A@B.ORG ist da."
    assert lower_case("", []) == ""
