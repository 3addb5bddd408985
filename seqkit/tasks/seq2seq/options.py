"""Options of training and evaluating sequence-to-sequence models. Imports no torch: the command line shows them."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field

from seqkit.config import check_range
from seqkit.decoding.options import DecodingOptions
from seqkit.errors import SeqkitError

SECONDS, PIXELS, FRAMES = 300.0, 50_000_000, 5_000
"""Limits of `seqkit.media.Limits`, which needs numpy."""


@dataclass(frozen=True)
class MediaLimits:
    """Limits of media files, because a small file may unpack to an endless one."""

    max_seconds: float = field(default=SECONDS, metadata={"unit": "seconds"})
    """Media: maximum length of a recording or film, in seconds."""
    max_pixels: int = field(default=PIXELS, metadata={"unit": "pixels"})
    """Media: maximum size of a picture or frame, in pixels."""
    max_frames: int = field(default=FRAMES, metadata={"unit": "frames"})
    """Media: maximum length of a film, in frames."""

    def __post_init__(self) -> None:
        """Raise SeqkitError for a limit that leaves nothing."""
        check_range(self, 0.001, 1e12, "max_seconds")
        check_range(self, 1, 10**15, "max_pixels", "max_frames")


@dataclass(frozen=True)
class Seq2SeqTraining(MediaLimits):
    """What is read, and what is written."""

    source: str = ""
    """Source side of parallel text, such as en."""
    target: str = ""
    """Target side of parallel text, such as de."""
    metric: str = ""
    """Registered metric of greedy output on dev that chooses the epoch, such as chrf. Default: depends on the data."""
    renaming: float = field(default=0.0, metadata={"unit": "share"})
    """Text: share of the pairs with a name on both sides in which another name replaces it. Without, models write the
    names of their training text for others."""
    random_names: float = field(default=0.0, metadata={"unit": "share"})
    """Text: share of the names put in by renaming that are random letters, so that a model copies any name."""
    plain: float = field(default=0.0, metadata={"unit": "share"})
    """Text: share of the pairs written as people type, without the last mark and often in lower case. Without, models
    of whole sentences translate short phrases badly."""
    bptt_window: int = 0
    """Steps after which back-propagation through time stops, with bidirectional=false; 0: nowhere."""

    def __post_init__(self) -> None:
        """Raise SeqkitError for a value out of range."""
        super().__post_init__()
        check_range(self, 0, 1, "renaming", "random_names", "plain")
        check_range(self, 0, 100_000, "bptt_window")


@dataclass(frozen=True)
class Seq2SeqEvaluation(MediaLimits):
    """How outputs are found and measured."""

    source: str = ""
    """Source side. Default: the model's."""
    target: str = ""
    """Target side. Default: the model's."""
    beam: int | None = None
    """Width of the beam; 1 is greedy. Default: 5."""
    length_penalty: float | None = None
    """Rank by log P / length ** this. Default: 1."""
    max_ratio: float | None = None
    """Longest output: this times the source, and 10 pieces. Default: 3."""
    tokenize: str = ""
    """sacreBLEU's tokenizer. Default: the target language's, else 13a."""
    metric: str = ""
    """Further registered metrics, separated by commas."""
    judge: str = ""
    """For models that write media: a trained model that reads the outputs, whose text is compared with the source."""

    def refuse(self, reason: str, *names: str) -> None:
        """Raise SeqkitError for the first of these options that was given."""
        for name in names:
            if getattr(self, name) not in (None, ""):
                option = f"--{name.replace('_', '-')}"
                raise SeqkitError(f"{option}: {reason}", "Leave it out.", exit_code=2)


OF_LINES = ("into", "split", "protect", "segmenter")
"""Options of `Seq2SeqApplication` that are not for the search."""


@dataclass(frozen=True)
class Seq2SeqApplication:
    """How a model is applied to files of text."""

    beam: int | None = None
    """Width of the beam; 1 is greedy. Default: 5."""
    n_best: int = 1
    """Outputs for each text."""
    length_penalty: float | None = None
    """Rank by log P / length ** this. Default: 1."""
    sample: bool = False
    """Sample instead of searching."""
    top_p: float | None = None
    """Sample from the most probable symbols with this total probability."""
    temperature: float | None = None
    """Sampling temperature; below 1 favours probable symbols. Default: 1."""
    seed: int = 1
    """Seed of sampling."""
    mbr: int = 0
    """Minimum Bayes risk over this many samples."""
    utility: str = ""
    """Similarity for --mbr: chrf or bleu."""
    agreement: int = 0
    """Score each output by its mean similarity to this many samples."""
    prefix: str = ""
    """Forced beginning of every output."""
    max_ratio: float | None = None
    """Longest output: this times the source, and 10 pieces. Default: 3."""
    coverage_penalty: float | None = None
    """Weight of the penalty for source pieces without attention, such as 0.2. Default: 0."""
    block_loops: bool = True
    """Keep a search from repeating what the source does not repeat."""
    into: str = "translation"
    """Name of the output field, if texts are fields of records."""
    split: bool = True
    """Translate each sentence of a line on its own."""
    protect: bool = True
    """Keep numbers, addresses, code and markup."""
    segmenter: str = ""
    """What finds sentences: a segmenter's name or folder, or spacy (rules). Default: the model's, else rules."""

    def __post_init__(self) -> None:
        """Raise SeqkitError for values that do not go together."""
        if self.sample and self.mbr:
            raise SeqkitError("--mbr samples already", "Leave --sample out.", exit_code=2)
        self.decoding()

    def decoding(self) -> DecodingOptions:
        """The options of the search or draw, those that were not given at their defaults."""
        from seqkit.config import fill

        given = {
            key: value
            for key, value in dataclasses.asdict(self).items()
            if key not in OF_LINES and value is not None and value != ""
        }
        given.setdefault("beam", max(self.n_best, 5))
        options: DecodingOptions = fill({"decoding": DecodingOptions}, given)["decoding"]
        return options
