"""What a tagger's errors are: `python benchmarks/errors.py en-tagger ud-english-ewt --crf peers/crf`.

Writes `docs/errors.md`: the most frequent confusions of UPOS with examples, and how many errors look like noise in the
labels of the treebank. `--crf` names what `train_peers.py crf` left (python-crfsuite must be installed); without it one
of the rules stays silent. Look at dev: test is for the one score at the end.
"""

from __future__ import annotations

import argparse
import re
import shlex
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from peers import peer

from seqkit.data.catalogue import find_corpus, read_sentences
from seqkit.evaluation.noise import TreebankHabits, own_fine_tag, same_context, sure_and_seconded
from seqkit.evaluation.report import markdown_row
from seqkit.examples import RecordErrors, Sentence
from seqkit.io.atomic import atomic_write
from seqkit.labels.kinds import is_label
from seqkit.models.folder import model_info
from seqkit.tasks.tagging.loading import load_tagger

PAGE = Path(__file__).resolve().parents[1] / "docs" / "errors.md"
CONFUSIONS, EXAMPLES, AROUND = 20, 3, 7
SECONDED = "sure and seconded"
"""The rule that can say nothing but what the model says."""
INTRO = """# What the errors are

Which parts of speech a tagger confuses, and how much of that the treebank itself may have wrong. The page is made by

```sh
{command}
```

- Model: `{model}`
- sha256 of its weights: `{sha}`
- Words: the {split} split of {corpus}, with gold boundaries
- Examples: from that treebank, {source}, {licence}
"""
CONFUSED = """
## The most frequent confusions

Of {words:,} words {wrong:,} got a UPOS other than gold's: {accuracy:.2f} % are right. {unknown:,} of the errors are at
words that training never had, {ambiguous:,} at words that training had with several UPOS. The table has the {shown}
most frequent confusions; the last column counts the errors that look like noise by at least one of the rules
[below](#how-many-look-like-label-noise).
"""
EXAMPLED = """
## Examples

For each confusion its most frequent words, each in its first sentence, with the probability that the model gave to its
own label. A † marks an error that looks like noise.
"""
NOISE = """
## How many look like label noise

Labels are made by people, who err or disagree at times. Three rules look for evidence about a word's label that does
not come from the model alone:

- **same context**: what the training split has most often for this very word between the same two neighbours (in lower
  case);
- **own fine tag**: the UPOS that goes with the word's own gold XPOS in at least 90 % of the training split;
- **sure and seconded**: the model's label, where its probability is 0.95 or more and a CRF with hand-made features,
  trained on its own, gives the same.

An error looks like noise where a rule speaks for the model's label. The last column is a check on the first two rules:
how often they speak against a label on which model and gold agree. The third names the model's own label or none, so
it cannot be checked in this way, and most of what looks like noise does so by it alone. The two taggers learnt from
the same treebank, so they may share a habit that is no truth, and three words do not settle every label. These are
errors to read first, and no correction of the score.
"""


@dataclass(frozen=True)
class Word:
    """A labelled word of the split, what the model said of it, and what the rules say, by name."""

    sentence: Sentence
    t: int
    gold: str
    guess: str
    p: float
    rules: dict[str, str | None]

    @property
    def wrong(self) -> bool:
        """Whether the model's label is not gold's."""
        return self.gold != self.guess

    @property
    def form(self) -> str:
        """The word itself."""
        return self.sentence.words[self.t]

    @property
    def looks_like_noise(self) -> bool:
        """Whether a rule speaks for the model against gold."""
        return self.wrong and self.guess in self.rules.values()


def main() -> None:
    """Tag, count, write the page."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model")
    parser.add_argument("corpus", help="by name; its train split is what the rules go by")
    parser.add_argument("--split", default="dev")
    parser.add_argument("--crf", type=Path)
    parser.add_argument("--out", type=Path, default=PAGE)
    arguments = parser.parse_args()
    model = load_tagger(arguments.model)
    train, gold = (
        [s for s in read_sentences(arguments.corpus, split, RecordErrors()) if s.words]
        for split in ("train", arguments.split)
    )
    words = judged(model, gold, TreebankHabits.gather(train), arguments.crf)
    with atomic_write(arguments.out) as file:
        for line in page(arguments, model, words):
            file.write(f"{line}\n".encode())


def judged(model: Any, gold: Sequence[Sentence], habits: TreebankHabits, crf: Path | None) -> list[Word]:
    """Every word with a gold UPOS."""
    best = model.predict_top(gold, 1)
    seconds = peer("crf").load(crf)([s.words for s in gold]) if crf else [[""] * len(s.words) for s in gold]
    words = []
    for sentence, ranked, other in zip(gold, best, seconds, strict=True):
        for t, label in enumerate(sentence.labels.get("upos", ())):
            ((guess, p),) = ranked["upos"][t]
            rules = {
                "same context": same_context(habits, sentence, t),
                "own fine tag": own_fine_tag(habits, sentence, t),
                SECONDED: sure_and_seconded(guess, p, other[t]),
            }
            if is_label("upos", label):
                words.append(Word(sentence, t, label, guess, p, rules))
    return words


def page(arguments: argparse.Namespace, model: Any, words: list[Word]) -> Iterator[str]:
    """The lines of the page."""
    wrong = [word for word in words if word.wrong]
    corpus = find_corpus(arguments.corpus)
    command = ["python", "benchmarks/errors.py", Path(arguments.model).name, arguments.corpus]
    command += ["--split", arguments.split] if arguments.split != "dev" else []
    command += ["--crf", f"peers/{arguments.crf.name}"] if arguments.crf else []
    yield INTRO.format(
        command=shlex.join(command),
        model=Path(arguments.model).name,
        sha=model_info(arguments.model).sha256,
        split=arguments.split,
        corpus=corpus.name,
        source=corpus.source,
        licence=corpus.licence,
    ).rstrip()
    confusions = Counter((word.gold, word.guess) for word in wrong).most_common(CONFUSIONS)
    several = frozenset(model.facts.ambiguous.get("upos", ()))
    yield CONFUSED.format(
        words=len(words),
        wrong=len(wrong),
        accuracy=100 * (1 - len(wrong) / max(len(words), 1)),
        unknown=sum(word.form not in model.facts.known_words for word in wrong),
        ambiguous=sum(word.form in several for word in wrong),
        shown=len(confusions),
    ).rstrip()
    yield ""
    yield from confusion_table(confusions, wrong)
    yield NOISE.rstrip() + "\n"
    yield from noise_table(words)
    yield EXAMPLED.rstrip()
    for pair, count in confusions:
        yield f"\n### {pair[0]} taken for {pair[1]}: {count}\n"
        yield from examples([word for word in wrong if (word.gold, word.guess) == pair])


def confusion_table(
    confusions: Sequence[tuple[tuple[str, str], int]], wrong: Sequence[Word]
) -> Iterator[str]:
    """Counts, shares of all errors, and what looks like noise."""
    yield from row("gold", "given", "words", "% of the errors", "so far", "look like noise")
    yield from row(*["---"] * 6)
    total = 0
    for (gold, guess), count in confusions:
        total += count
        noisy = sum(word.looks_like_noise for word in wrong if (word.gold, word.guess) == (gold, guess))
        shares = (f"{100 * part / len(wrong):.1f}" for part in (count, total))
        yield from row(gold, guess, str(count), *shares, str(noisy))


def noise_table(words: Sequence[Word]) -> Iterator[str]:
    """Of each rule: words it has something to say of, errors where it takes the model's side, and the check."""
    yield from row(
        "rule", "has something to say of", "takes the model's side", "% of the errors", "against both"
    )
    yield from row(*["---"] * 5)
    wrong = sum(word.wrong for word in words)

    def said(names: Collection[str]) -> list[tuple[Word, list[str]]]:
        told = [(word, [word.rules[name] for name in names]) for word in words]
        return [(word, [x for x in labels if x is not None]) for word, labels in told if any(labels)]

    def counted(title: str, names: Collection[str]) -> Iterator[str]:
        speaks = said(names)
        sides = sum(word.wrong and word.guess in labels for word, labels in speaks)
        right = [(word, labels) for word, labels in said(set(names) - {SECONDED}) if not word.wrong]
        against = sum(any(label != word.gold for label in labels) for word, labels in right)
        check = f"{against:,} of {len(right):,} ({100 * against / len(right):.2f} %)" if right else "–"
        yield from row(title, f"{len(speaks):,}", f"{sides:,}", f"{100 * sides / max(wrong, 1):.1f}", check)

    names = tuple(words[0].rules) if words else ()
    for name in names:
        yield from counted(name, {name})
    yield from counted("any of them", names)


def examples(errors: Sequence[Word]) -> Iterator[str]:
    """The most frequent words of one confusion, each in its first sentence."""
    by_form: defaultdict[str, list[Word]] = defaultdict(list)
    for word in errors:
        by_form[word.form.lower()].append(word)
    for same in sorted(by_form.values(), key=len, reverse=True)[:EXAMPLES]:
        first = same[0]
        mark = " †" if first.looks_like_noise else ""
        often = f", {len(same)} times" if len(same) > 1 else ""
        yield f"- {shown(first)} ({first.p:.2f}{often}){mark}"


def shown(word: Word) -> str:
    """A word in bold among its neighbours."""
    words, t = word.sentence.words, word.t
    before, after = words[max(0, t - AROUND) : t], words[t + 1 : t + 1 + AROUND]
    cut = ["…"] * (t > AROUND), ["…"] * (t + 1 + AROUND < len(words))
    parts = [*cut[0], *map(escaped, before), f"<b>{escaped(word.form)}</b>", *map(escaped, after), *cut[1]]
    return " ".join(parts)


def escaped(text: str) -> str:
    """Text that Markdown leaves alone."""
    named = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    # An address would become a link by itself.
    return re.sub(r"([\\`*_{}\[\]()#+.!~-])", r"\\\1", named).replace("://", ":&#47;/").replace("@", "&#64;")


def row(*cells: str) -> Iterator[str]:
    """One row of a table."""
    yield markdown_row(*cells)


if __name__ == "__main__":
    main()
