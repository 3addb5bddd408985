"""Run trained models: fast forms of their parts, streams of inputs, worker processes."""
