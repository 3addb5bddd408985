"""Fixtures: small models of every task, whose folders are changed in hostile ways."""

import pytest
from fuzzing import folders


@pytest.fixture(scope="session")
def small_models(tmp_path_factory):
    """A folder with `models/`: a tagger, a translator, a language model and a segmenter, trained here in seconds."""
    place = tmp_path_factory.mktemp("hostile")
    folders.trained(place / "models")
    return place
