"""Read and write the weights of a model as a safetensors file, never as pickle."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file as read_tensors
from safetensors.torch import save as save_tensors
from torch import Tensor, nn

from seqkit.errors import SeqkitError
from seqkit.io.atomic import atomic_write
from seqkit.io.json_files import AGAIN
from seqkit.models.int8_rows import SCALE, is_stored_in_rows, rounded, widened_in_torch


def write_weights(path: Path, model: nn.Module, dtype: str = "float32") -> None:
    """Write the weights as safetensors, atomically. Tied weights are written once, under the first of their names.

    Args: dtype, number format in the file: float32, float16, or int8 with a scale for each row.
    """
    # torch lists a tied weight once, under the first of its names; buffers that are not saved are not in the state.
    once = {name for name, _ in (*model.named_parameters(), *model.named_buffers())}
    tensors: dict[str, Tensor] = {}
    for name, value in model.state_dict().items():
        if name in once:
            tensors.update(_in_dtype(name, value, dtype))
    with atomic_write(path, links=False) as file:
        file.write(save_tensors(plain_tensors(tensors)))


def _in_dtype(name: str, value: Tensor, dtype: str) -> dict[str, Tensor]:
    """A weight in its stored form, by name."""
    if not value.is_floating_point():
        return {name: value}
    if dtype == "int8" and is_stored_in_rows(tuple(value.shape)):
        q, scale_Y = rounded(value)
        return {name: q, name + SCALE: scale_Y}
    return {name: value.to(torch.float16 if dtype == "int8" else getattr(torch, dtype))}


def plain_tensors(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Tensors in the form that safetensors accepts: contiguous, each with its own memory (views are copied)."""
    plain: dict[str, Tensor] = {}
    taken = set()
    for name, value in tensors.items():
        own = value.detach().contiguous()
        place = own.untyped_storage().data_ptr()
        plain[name] = own.clone() if place in taken else own
        taken.add(place)
    return plain


def read_weights(path: Path, model: nn.Module) -> None:
    """Load the weights of a file into a model.

    Raises SeqkitError if they do not fit, or if one of them is infinite or not a number.
    """
    try:
        tensors = widened_in_torch(read_tensors(path))
        _put_weights(tensors, model)
    except (SafetensorError, LookupError, RuntimeError) as error:
        raise SeqkitError(f"{path}: does not fit the model ({str(error).splitlines()[0]})", AGAIN) from None

    for name, value in tensors.items():
        if value.is_floating_point() and not bool(value.isfinite().all()):
            raise SeqkitError(f"{path}: the weight {name} holds NaN or infinity", AGAIN)


def _put_weights(tensors: Mapping[str, Tensor], model: nn.Module) -> None:
    """Load weights into a model; a tied one may have any of its names. Raises RuntimeError if they do not fit."""
    result = model.load_state_dict(tensors, strict=False)
    own = {
        **dict(model.named_parameters(remove_duplicate=False)),
        **dict(model.named_buffers(remove_duplicate=False)),
    }
    for name, value in tensors.items():
        if name in own and own[name].is_floating_point() != value.is_floating_point():
            raise RuntimeError(f"{name}: is of dtype {str(value.dtype).removeprefix('torch.')}")
    given = {id(own[name]) for name in tensors if name in own}
    missing = [name for name in result.missing_keys if name not in own or id(own[name]) not in given]
    if missing or result.unexpected_keys:
        raise RuntimeError(f"missing: {', '.join(missing)}; not known: {', '.join(result.unexpected_keys)}")
