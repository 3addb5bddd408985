"""Fill in the generated parts of the book from the code: `python docs/generate.py`.

A part stands between `<!-- generated: NAME -->` and `<!-- end of generated part -->`; the rest of a page is
written by hand and left alone.
"""

from __future__ import annotations

import ast
import dataclasses
import inspect
import os
import re
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

from commands import Command, commands
from seqkit_audio import AudioOptions
from seqkit_frames import FramesOptions
from seqkit_image import ImageOptions
from seqkit_lm import LMOptions, LMTraining
from seqkit_segmenter import SegmenterOptions, SegmenterTraining
from seqkit_seq2seq import TextOptions
from seqkit_video import FilmOptions, VideoOptions

from seqkit.cli.limit_option import LIMIT_MEANING
from seqkit.cli.plugin_option import MEANING
from seqkit.cli.train_options import shown_default
from seqkit.evaluation.report import markdown_row
from seqkit.extend import hookspecs, specs
from seqkit.extend.manager import registry
from seqkit.extend.registry import KINDS
from seqkit.extend.specs import LabelSpec
from seqkit.formats import seqkit_formats
from seqkit.labels import seqkit_labels
from seqkit.models.contracts import TaggerOptions
from seqkit.models.folder import CARD, model_info
from seqkit.models.options import Seq2SeqOptions
from seqkit.option_fields import option_fields
from seqkit.tasks.seq2seq.options import Seq2SeqTraining
from seqkit.tasks.tagging.options import TaggingOptions
from seqkit.training.objective_options import NLLOptions, RDropOptions, RiskOptions, ScheduledOptions
from seqkit.training.options import TrainingOptions
from seqkit.training.plugin import AdamOptions, SGDOptions

DOCS = Path(__file__).parent
PART = re.compile(r"(<!-- generated: ([\w-]+) -->\n).*?(<!-- end of generated part -->)", re.DOTALL)


def filled(page: str) -> str:
    """Generate the parts of a page again."""
    return PART.sub(lambda found: f"{found[1]}\n{PARTS[found[2]]().strip()}\n\n{found[3]}", page)


def table(header: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """Format rows as a Markdown table."""
    return "\n".join(markdown_row(*line) for line in (header, tuple("---" for _ in header), *rows))


def options_table(options: type) -> str:
    """A table of the fields of an options dataclass: name, default, unit and description."""
    rows = [
        (
            f"`{field.name}`",
            f"`{shown_default(field.default)}`",
            field.unit,
            _choices(field.type_name) + field.meaning,
        )
        for field in option_fields(options)
    ]
    return table(("option", "default", "unit", "meaning"), rows)


def _choices(kind: str) -> str:
    found = re.fullmatch(r"Literal\[(.*)\]", kind)
    return " or ".join(f"`{choice}`" for choice in ast.literal_eval(f"[{found[1]}]")) + ". " if found else ""


def training_options() -> str:
    """Options of training."""
    return options_table(TrainingOptions)


def tagger_options() -> str:
    """Options of all taggers."""
    return options_table(TaggerOptions)


def seq2seq_options() -> str:
    """Options of sequence-to-sequence models."""
    return options_table(Seq2SeqOptions)


def text_options() -> str:
    """Options of the text encoder and the text decoder."""
    return options_table(TextOptions)


def model_defaults() -> str:
    """The built-in taggers, each with the defaults that differ from those of all taggers."""
    common, rows = dataclasses.asdict(TaggerOptions()), []
    for registered in registry().all("models"):
        if registered.builtin and registered.spec.task == "tagging":
            own = dataclasses.asdict(registered.spec.options())
            changed = [
                f"`{name}={shown_default(value)}`"
                for name, value in own.items()
                if common.get(name, ...) != value
            ]
            rows.append((f"`{registered.spec.name}`", registered.spec.summary, ", ".join(changed)))
    return table(("model", "what it is", "its own defaults"), rows)


def formats() -> str:
    """The built-in formats."""
    rows = [
        (
            f"`{spec.name}`",
            " ".join(f"`{suffix}`" for suffix in spec.suffixes) or "none",
            "yes" if spec.reader else "no",
            "yes" if spec.writer else "translations" if spec.translations else "no",
            spec.summary,
        )
        for spec in seqkit_formats()
    ]
    return table(("format", "suffixes", "read", "written", "what it is"), rows)


def labels() -> str:
    """The built-in kinds of label."""
    rows = [
        (
            f"`{spec.name}`",
            spec.summary,
            _place_in_conllu(spec),
            ", ".join(f"`{name}`" for name in spec.aliases),
        )
        for spec in seqkit_labels()
    ]
    return table(("kind", "what it is", "in CoNLL-U", "other names in TSV"), rows)


def _place_in_conllu(spec: LabelSpec) -> str:
    if spec.rows:
        return "computed from the tree; written to MISC"
    return f"column {spec.column}" if spec.column else f"`{spec.misc or spec.name}=` in MISC"


def hooks() -> str:
    """Each hook: signature, an example, and the record it yields."""
    parts = []
    for kind, (record, _) in KINDS.items():
        hook = vars(hookspecs)[f"seqkit_{kind}"]
        summary, example = inspect.getdoc(hook).split("\n", 1)
        parts += [f"## `seqkit_{kind}`", summary, _code(f"def seqkit_{kind}() -> {_returned(hook)}: ...")]
        parts += ["A plugin that implements it:", _code(textwrap.dedent(example).strip())]
        parts += ["The record it yields:", _code(inspect.getsource(record).strip())]
    parts += [
        "## Records of files in a corpus",
        "A file:",
        _code(inspect.getsource(specs.CorpusFile).strip()),
    ]
    parts += ["A list of thousands of files:", _code(inspect.getsource(specs.CorpusListing).strip())]
    parts += ["The rule that divides one file into splits:", _code(inspect.getsource(specs.Division).strip())]
    return "\n\n".join(parts)


def _returned(hook: Callable[..., Any]) -> str:
    return str(inspect.signature(hook).return_annotation)


def _code(text: str) -> str:
    return f"```python\n{text}\n```"


def shipped(name: str) -> str:
    """The card of a shipped model, with its size and the checksum of its weights."""
    info = model_info(name)
    card = (info.folder / CARD).read_text(encoding="utf-8")
    body = card[card.index("\n# ") :].strip().partition("\n")[2]
    return f"{info.size / 1e6:.1f} MB; sha256 of the weights: `{info.sha256}`.\n{body}"


def cli() -> str:
    """Every command with its arguments and options."""
    return "\n\n".join(part for command in commands() for part in _command(command))


def _command(command: Command) -> list[str]:
    usage = " ".join(
        ["seqkit", command.name, "[OPTIONS]", *filter(None, (p.usage for p in command.parameters))]
    )
    rows = [(f"`{', '.join(p.names)}{p.value}`", p.meaning) for p in command.parameters]
    added = {"--plugin": ("`--plugin FILE`", MEANING), "--limit": ("`--limit NAME=VALUE`", LIMIT_MEANING)}
    rows += [row for option, row in added.items() if option in command.options]
    rows.append(("`--help`, `-h`", "Show this message and exit."))
    return [
        f"## `seqkit {command.name}`",
        command.summary,
        f"```\n{usage}\n```",
        table(("", "meaning"), rows),
    ]


PARTS: dict[str, Callable[[], str]] = {
    "training-options": training_options,
    "tagging-options": lambda: options_table(TaggingOptions),
    "seq2seq-training": lambda: options_table(Seq2SeqTraining),
    "nll-options": lambda: options_table(NLLOptions),
    "r-drop-options": lambda: options_table(RDropOptions),
    "scheduled-options": lambda: options_table(ScheduledOptions),
    "mrt-options": lambda: options_table(RiskOptions),
    "adam-options": lambda: options_table(AdamOptions),
    "sgd-options": lambda: options_table(SGDOptions),
    "tagger-options": tagger_options,
    "model-defaults": model_defaults,
    "seq2seq-options": seq2seq_options,
    "text-options": text_options,
    "audio-options": lambda: options_table(AudioOptions),
    "image-options": lambda: options_table(ImageOptions),
    "video-options": lambda: options_table(VideoOptions),
    "film-options": lambda: options_table(FilmOptions),
    "lm-options": lambda: options_table(LMOptions),
    "lm-training": lambda: options_table(LMTraining),
    "segmenter-options": lambda: options_table(SegmenterOptions),
    "segmenter-training": lambda: options_table(SegmenterTraining),
    "frames-options": lambda: options_table(FramesOptions),
    "formats": formats,
    "labels": labels,
    "hooks": hooks,
    "shipped": lambda: shipped("en-tagger"),
    "shipped-de-en": lambda: shipped("de-en"),
    "shipped-en-de": lambda: shipped("en-de"),
    "cli": cli,
}


def main() -> None:
    """Rewrite pages whose generated parts have changed, and print their paths."""
    for path in sorted(DOCS.rglob("*.md")):
        page = path.read_text(encoding="utf-8")
        if filled(page) != page:
            path.write_text(filled(page), encoding="utf-8")
            print(f"{path}: generated", file=sys.stderr)


if __name__ == "__main__":
    os.environ["SEQKIT_PLUGINS"] = ""  # only what seqkit itself offers
    main()
