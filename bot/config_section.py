"""What every part of the settings shares."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """Part of the settings. A key nobody knows is a typing mistake, so it is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)
