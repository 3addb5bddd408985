"""Join the other processes of a training (torchrun, SLURM, or `launch`) through Lightning Fabric."""

from __future__ import annotations

import logging
import os
from datetime import timedelta

import torch.distributed as dist

from seqkit.errors import MissingPackageError, SeqkitError
from seqkit.runtime.devices import chosen_device
from seqkit.training.ranks import Ranks

PATIENCE = timedelta(hours=2)
"""Maximum wait for the other processes, so that dev may take long to score. A process that ends is noticed at once."""


def join() -> Ranks:
    """Connect to the other processes. Raises SeqkitError if Fabric is not installed or they cannot connect."""
    device = chosen_device()
    if device.type not in ("cpu", "cuda"):
        raise SeqkitError(
            f"--device {device}: does not train with several processes", "Use cpu or cuda.", exit_code=2
        )
    try:
        from lightning_fabric import Fabric
        from lightning_fabric.strategies import DDPStrategy
    except ImportError as error:
        problem = f"training with several processes needs lightning-fabric ({error})"
        fix = "Install it: pip install lightning-fabric (in a checkout: pip install '.[distributed]')."
        raise MissingPackageError(problem, fix, exit_code=2) from None
    logging.getLogger("lightning.fabric").setLevel(logging.ERROR)
    logging.getLogger("lightning_fabric").setLevel(logging.ERROR)
    local = int(os.environ.get("LOCAL_WORLD_SIZE") or 1)
    nodes = int(os.environ["WORLD_SIZE"]) // local
    backend = "nccl" if device.type == "cuda" else "gloo"
    strategy = DDPStrategy(process_group_backend=backend, timeout=PATIENCE)
    try:
        Fabric(accelerator=device.type, devices=local, num_nodes=nodes, strategy=strategy).launch()
    except (RuntimeError, OSError) as error:
        place = f"{os.environ.get('MASTER_ADDR', '127.0.0.1')}:{os.environ.get('MASTER_PORT', '')}"
        reason = str(error).strip().splitlines()[0][:200]
        fix = "Is the port free, and can all hosts reach it? Choose another: MASTER_PORT=…."
        raise SeqkitError(f"the processes cannot connect at {place} ({reason})", fix) from None
    return Ranks(device)


def leave() -> None:
    """Disconnect from the other processes."""
    if dist.is_initialized():
        dist.destroy_process_group()
