"""The log says what happened, and nobody's name, number, words or token."""

import json
import logging

import pytest

from bot.logs import JsonLines, redact

TOKEN = "123456789:AAbbCCddEEffGGhhIIjjKKllMMnnOO"


def _line(record: logging.LogRecord) -> dict:
    return json.loads(JsonLines().format(record))


def _record(message: str, *arguments: object, **more: object) -> logging.LogRecord:
    return logging.LogRecord("bot.test", logging.INFO, "x.py", 1, message, arguments, None, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (
            f"POST https://api.telegram.org/bot{TOKEN}/sendMessage",
            "POST https://api.telegram.org/bot[token]/sendMessage",
        ),
        ("from whatsapp:+62 812-3456-7890 now", "from whatsapp:[number] now"),
        ("nik 3604012345678901", "nik [number]"),
        ("AC" + "0a" * 16, "[secret]"),
        ("12 of 34 in 567 ms", "12 of 34 in 567 ms"),
    ],
)
def test_numbers_and_tokens_are_taken_out(said: str, kept: str) -> None:
    assert redact(said) == kept
    assert _line(_record("%s", said))["says"] == kept


def test_an_exception_is_named_and_placed_but_not_quoted() -> None:
    try:
        try:
            raise ValueError("Siti Aminah, 081234567890")
        except ValueError as error:
            raise RuntimeError(f"token {TOKEN}") from error
    except RuntimeError as error:
        record = _record("failed")
        record.exc_info = (type(error), error, error.__traceback__)
    line = _line(record)
    assert [entry.split(" at ")[0] for entry in line["error"]] == ["RuntimeError", "ValueError"]
    assert "test_logs.py" in line["error"][0]
    assert not any(secret in json.dumps(line) for secret in ("Siti", "0812", TOKEN))


def test_what_is_added_to_a_record_is_redacted_too() -> None:
    record = _record("x")
    record.phone = "+6281234567890"
    assert _line(record)["phone"] == "[number]"
