"""Translation of lines as people type them: `python benchmarks/plain_lines.py de-en tatoeba-deu-eng de en`.

The sources of dev: as they are, without the mark at their end, and also wholly in lower case. Outputs and references
are compared without the mark and case, so that only the words count. A second table has what each model writes for
short phrases.
"""

from __future__ import annotations

from collections.abc import Callable

import sacrebleu
from translating import model_parser

from seqkit.data.pairs import read_pairs
from seqkit.decoding.options import DecodingOptions
from seqkit.evaluation.report import markdown_row
from seqkit.examples import RecordErrors
from seqkit.tasks.seq2seq.apply import LineHandling, translate_lines
from seqkit.tasks.seq2seq.loading import text_models
from seqkit.text.plain_lines import without_mark

FORMS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "no mark": without_mark,
    "no mark, lower case": lambda text: without_mark(text).lower(),
}
PHRASES = {
    "de": "Guten Morgen; der Hund; ein großes Haus; vielen Dank; wie geht es dir; ich liebe dich; im Haus; "
    "gute Nacht; bis morgen",
    "en": "good morning; the dog; a big house; thank you very much; how are you; I love you; in the house; "
    "good night; see you tomorrow",
}


def main() -> None:
    """Print the tables."""
    parser = model_parser(__doc__)
    parser.add_argument("--split", default="dev")
    parser.add_argument("--phrases", help="phrases, separated by ;")
    given = parser.parse_args()
    pairs = list(read_pairs(given.corpus, given.split, given.source, given.target, RecordErrors()))
    references = [without_mark(str(pair.target)) for pair in pairs]
    print(markdown_row("model", "sources", "BLEU", "chrF2"))
    print(markdown_row(*["---"] * 4))
    for model in given.model:
        for name, form in FORMS.items():
            outputs = _translated(model, [form(str(pair.sources["text"])) for pair in pairs])
            texts = [without_mark(output).lower() for output in outputs], [[r.lower() for r in references]]
            bleu, chrf = sacrebleu.corpus_bleu(*texts).score, sacrebleu.corpus_chrf(*texts).score
            print(markdown_row(model, name, f"{bleu:.2f}", f"{chrf:.2f}"), flush=True)
    phrases = [one.strip() for one in (given.phrases or PHRASES.get(given.source, "")).split(";")]
    print()
    print(markdown_row("phrase", *given.model))
    print(markdown_row("---", *["---"] * len(given.model)))
    columns = [_translated(model, phrases) for model in given.model]
    for row in zip(phrases, *columns, strict=True):
        print(markdown_row(*row))


def _translated(model: str, lines: list[str]) -> list[str]:
    found = translate_lines(text_models(model), lines, DecodingOptions(), LineHandling(model=model))
    return [translations[0].text for translations in found]


if __name__ == "__main__":
    main()
