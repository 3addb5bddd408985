"""`seqkit calibrate`: fit the confidence of a translator."""

from __future__ import annotations

from typing import Annotated

import typer

from seqkit.errors import SeqkitError
from seqkit.terminal.arguments import Device, Threads
from seqkit.terminal.tables import say


def calibrate(
    model: Annotated[str, typer.Argument(help="Name or folder of a translator of text.", show_default=False)],
    corpus: Annotated[str, typer.Option(help="Corpus whose train and dev splits are used.")] = "",
    train: Annotated[str, typer.Option(help="In place of a corpus: file of training pairs.")] = "",
    dev: Annotated[str, typer.Option(help="In place of a corpus: file of dev pairs.")] = "",
    source: Annotated[str, typer.Option(help="Source side. Default: the model's.")] = "",
    target: Annotated[str, typer.Option(help="Target side. Default: the model's.")] = "",
    threads: Threads = None,
    device: Device = "",
) -> None:
    """Fit the confidence of a translator on dev data, and store it in its folder.

    \b
    Examples:
      seqkit calibrate runs/de-en --corpus tatoeba-deu-eng
      seqkit calibrate runs/de-en --train pairs.tsv --dev dev.tsv
    """
    from seqkit.runtime.devices import use_device
    from seqkit.runtime.threads import compute_with
    from seqkit.tasks.seq2seq.calibrate import calibrate as fit

    use_device(device)
    if bool(corpus) == bool(train or dev) or bool(train) != bool(dev):
        raise SeqkitError("no data to calibrate on", "Give --corpus, or both --train and --dev.", exit_code=2)
    compute_with(threads)
    facts = fit(model, train or corpus, dev or corpus, (source, target))
    error = f"expected calibration error {100 * facts.error:.1f} %"
    say(f"{model}: confidence fitted on {facts.pairs:,} dev pairs, {error}")
