"""Changes global state of the process at import."""

import os
import random

import numpy
import torch

torch.set_num_threads(torch.get_num_threads() + 3)
torch.set_default_dtype(torch.float64)
torch.set_grad_enabled(False)
torch.manual_seed(3)
random.seed(3)
numpy.random.seed(3)
os.chdir("/")
