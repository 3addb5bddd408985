"""Convert `key=value` settings and TOML tables to a flat mapping of option names to values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from seqkit.config.toml_files import parse_toml
from seqkit.errors import SeqkitError, did_you_mean, shortened


class SettingText(str):
    """The text of a setting, with its value if read as TOML. `fill` uses the one that suits the option's type."""

    value: Any

    @classmethod
    def of(cls, text: str, value: Any) -> SettingText:
        """Args: value, the value of `text` as TOML."""
        setting = cls(text)
        setting.value = value
        return setting


def parse_settings(settings: Sequence[str]) -> dict[str, Any]:
    """Parse settings such as `["hidden=256", "optimizer=sgd"]`.

    Returns name -> text, or `SettingText` if TOML reads the text as anything but a string. Raises SeqkitError for a
    setting that is not of the form key=value.
    """
    values: dict[str, Any] = {}
    for setting in settings:
        key, equals, text = setting.partition("=")
        if not equals or not key.strip():
            raise SeqkitError(
                f"--set {shortened(setting)}: not of the form key=value",
                "Write --set hidden=256.",
                exit_code=2,
            )
        try:
            value = parse_toml(f"value = {text}")["value"]
        except ValueError:
            value = text.strip()
        values[key.strip()] = value if isinstance(value, str) else SettingText.of(text.strip(), value)
    return values


def flatten(table: Mapping[str, Any], sections: Iterable[str], source: str) -> dict[str, Any]:
    """Flatten a TOML table with sections such as [model] and [training]; keys outside sections are kept.

    Args: source, the file, for the message. Raises SeqkitError for a section that is not in `sections`.
    """
    flat: dict[str, Any] = {}
    for key, value in table.items():
        if not isinstance(value, dict):
            flat[key] = value
        elif key in sections:
            flat.update(value)
        else:
            raise SeqkitError(f"{source}: unknown section [{key}]", did_you_mean(key, sections), exit_code=2)
    return flat
