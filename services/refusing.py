"""Tidak jadi: the office does not do what it was asked, and says why."""

from enum import StrEnum
from typing import Generic, TypeVar

Why = TypeVar("Why", bound=StrEnum)


class Refusal(Exception, Generic[Why]):
    """Nothing is changed, for one reason."""

    def __init__(self, why: Why) -> None:
        super().__init__(why.value)
        self.why = why
