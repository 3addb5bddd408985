"""The pages for plugin authors name every hook, every public name, and every attribute of the contracts."""

from __future__ import annotations

from pathlib import Path

import pytest

import seqkit
import seqkit.testing
from seqkit.extend.registry import KINDS
from seqkit.models.modalities import Decoder, DrawingDecoder, Encoder, SymbolDecoder
from seqkit.scaffold.names import kinds

ROOT = Path(__file__).parents[2]
PAGES = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "docs").rglob("*.md"))
TESTS = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("*.py"))


def own(*classes) -> set[str]:
    """The public attributes that contracts declare."""
    names = {name for one in classes for name in (*vars(one), *vars(one).get("__annotations__", {}))}
    return {name for name in names if not name.startswith("_") and name not in ("lacks", "device")}


@pytest.mark.parametrize("name", sorted({*seqkit.__all__, *seqkit.testing.__all__}))
def test_every_public_name_is_in_the_docs_or_a_test(name):
    assert name in PAGES or name in TESTS


@pytest.mark.parametrize("kind", KINDS)
def test_every_hook_is_named(kind):
    assert f"`seqkit_{kind}`" in PAGES


@pytest.mark.parametrize("kind", kinds())
def test_every_template_is_named(kind):
    assert kind in (ROOT / "docs/plugins/check.md").read_text()


@pytest.mark.parametrize("name", sorted(own(Encoder)))
def test_every_attribute_of_encoders_is_explained(name):
    assert name in (ROOT / "docs/plugins/encoder.md").read_text()


@pytest.mark.parametrize("name", sorted(own(Decoder, SymbolDecoder, DrawingDecoder)))
def test_every_attribute_of_decoders_is_explained(name):
    assert name in (ROOT / "docs/plugins/decoder.md").read_text()
