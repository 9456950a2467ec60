"""Settings of a 1C base that is reached by its standard OData interface."""

from collections.abc import Mapping
from typing import Any, Literal
from uuid import UUID

from pydantic import Field, SecretStr, field_validator, model_validator

from adapters.onec.odata.names import NAMES, Configuration, DocumentKind, OdataNames
from validation.part import Part

INTERFACE = "/odata/standard.odata"


class OdataSettings(Part):
    """One base. ``names`` begin as those of the configuration; any of them may be told alone.

    What is taken this way is told figure by figure, and by itself nothing is (`docs/odata.md`).
    """

    url: str = Field(description="where the base is published: https://host/base")
    user: str
    password: SecretStr
    configuration: Configuration = "ut"
    names: OdataNames
    timeout_s: float = Field(default=120.0, gt=0, description="of one call: 1C starts a session for it and may think long")
    at_once: int = Field(default=2, ge=1, description="calls that may be under way together: each takes a licence")
    time_zone: str = Field(default="Europe/Moscow", description="of 1C's server: its dates have no zone")
    balances: Literal["off", "compare", "lower"] = Field(
        default="off",
        description="compare with what files brought; lower: a smaller figure counts at once, a larger one waits for its file",
    )
    prices: Literal["off", "compare", "load"] = Field(
        default="off", description="compare with what files brought; load: also take price types that no file brings"
    )
    documents: list[DocumentKind] = Field(default_factory=list, description="documents that are written there: shipment, return")
    warehouses: list[UUID] = Field(default_factory=list, description="only these are read; all by default")
    price_types: list[UUID] = Field(default_factory=list, description="only these are read; all by default")
    told_after_s: float = Field(default=3600.0, gt=0, description="a difference that stands for so long is an incident")

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
