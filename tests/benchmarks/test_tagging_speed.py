"""The tagger benchmark measures the model's number format by default."""

from __future__ import annotations

import tagging_speed


def test_the_number_format_is_the_models_own_by_default(monkeypatch):
    monkeypatch.setitem(tagging_speed.ENVIRONMENT, tagging_speed.DTYPE, "")
    assert tagging_speed.dtype_option() == []


def test_another_number_format_is_passed_on(monkeypatch):
    monkeypatch.setitem(tagging_speed.ENVIRONMENT, tagging_speed.DTYPE, "float32")
    assert tagging_speed.dtype_option() == ["--inference-dtype", "float32"]
