"""The request of `seqkit translate`, resolved once from its command line."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from seqkit.errors import SeqkitError
from seqkit.tasks.application import ApplyRequest, Reading
from seqkit.tasks.seq2seq.command_modalities import Modalities
from seqkit.tasks.seq2seq.command_models import default_translator
from seqkit.tasks.seq2seq.command_sources import FileSources, LineInputs
from seqkit.tasks.seq2seq.options import Seq2SeqApplication
from seqkit.terminal.argument_paths import check_utf8
from seqkit.terminal.arguments import refuse
from seqkit.terminal.flags import flag_of
from seqkit.terminal.limits import LimitFlags


@dataclass(frozen=True)
class DecodingFlags:
    """The given options of search and sampling; None: not given. The fields are those of `Seq2SeqApplication`."""

    beam: int | None = None
    length_penalty: float | None = None
    n_best: int | None = None
    sample: bool | None = None
    top_p: float | None = None
    temperature: float | None = None
    seed: int | None = None
    mbr: int | None = None
    utility: str | None = None
    agreement: int | None = None
    prefix: str | None = None
    max_ratio: float | None = None
    coverage_penalty: float | None = None
    block_loops: bool | None = None

    @property
    def draws(self) -> bool:
        """Whether outputs are sampled instead of searched for."""
        return bool(self.sample or self.mbr)

    def application(self, **of_lines: Any) -> Seq2SeqApplication:
        """The options given, the others at their defaults. Args: of_lines, those that are not for the search.

        Raises SeqkitError for a value out of range.
        """
        given = {name: value for name, value in asdict(self).items() if value is not None}
        return Seq2SeqApplication(**given, **of_lines)

    def check_for_text(self) -> None:
        """Raise SeqkitError for options of sampling without sampling, and for two methods together."""
        if self.sample and self.mbr:
            raise SeqkitError("--mbr samples already", "Leave --sample out.", exit_code=2)
        if self.draws:
            searched = self._flags("beam", "length_penalty", "coverage_penalty", "block_loops", "agreement")
            refuse(searched, " is for a search", "Leave it out, or leave out --sample and --mbr.")
        else:
            drawn = self._flags("top_p", "temperature", *([] if self.agreement else ["seed"]))
            refuse(drawn, " is for sampling", "Add --sample or --mbr, or leave it out.")
        if not self.mbr:
            refuse(self._flags("utility"), " is for --mbr", "Add --mbr 32, or leave it out.")

    def check_for_files(self) -> None:
        """Raise SeqkitError for an option that only outputs of text have."""
        search = ("beam", "length_penalty", "coverage_penalty", "block_loops")
        of_text = (*search, "n_best", "top_p", "mbr", "utility", "agreement", "prefix", "max_ratio")
        refuse(self._flags(*of_text), *NOT_FOR_FILES)
        if not self.sample:
            refuse(self._flags("temperature"), " is for sampling", "Add --sample, or leave it out.")

    def _flags(self, *names: str) -> dict[str, object]:
        """Flag -> value of these options."""
        given = {name: value for name, value in asdict(self).items() if name in names}
        loops = {"--allow-loops": given.pop("block_loops") is False} if "block_loops" in given else {}
        return {**{flag_of(name): value for name, value in given.items()}, **loops}


NOT_FOR_FILES = (": is for models that write text", "Leave it out; --seed chooses a sample.")
"""The reason and the fix for options that do not apply to outputs in files."""


@dataclass(frozen=True)
class TranslateRequest:
    """A call of the command. None and "" mean not given."""

    arguments: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    decoding: DecodingFlags = field(default_factory=DecodingFlags)
    out: Path | None = None
    format: str = ""
    scores: bool = False
    attention: Path | None = None
    all_text: bool = False
    all_files: bool = False
    named_inputs: tuple[str, ...] = ()
    """NAME=VALUE of each input, for models that read several."""
    limits: LimitFlags = field(default_factory=LimitFlags)
    threads: int | None = None
    inference_dtype: str = ""
    skip_bad: bool = False
    reading: Reading = field(default_factory=Reading)
    """Which field of records is the text, if any."""
    into: str = "translation"
    """The field for the output, in addition to those that are copied."""
    split: bool = True
    protect: bool = True
    segmenter: str = ""

    @property
    def with_scores(self) -> bool:
        """Whether the format of translations must have a place for scores."""
        return self.scores or bool(self.decoding.agreement)

    @property
    def application(self) -> ApplyRequest:
        """The request for `Task.apply`."""
        of_lines = {
            "into": self.into,
            "split": self.split,
            "protect": self.protect,
            "segmenter": self.segmenter,
        }
        options = self.decoding.application(**of_lines)
        model = self.models[0] if self.models else default_translator()
        return ApplyRequest(model, options, self.inference_dtype, self.reading)

    def check(self, modalities: Modalities | None) -> None:
        """Raise SeqkitError for options that contradict each other, or that such a model does not have."""
        check_utf8("--prefix", self.decoding.prefix or "")
        if not self.split:
            refuse({"--segmenter": self.segmenter}, ": nothing is split", "Leave out --no-split.")
        if modalities is None or not modalities.writes_files:
            self.decoding.check_for_text()
        else:
            self.decoding.check_for_files()
            of_text = {"--scores": self.scores, "--format": self.format, "--attention": self.attention}
            refuse(of_text, *NOT_FOR_FILES)

    def sources(self, modalities: Modalities | None) -> FileSources | LineInputs:
        """The sources of the request. Raises SeqkitError for inputs that the model does not read."""
        if modalities is None or modalities.reads_lines:
            fix = "Leave it out; texts and files of text are arguments."
            given: dict[str, Any] = {"--input": self.named_inputs, **self.limits.flags}
            refuse(given, ": the model reads lines of text", fix)
            wanted = self.line_inputs
            wanted.check()
            return wanted
        fix = "Leave it out; a file that cannot be read is skipped in any case."
        refuse({"--text": self.all_text, "--skip-bad": self.skip_bad}, ": the model reads files", fix)
        return FileSources(modalities, self.arguments, self.named_inputs, self.limits.limits())

    @property
    def line_inputs(self) -> LineInputs:
        """The arguments, for a model that reads lines."""
        text_field = self.reading.text_field
        return LineInputs(
            self.arguments, self.all_text, self.all_files, verb="translate", text_field=text_field
        )
