"""The conformance suite of seqkit: one test for each check, in an environment with the plugin installed."""

from seqkit.testing import conformance

test_layer = conformance("recurrences", "mingru")
test_model = conformance("models", "mingru")
