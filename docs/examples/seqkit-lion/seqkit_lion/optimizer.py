"""Lion (Chen et al. 2023): θ -= η (sign(β1 m + (1 - β1) g) + λ θ), m = β2 m + (1 - β2) g."""

import torch

BETA1, BETA2 = 0.9, 0.99


class Lion(torch.optim.Optimizer):
    """Keeps its whole state in `self.state`, so that --resume can restore it."""

    def __init__(self, parameters, lr, decay):
        super().__init__(parameters, {"lr": lr, "decay": decay})

    @torch.no_grad()
    def step(self, closure=None):
        """Change each parameter that has a gradient."""
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                m = self.state[p].setdefault("m", torch.zeros_like(p))
                p.mul_(1 - group["lr"] * group["decay"])
                p.sub_(torch.sign(m.lerp(p.grad, 1 - BETA1)), alpha=group["lr"])
                m.lerp_(p.grad, 1 - BETA2)


def build(parameters, learning_rate, options):
    """What seqkit calls; it sets `lr` before each step."""
    return Lion(parameters, learning_rate, options.decay)
