"""What every section of the settings is, wherever its rule lives."""

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    """A section of the settings: frozen, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")
