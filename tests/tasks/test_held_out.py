"""The dev split that is held out if none is given."""

from seqkit.tasks.held_out import hold_out


def test_every_step_th_example_is_held_out():
    train, dev = hold_out(list(range(1, 26)), 10)
    assert dev == [10, 20]
    assert sorted(train + dev) == list(range(1, 26)) and train == sorted(train)


def test_fewer_examples_than_the_step_hold_nothing_out():
    assert hold_out(["a", "b"], 3) == (["a", "b"], [])
