"""A recurrence solved for all time steps at once: z_t = f(z_{t-1}, x_t) as one system of equations.

`newton` solves it, `certify` bounds the error, `adjoint` computes gradients, `predict` says before a run whether it
converges, and `runner` puts it in place of the loop of every recurrent layer.
"""
