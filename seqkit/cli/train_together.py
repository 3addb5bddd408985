"""`seqkit train` in several processes: the first resolves the request and reports, the others use its options."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from seqkit.api.train_request import TrainCommand
from seqkit.errors import SeqkitError

if TYPE_CHECKING:
    from seqkit.training.group import Group
    from seqkit.training.ranks import Ranks
    from seqkit.training.request import TrainingRequest

Run = Callable[["TrainingRequest", Path, "Group | None"], None]


def train_together(arguments: TrainCommand, out: Path, resume: bool, run: Run) -> None:
    """Join the other processes and train with them. Args: run, the function of the first process."""
    from seqkit.training.join import join, leave
    from seqkit.training.members import end_with_launcher

    end_with_launcher()
    group = join()
    try:
        if group.rank == 0:
            _lead(group, arguments, out, resume, run)
        else:
            _follow(group, arguments, out)
    finally:
        leave()


def _lead(group: Ranks, arguments: TrainCommand, out: Path, resume: bool, run: Run) -> None:
    request = arguments.request(out, resume)
    group.broadcast(None if request is None else request.to_toml())
    if request is not None:
        run(request, out, group)
    else:
        print(f"{out}: this run is finished", file=sys.stderr)


def _follow(group: Ranks, arguments: TrainCommand, out: Path) -> None:
    """Train with the options of the first process, and the files of this process's command line."""
    from seqkit.api.training import Quiet
    from seqkit.training.ranks import RankLost
    from seqkit.training.run import train
    from seqkit.training.stopping import Stopped

    try:
        options = group.broadcast(None)
        if options is not None:
            train(_request(arguments, options), out, "", Quiet(), group)
    except Stopped as stop:
        raise typer.Exit(stop.exit_code) from None
    except RankLost:
        raise typer.Exit(1) from None  # The process that ended has reported the reason.
    except SeqkitError as error:
        print(f"process {group.rank}: {error}", file=sys.stderr)
        raise typer.Exit(error.exit_code) from None


def _request(arguments: TrainCommand, options: str) -> TrainingRequest:
    with tempfile.TemporaryDirectory(prefix="seqkit-") as folder:
        path = Path(folder) / "config.toml"
        path.write_text(options, encoding="utf-8")
        return arguments.merged(path)
