"""Stories: what an owner says on the phone, and what comes of it."""

import pytest

on_both = pytest.mark.parametrize("kind", ["sqlite", "postgres"])
on_both_channels = pytest.mark.parametrize("channel", ["telegram", "whatsapp"])
