"""The request of `seqkit translate` from its command line: unset and false differ; each option has its place."""

import pytest

from seqkit.errors import SeqkitError
from seqkit.tasks.seq2seq.command_modalities import modalities_of
from seqkit.tasks.seq2seq.command_request import DecodingFlags, TranslateRequest


def test_options_that_were_not_given_have_the_defaults_of_decoding():
    assert DecodingFlags().application().decoding().beam == 5
    assert DecodingFlags(n_best=8).application().decoding().beam == 8, "a list of 8 needs a beam of 8"
    assert DecodingFlags(beam=1).application().decoding().beam == 1
    chosen = DecodingFlags(sample=True, temperature=0.5, top_p=0.9, seed=0).application().decoding()
    assert (chosen.sample, chosen.temperature, chosen.top_p, chosen.seed) == (True, 0.5, 0.9, 0)


@pytest.mark.parametrize(
    ("flags", "problem"),
    [
        (DecodingFlags(sample=True, mbr=4), "--mbr samples already"),
        (DecodingFlags(seed=0), "--seed is for sampling"),
        (DecodingFlags(mbr=4, length_penalty=0.0), "--length-penalty is for a search"),
        (DecodingFlags(utility="bleu"), "--utility is for --mbr"),
    ],
)
def test_zero_counts_as_given(flags, problem):
    with pytest.raises(SeqkitError, match=problem):
        flags.check_for_text()


def test_options_of_text_are_refused_for_outputs_in_files():
    for flags, problem in (
        (DecodingFlags(length_penalty=0.0), "--length-penalty: is for models that write text"),
        (DecodingFlags(temperature=0.5), "--temperature is for sampling"),
    ):
        with pytest.raises(SeqkitError, match=problem):
            flags.check_for_files()
    DecodingFlags(sample=True, temperature=0.5, seed=3).check_for_files()


def test_limits_of_media_are_refused_for_lines_of_text():
    from seqkit.terminal.limits import LimitFlags

    request = TranslateRequest(("Hallo",), ("de-en",), limits=LimitFlags(frames=3))
    with pytest.raises(SeqkitError, match="--max-frames: the model reads lines of text"):
        request.sources(modalities_of("de-en"))
