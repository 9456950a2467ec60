"""Settings of a 1C base that is reached by its standard OData interface."""

from collections.abc import Mapping
from typing import Any

from pydantic import Field, SecretStr, field_validator, model_validator

from adapters.onec.odata.names import NAMES, Configuration, OdataNames
from validation.part import Part

INTERFACE = "/odata/standard.odata"


class OdataSettings(Part):
    """One base. ``names`` begin as those of the configuration; any of them may be told alone."""

    url: str = Field(description="where the base is published: https://host/base")
    user: str
    password: SecretStr
    configuration: Configuration = "ut"
    names: OdataNames
    timeout_s: float = Field(default=120.0, gt=0, description="of one call: 1C starts a session for it and may think long")
    at_once: int = Field(default=2, ge=1, description="calls that may be under way together: each takes a licence")
    time_zone: str = Field(default="Europe/Moscow", description="of 1C's server: its dates have no zone")

    @field_validator("url")
    @classmethod
    def _is_of_the_base(cls, given: str) -> str:
        """The address of the interface is taken for that of its base."""
        return given.rstrip("/").removesuffix(INTERFACE)

    @model_validator(mode="before")
    @classmethod
    def _begins_with_the_configurations_names(cls, given: Any) -> Any:  # noqa: ANN401 - whatever was told
        if not isinstance(given, Mapping) or isinstance(given.get("names"), OdataNames):
            return given
        known = NAMES.get(given.get("configuration", "ut"))
        if known is None:
            return given
        return {**given, "names": _laid_over(known.model_dump(), given.get("names") or {})}


def _laid_over(base: Mapping[str, Any], told: Mapping[str, Any]) -> dict[str, Any]:
    """What is told, and of the base what is not. An empty text takes a name or a whole section away."""
    laid = dict(base)
    for name, value in told.items():
        under = base.get(name)
        if isinstance(under, Mapping) and isinstance(value, Mapping):
            laid[name] = _laid_over(under, value)
        else:
            laid[name] = None if value == "" else value
    return laid
