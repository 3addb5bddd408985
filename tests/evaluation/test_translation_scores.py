"""Translation scores compared with the command sacrebleu, manual figures, and another significance test."""

import json
import subprocess
import sys
from random import Random

import pytest

from seqkit.data.catalogue import corpus_files
from seqkit.errors import SeqkitError
from seqkit.evaluation.corpus_metric import compared, metric_of
from seqkit.evaluation.report import markdown_table
from seqkit.evaluation.sacre import Tokenizer, tokenizer_for
from seqkit.evaluation.translation import compare_translations, score_translations
from seqkit.tasks.seq2seq.text_report import translation_dict, translation_tables
from seqkit.text.languages import language_of

DEFAULT = Tokenizer("13a")


def sample(column):
    lines = corpus_files("sample-german-english", "train")[0].read_text(encoding="utf-8").splitlines()[1:]
    return [line.split("\t")[column] for line in lines]


def damaged(texts, share, seed=1):
    """The texts with some words left out and some doubled."""
    random = Random(seed)
    return [
        " ".join(
            word
            for word in text.split()
            for _ in range(random.choices([1, 0, 2], [1 - share, share / 2, share / 2])[0])
        )
        for text in texts
    ]


@pytest.fixture(scope="module")
def by_command(tmp_path_factory):
    """What `sacrebleu` prints for a damaged text, with intervals."""
    folder = tmp_path_factory.mktemp("sacrebleu")
    (folder / "reference").write_text("\n".join(sample(1)) + "\n", encoding="utf-8")
    (folder / "output").write_text("\n".join(damaged(sample(1), 0.3)) + "\n", encoding="utf-8")
    command = [sys.executable, "-m", "sacrebleu", "reference", "-i", "output", "-m", "bleu", "chrf", "ter"]
    command += ["--confidence", "-w", "6", "-f", "json"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    return {row["name"]: row for row in json.loads(done.stdout)}


def test_scores_and_intervals_are_those_of_the_command(by_command):
    scores = score_translations(sample(0), damaged(sample(1), 0.3), sample(1), ("de", "en"), DEFAULT)
    assert set(by_command) == set(scores.metrics)
    for name, row in by_command.items():
        ours = scores.metrics[name]
        assert ours.value == pytest.approx(row["score"], abs=1e-5)
        assert (ours.high - ours.low) / 2 == pytest.approx(float(row["confidence_var"]), rel=0.05)
        assert ours.signature == row["signature"]
    assert 20 < scores.metrics["BLEU"].value < 90


def test_a_text_against_itself():
    scores = score_translations(sample(0), sample(1), sample(1), ("de", "en"), DEFAULT)
    values = {name: score.value for name, score in scores.metrics.items()}
    assert values == {"BLEU": pytest.approx(100), "chrF2": pytest.approx(100), "TER": 0}
    assert (scores.length_ratio, scores.exact.right, scores.exact.total) == (1.0, 48, 48)


def test_length_and_exact_matches_by_hand():
    """13a cuts off the full stop: 3 + 2 words out, 4 + 4 in the reference."""
    scores = score_translations(
        ["a", "b"], ["The dog.", " It rains "], ["The big dog.", "It rains so much"], ("de", "en"), DEFAULT
    )
    assert scores.length_ratio == pytest.approx(5 / 8)
    assert scores.exact == (0, 2)
    assert score_translations(["a"], [" Yes. "], ["Yes."], ("de", "en"), DEFAULT).exact == (1, 1)


def test_an_empty_output():
    scores = score_translations(["a b", "c"], ["", ""], ["x y", "z"], ("de", "en"), DEFAULT)
    assert scores.metrics["BLEU"].value == 0 and scores.length_ratio == 0
    assert scores.metrics["TER"].value == 100


def test_bleu_by_length_is_that_of_the_pairs_of_the_length():
    sources = ["w " * count for count in (1, 5, 6, 10, 31, 100)]
    good, bad = "the dog sleeps in the garden", "no word is right here at all"
    outputs = [good, good, bad, bad, good, bad]
    scores = score_translations(sources, outputs, [good] * 6, ("de", "en"), DEFAULT)
    found = [(bucket.first, bucket.last, bucket.pairs) for bucket in scores.by_length]
    assert found == [(1, 5, 2), (6, 10, 2), (31, None, 2)]
    assert scores.by_length[0].bleu == pytest.approx(100) and scores.by_length[1].bleu < 20
    assert scores.unit == "words"


def test_a_source_without_blanks_is_counted_in_characters():
    scores = score_translations(
        ["犬が庭で寝ている。"] * 2, ["a b c d"] * 2, ["a b c d"] * 2, ("ja", "en"), DEFAULT
    )
    assert scores.unit == "characters" and scores.by_length[0][:3] == (1, 10, 2)


def test_equal_systems_do_not_differ():
    outputs = damaged(sample(1), 0.3)
    for row in compare_translations(outputs, outputs, sample(1), "en", DEFAULT):
        assert (row.this - row.other, row.low, row.high, row.p) == (0, 0, 0, 1)


def test_p_is_near_that_of_approximate_randomization():
    """sacreBLEU's other paired test (Riezler & Maxwell 2005) asks the same question another way."""
    from sacrebleu.metrics import CHRF
    from sacrebleu.significance import PairedTest

    reference = sample(1)
    close, far = damaged(reference, 0.3, seed=2), damaged(reference, 0.6, seed=3)
    mixed = [far[i] if i % 5 == 0 else text for i, text in enumerate(damaged(reference, 0.3, seed=2))]
    for other in (mixed, far):
        chosen = {"chrF2": CHRF()}
        systems = [("other", other), ("this", close)]
        _, results = PairedTest(systems, chosen, [reference], "ar", n_samples=2000)()
        expected = results["chrF2"][1].p_value
        [row] = [
            row
            for row in compare_translations(close, other, reference, "en", DEFAULT)
            if row.metric == "chrF2"
        ]
        assert row.p == pytest.approx(expected, abs=0.04)
        assert (row.low > 0) == (row.p < 0.05)


def test_a_difference_that_chance_makes_is_not_called_one():
    """Two systems of equal worth by construction: p is small as often as it should be, not more."""
    reference = sample(1)
    chosen = metric_of("chrf")
    ps = []
    for seed in range(30):
        systems = {name: damaged(reference, 0.3, seed=2 * seed + n + 10) for n, name in enumerate("ab")}
        ps.append(compared(chosen, systems["a"], systems["b"], reference)[4])
    assert sum(p < 0.05 for p in ps) <= 5 and sum(p > 0.4 for p in ps) >= 8


@pytest.mark.parametrize(
    ("side", "name"),
    [("de", "13a"), ("cs", "13a"), ("xx", "13a"), ("zh", "zh"), ("zh_TW", "zh"), ("th", "char")],
)
def test_the_tokenizer_of_a_language(side, name):
    assert tokenizer_for(side) == Tokenizer(name)


def test_japanese_where_its_tokenizer_is_not_installed(monkeypatch):
    monkeypatch.setitem(sys.modules, "MeCab", None)
    monkeypatch.delitem(sys.modules, "sacrebleu.tokenizers.tokenizer_ja_mecab", raising=False)
    found = tokenizer_for("ja")
    assert found.name == "char" and "sacrebleu[ja]" in found.note
    with pytest.raises(SeqkitError, match="--tokenize ja-mecab: not available") as error:
        tokenizer_for("ja", "ja-mecab")
    assert "sacrebleu[ja]" in error.value.fix
    scores = score_translations(
        ["a"] * 2, ["犬が寝ている。"] * 2, ["犬が庭で寝ている。"] * 2, ("en", "ja"), found
    )
    assert "tok:char" in scores.metrics["BLEU"].signature and scores.metrics["BLEU"].value > 0
    assert "asian:yes" in scores.metrics["TER"].signature
    assert scores.length_ratio == pytest.approx(7 / 9)


def test_a_tokenizer_that_there_is_not():
    with pytest.raises(SeqkitError, match="no such tokenizer"):
        tokenizer_for("de", "13b")
    assert language_of("zh-Hans") == "zh"


def test_json_and_tables_agree():
    scores = score_translations(sample(0), damaged(sample(1), 0.3), sample(1), ("de", "en"), DEFAULT)
    data = json.loads(json.dumps(translation_dict(scores)))
    rows = {row[0]: row for row in translation_tables(scores)[0].rows}
    for name, metric in data["metrics"].items():
        assert f"{metric['score']:.2f}" == rows[name][1] and metric["signature"] == rows[name][3]
    assert rows["length ratio"][1] == f"{data['length_ratio']:.3f}"
    assert all(
        line.replace("\\|", "").count("|") == 5 for line in markdown_table(translation_tables(scores)[0])
    )


def test_codes_of_three_letters_mean_the_same_languages():
    assert [language_of(side) for side in ("jpn", "cmn_Hans", "tha", "deu")] == ["ja", "zh", "th", "deu"]
    assert tokenizer_for("cmn").name == "zh"


def test_a_reference_in_decomposed_characters_can_be_matched():
    scores = score_translations(["a"], ["č\u00a0d"], ["c\u030c d"], ("en", "cs"), tokenizer_for("cs"))
    assert scores.exact == (1, 1)
