"""The conformance suite of seqkit: one test for each check, in an environment with the plugin installed."""

from seqkit.testing import conformance

test_metric = conformance("metrics", "class-f1")
test_task = conformance("tasks", "line-classes")
test_model = conformance("models", "line-classes")
