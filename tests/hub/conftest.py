"""A stand-in for the Hub, with an empty cache, for huggingface_hub in this process."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from stand_in_hub import StandInHub

from seqkit.models import hub as hub_module
from seqkit.models.folder import model_folder


@pytest.fixture
def hub(monkeypatch, tmp_path):
    """The server. `owner/tagger` is the tagger that ships."""
    pytest.importorskip("huggingface_hub", reason="needs the extra `hub`")
    from huggingface_hub import constants, file_download

    made = StandInHub()
    made.upload("owner/tagger", model_folder("en-tagger"))
    template = made.address + "/{repo_id}/resolve/{revision}/{filename}"
    for module in (constants, file_download):
        if hasattr(module, "HUGGINGFACE_CO_URL_TEMPLATE"):
            monkeypatch.setattr(module, "HUGGINGFACE_CO_URL_TEMPLATE", template)
    monkeypatch.setattr(constants, "ENDPOINT", made.address)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "no-token"))
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
    monkeypatch.delenv("HF_TOKEN", raising=False)
    hub_module.pulled.cache_clear()
    yield made
    hub_module.pulled.cache_clear()
    made.close()
