"""The request of `seqkit train`, resolved once from its command line."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from seqkit.errors import SeqkitError
from seqkit.terminal.argument_paths import check_utf8
from seqkit.training.arguments import TrainingArguments

if TYPE_CHECKING:
    from seqkit.training.request import TrainingRequest


class TrainCommand(TrainingArguments):
    """The arguments of the command, and what it makes of them."""

    def merged(self, *configs: Path) -> TrainingRequest:
        """The request of the command line and the files of options; --config has precedence among the files."""
        from seqkit.training.make_request import make_request

        return make_request(replace(self, configs=(*configs, *self.configs)))

    def check_paths(self, out: Path) -> None:
        """Raise SeqkitError for names that no file can have, and for the name of a model that ships."""
        from seqkit.models.folder import is_shipped

        named = {
            "--out": [out],
            "--train": self.train,
            "--dev": self.dev,
            "--teacher": self.options.get("teacher"),
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

        if resume and self.corpus is None and self.train is None and not self.configs:
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
