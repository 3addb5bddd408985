"""Running a trained model: fast forms of its parts, streams of inputs, worker processes."""
