"""The shipped translation models."""

from __future__ import annotations

import pytest

from seqkit.models.folder import model_folder, model_info

SENTENCES = {
    "de-en": ("Der Hund schläft im Garten.", {"dog", "garden"}),
    "en-de": ("The dog sleeps in the garden.", {"Hund", "Garten"}),
}


@pytest.mark.parametrize("name", SENTENCES)
def test_a_simple_sentence_is_translated(seqkit, name):
    sentence, words = SENTENCES[name]
    result = seqkit("translate", "--model", name, sentence)
    assert result.code == 0
    assert words <= set(result.out.strip(" .\n").split())
    assert len(result.out.split()) <= 8


def test_german_is_the_default(seqkit):
    result = seqkit("translate", "--text", "Guten Morgen!")
    assert "morning" in result.out.lower()


@pytest.mark.parametrize("name", SENTENCES)
def test_a_model_is_small_and_names_its_data(name):
    assert model_info(name).size <= 12_000_000
    card = (model_folder(name) / "README.md").read_text(encoding="utf-8")
    assert "tatoeba-deu-eng" in card and "CC BY 2.0 FR" in card and "seqkit train seq2seq" in card
