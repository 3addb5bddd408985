"""Share of numbers that a translator preserves: `python benchmarks/numbers_kept.py de-en tatoeba-deu-eng de en`.

Makes 300 sentences from pairs of dev with the same number on both sides, in digits or in words, by replacing the number
(whole numbers, thousands, decimals, percentages, times, measures and millions, seeded), and 120 with a time of day, a
date or a month, in German or English. A number is preserved if the output has it in the format of the target language;
a time or date, if the output has the same one in a form of that language. Prints the share with and without protection,
with the time of each.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from itertools import product
from random import Random

from translating import model_parser

from seqkit.data.pairs import read_pairs
from seqkit.decoding.options import DecodingOptions
from seqkit.evaluation.report import markdown_row
from seqkit.examples import RecordErrors
from seqkit.tasks.seq2seq.apply import AS_THEY_ARE, LineHandling, translate_lines
from seqkit.tasks.seq2seq.loading import text_models
from seqkit.text.dates import MONTHS, has_dates, is_written, moment_value
from seqkit.text.placeholders import agreeing
from seqkit.text.protected import NUMBER, protected

SEED, COUNT, MOMENTS = 1, 300, 120
WORDS = {
    "de": "zwei drei vier fünf sechs sieben acht neun zehn elf zwölf zwanzig dreißig",
    "en": "two three four five six seven eight nine ten eleven twelve twenty thirty",
}

TIMES = {
    "de": ("Der Zug fährt um {} ab.", "Das Treffen beginnt um {}.", "Ich stehe jeden Tag um {} auf."),
    "en": ("The train leaves at {}.", "The meeting begins at {} in Boston.", "I get up at {} every day."),
}
DAYS = {
    "de": ("Sie wurde am {} geboren.", "Das Konzert ist am {}.", "Heute ist der {}."),
    "en": ("She was born on {}.", "The concert is on {}.", "Today is {}."),
}


def templates(corpus: str, source: str, target: str) -> list[tuple[str, str]]:
    """Sources with one number that both sides have, split at the number."""
    found = []
    for pair in read_pairs(corpus, "dev", source, target, RecordErrors()):
        text, other = str(pair.sources["text"]), str(pair.target)
        agreed = [(one.start, one.end) for one, _ in agreeing(text, other, (source, target))]
        spans = agreed or list(_in_words(text, other, source, target))
        if len(spans) == 1:
            found.append((text[: spans[0][0]], text[spans[0][1] :]))
    return found


def _in_words(text: str, other: str, source: str, target: str) -> Iterator[tuple[int, int]]:
    for own, its in zip(WORDS.get(source, "").split(), WORDS.get(target, "").split(), strict=False):
        places = list(re.finditer(rf"\b{own}\b", text))
        if len(places) == 1 and len(re.findall(rf"\b{its}\b", other)) == 1:
            yield places[0].span()


def drawn(random: Random) -> str:
    """A random number in English format."""
    whole, decimals = random.randint(2, 999), random.randint(1, 9)
    return random.choice(
        [
            str(random.randint(2, 99)),
            str(whole),
            f"{whole},{random.randint(0, 999):03}",
            f"{whole}.{decimals}",
            f"{decimals}.{random.randint(10, 99)}",
            f"{random.randint(2, 99)}%",
            str(random.randint(1500, 2100)),
            f"{random.randint(10, 23)}:{random.randint(10, 59)}",
            f"{whole} {random.choice(['km', 'kg', 'V', 'm', 'volts', 'million'])}",
        ]
    )


def test_set(corpus: str, source: str, target: str) -> list[str]:
    """300 sources with replaced numbers."""
    random = Random(SEED)
    cut = templates(corpus, source, target)
    return [
        before + protected(drawn(random))[0].written("en", source) + after
        for before, after in random.choices(cut, k=COUNT)
    ]


def moments(language: str) -> list[str]:
    """Sentences with a time, a day, or a month of a year, as German or English writes them."""
    random = Random(SEED)
    lines = []
    for _ in range(MOMENTS // 3):
        hour, minute, day, year = (
            random.randint(*limits) for limits in ((0, 23), (10, 59), (1, 28), (1900, 2030))
        )
        month = random.choice(MONTHS[language])
        time, full = random.choice(TIMES[language]), random.choice(DAYS[language])
        if language == "de":
            lines += [
                time.format(random.choice([f"{hour}:{minute} Uhr", f"{hour}.{minute} Uhr", f"{hour} Uhr"])),
                full.format(random.choice([f"{day}. {month}", f"{day}. {month} {year}"])),
                random.choice(["Wir sind im {} umgezogen.", "Seit {} wohnen wir hier."]).format(
                    f"{month} {year}"
                ),
            ]
        else:
            half, clock = random.choice(["am", "a.m."] if hour < 12 else ["pm", "p.m."]), hour % 12 or 12
            lines += [
                time.format(random.choice([f"{clock}:{minute} {half}", f"{clock} {half}"])).replace(
                    "..", "."
                ),
                full.format(
                    random.choice([f"{month} {day}", f"{month} {day}, {year}", f"{day} {month} {year}"])
                ),
                random.choice(["We moved in {}.", "We have lived here since {}."]).format(f"{month} {year}"),
            ]
    return lines


def kept(lines: Sequence[str], outputs: Sequence[str], sides: tuple[str, str]) -> tuple[int, int]:
    """Count preserved numbers, and all. A preserved one may have gained a unit: "20 Prozent" may become 20%."""
    found = total = 0
    for line, output in zip(lines, outputs, strict=True):
        # The point of an ordinal number, as in German, is not in the protected part.
        there = [
            (
                output[part.start : part.end + 1].rstrip(),
                moment_value(part.text) if is_written(part.text, sides[1]) else None,
            )
            for part in protected(output, has_dates(sides))
        ]
        for part in protected(line, has_dates(sides)):
            if part.kind != NUMBER:
                continue
            total += 1
            wanted = re.compile(rf"{re.escape(part.written(*sides))}\D{{0,6}}")
            moment = part.value(sides[0])  # 5:00 is 5 Uhr
            match = next(
                (one for one in there if wanted.fullmatch(one[0]) or moment == one[1]),
                None,
            )
            if match is not None:
                there.remove(match)
                found += 1
    return found, total


def main() -> None:
    """Print a row with and one without protection for each model."""
    parser = model_parser(__doc__)
    parser.add_argument("--text", help="file of lines with numbers, in place of generated ones")
    parser.add_argument("--show", type=int, default=0, help="number of failed outputs to print")
    given = parser.parse_args()
    sides = (given.source, given.target)
    if given.text:
        with open(given.text, encoding="utf-8") as file:
            texts = {
                given.text: [
                    line.strip() for line in file if any(part.kind == NUMBER for part in protected(line))
                ]
            }
    else:
        texts = {given.corpus: test_set(given.corpus, *sides)}
        if given.source in TIMES:
            texts["times and dates"] = moments(given.source)
    print(markdown_row("model", "text", "protection", "numbers kept, %", "numbers", "seconds of CPU"))
    print(markdown_row(*["---"] * 6))
    for model, (text, lines) in product(given.model, texts.items()):
        for name, handling in (("off", AS_THEY_ARE), ("on", LineHandling(model=model))):
            start = time.process_time()
            found = translate_lines(text_models(model), lines, DecodingOptions(), handling)
            outputs = [translations[0].text for translations in found]
            right, total = kept(lines, outputs, sides)
            seconds = f"{time.process_time() - start:.1f}"
            print(markdown_row(model, text, name, f"{100 * right / total:.1f}", f"{total}", seconds))
            pairs = list(zip(lines, outputs, strict=True))
            lost = [(line, output) for line, output in pairs if len({*kept([line], [output], sides)}) > 1]
            for line, output in lost[: given.show]:
                print("   ", line, "|", output)


if __name__ == "__main__":
    main()
