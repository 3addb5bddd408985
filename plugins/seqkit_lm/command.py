"""`seqkit generate`."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from seqkit.io.streams import data_text
from seqkit.terminal.arguments import Device, ThreadsOfTorch, inference_dtype_option, model_option


def generate(
    prompt: Annotated[str, typer.Argument(help='Beginning of the text; "-" is standard input.')] = "",
    model: Annotated[str, model_option("A language model: its folder.")] = "",
    length: Annotated[int, typer.Option(min=1, max=100_000, help="Maximum number of symbols to add.")] = 200,
    temperature: Annotated[
        float,
        typer.Option(
            min=0.0, max=100.0, help="Sampling temperature; below 1 favours probable symbols, 0 is greedy."
        ),
    ] = 1.0,
    top_p: Annotated[
        float,
        typer.Option(
            min=1e-6, max=1.0, help="Sample from the most probable symbols with this total probability."
        ),
    ] = 1.0,
    seed: Annotated[int, typer.Option(min=0, help="Seed of sampling.")] = 1,
    count: Annotated[int, typer.Option(min=1, max=1000, help="Number of samples.")] = 1,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object per text, with its log-probability.")
    ] = False,
    threads: ThreadsOfTorch = None,
    device: Device = "",
    inference_dtype: Annotated[str, inference_dtype_option("matrix products", "float32, bfloat16")] = "",
) -> None:
    """Continue a text with a language model.

    \b
    Examples:
      seqkit generate "It was" --model runs/lm --length 80
    """
    from seqkit import SeqkitError
    from seqkit.examples import RecordErrors, SourceLocation
    from seqkit.formats.plain import read
    from seqkit.runtime.allocator import SEARCH
    from seqkit.runtime.devices import use_device
    from seqkit.runtime.start import loading_models
    from seqkit.runtime.threads import compute_serially
    from seqkit.tasks import ApplyRequest
    from seqkit.tasks.applying import applied
    from seqkit.tasks.text_records import TextItem
    from seqkit.terminal.argument_paths import check_utf8
    from seqkit_lm import LMApplication
    from seqkit_lm.application import texts_of
    from seqkit_lm.task import LMTask

    if not model:
        raise SeqkitError(
            "no model given", "Name one: --model runs/lm (made by seqkit train lm).", exit_code=2
        )
    check_utf8("the prompt", prompt)
    use_device(device)
    compute_serially(threads)
    # The reader of text files reports bytes that are not UTF-8 with their line.
    text = "".join(part.text for part in read("-", RecordErrors())) if prompt == "-" else prompt
    options = LMApplication(length, temperature, top_p, seed, count)
    task, request = LMTask(), ApplyRequest(model, options, inference_dtype)
    with loading_models(SEARCH):
        loaded = task.load_for(request)
    prompts = [TextItem(text, 0, SourceLocation("prompt", 1))]
    for _, _, output in applied(task, loaded, prompts, request):
        for found, log_prob in texts_of(output):
            record = {"prompt": text, "text": found, "log_prob": round(log_prob, 6)}
            print(json.dumps(record, ensure_ascii=False) if as_json else found, file=data_text())
