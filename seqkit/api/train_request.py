"""The request of `seqkit train`, resolved once from its command line."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seqkit.errors import SeqkitError
from seqkit.terminal.argument_paths import check_utf8

if TYPE_CHECKING:
    from seqkit.training.request import TrainingRequest


@dataclass(frozen=True)
class TrainCommand:
    """The arguments of the command. None means not given; false and empty are values."""

    model: str
    corpus: str | None = None
    train: tuple[str, ...] | None = None
    dev: tuple[str, ...] | None = None
    start: str | None = None
    skip_bad: bool | None = None
    task: Mapping[str, Any] = field(default_factory=dict)
    """Options of the model's task that were given, by name."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """What --set, --seed and --threads gave, by name."""
    config: Path | None = None

    @property
    def configs(self) -> list[Path]:
        """The file of --config, if there is one."""
        return [self.config] if self.config else []

    def merged(self, *configs: Path) -> TrainingRequest:
        """The request of the command line and the files of options; --config has precedence among the files."""
        from seqkit.training.arguments import SOURCES, TrainingArguments
        from seqkit.training.make_request import make_request

        own = {name: getattr(self, name) for name in SOURCES}
        files = (*configs, *self.configs)
        asked = TrainingArguments(**own, options=self.task, settings=self.settings, configs=files)
        return make_request(asked)

    def check_paths(self, out: Path) -> None:
        """Raise SeqkitError for names that no file can have, and for the name of a model that ships."""
        from seqkit.models.folder import is_shipped

        named = {
            "--out": [out],
            "--train": self.train,
            "--dev": self.dev,
            "--teacher": self.task.get("teacher"),
        }
        named |= {"--from": [self.start or ""], "--config": self.configs}
        for option, paths in named.items():
            for path in paths or []:
                check_utf8(option, os.path.abspath(path))
        if is_shipped(os.fspath(out)):
            problem = (
                f"--out {out}: is the name of a model that ships, which commands would take in its place"
            )
            raise SeqkitError(problem, "Choose another name.", exit_code=2)

    def request(self, out: Path, resume: bool) -> TrainingRequest | None:
        """The request of the training; None if the run to resume is finished."""
        from seqkit.io.lock import check_unlocked
        from seqkit.models.folder import LOCK, TRAINING
        from seqkit.training.request_file import CONFIG

        check_unlocked(out / TRAINING / LOCK, f"--out {out}")
        begun = out / TRAINING / CONFIG
        request = self._resumed(out, begun) if resume and begun.exists() else self._fresh(out, resume)
        if request is not None and bool(request.sources.corpus) == bool(request.sources.train):
            raise SeqkitError(
                "no training data given, or two kinds of it",
                "Give either --corpus NAME or --train FILE.",
                exit_code=2,
            )
        return request

    def _resumed(self, out: Path, begun: Path) -> TrainingRequest | None:
        from seqkit.models.folder import MANIFEST
        from seqkit.training.provenance import check_begun, check_config
        from seqkit.training.request_file import check_unchanged

        finished = (out / MANIFEST).exists()
        if not finished:
            check_begun(begun.parent)
            check_config(begun.parent, begun)
        request = self.merged(begun)
        check_unchanged(begun.parent, request)
        return None if finished else request

    def _fresh(self, out: Path, resume: bool) -> TrainingRequest:
        from seqkit.io.atomic import check_folder
        from seqkit.models.folder import LOCK, TRAINING
        from seqkit.training.make_request import check_used

        if resume and self.corpus is None and self.train is None and self.config is None:
            raise SeqkitError(
                f"{out}: holds no run to resume", "Name the folder given to --out then.", exit_code=2
            )
        request = self.merged()
        check_used(request)
        check_folder(out)
        stale = out / TRAINING / LOCK
        if any(path.is_file() and path != stale for path in out.rglob("*")):
            raise SeqkitError(
                f"{out}: exists already", "Go on with it by --resume, or choose another --out.", exit_code=2
            )
        return request
