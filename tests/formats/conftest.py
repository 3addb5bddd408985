"""Files to read."""

import pytest
from hypothesis import settings

# A busy machine must not fail a test, nor may a test fail on one day only.
settings.register_profile("seqkit", deadline=None, derandomize=True, max_examples=150)
settings.load_profile("seqkit")


@pytest.fixture
def write_file(tmp_path):
    """A function that writes bytes (or text, as UTF-8) to a file and gives its path."""

    def write(name, content):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    return write
