"""Settings of the CRMs, one class per kind. Every host is a setting. Source: `reference/services.md` §2, §4."""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field, SecretStr

from tasks.rules.crm import LineState
from validation.part import Part

STATES = ("unpaid", "new", "confirmed", "shipped", "delivered", "cancelled", "returned", "other")


class AnyCrm(Part):
    """What every CRM is told.

    ``statuses`` say what our states are there; ``read_statuses`` what its statuses are here, for those that differ from the former read
    backwards. A state or status that is in neither changes nothing on the other side.
    """

    timeout_s: float = Field(default=30.0, gt=0, description="of one call")
    channels: list[str] | None = Field(default=None, description="channels whose orders go there; all by default")
    read_every_s: float = Field(default=300.0, gt=0, description="how often its history is read")
    read_statuses: dict[str, str] = Field(default_factory=dict, description="status there → state here")


class RetailCrmSettings(AnyCrm):
    """A RetailCRM (Simla) account."""

    kind: Literal["retailcrm"]
    url: str = Field(description="https://<name>.retailcrm.ru")
    api_key: SecretStr
    site: str | None = Field(default=None, description="the shop's code, where the key opens several")
    time_zone: str = Field(default="Europe/Moscow", description="the account's: its dates have no zone")
    tier_field: str | None = Field(default=None, description="code of the customer's own field that holds the tier")
    way_field: str | None = Field(default=None, description="code of the order's own text field that tells its parcels and returns")
    item_statuses: dict[LineState, str] = Field(
        default_factory=dict, description="shipped, delivered or returned, all of a line → the account's status of goods"
    )
    statuses: dict[str, str] = Field(
        default={
            "unpaid": "new",
            "new": "new",
            "confirmed": "assembling",
            "shipped": "delivering",
            "delivered": "complete",
            "cancelled": "cancel-other",
            "returned": "return",
        },
        description="state here → status there",
    )


class Bitrix24Settings(AnyCrm):
    """A Bitrix24 portal, by an incoming webhook."""

    kind: Literal["bitrix24"]
    url: str = Field(description="https://<portal>.bitrix24.ru")
    user_id: int = Field(description="whose webhook it is")
    secret: SecretStr = Field(description="the webhook's code; it is part of every address, which is never logged")
    category_id: int = Field(default=0, ge=0, description="the pipeline of deals")
    originator: str = Field(default="utyug", description="what our deals and contacts are marked with (ORIGINATOR_ID)")
    tier_field: str | None = Field(default=None, description="UF_CRM_… of the contact that holds the tier")
    tracking_field: str | None = Field(default=None, description="UF_CRM_… of the deal that holds the tracking numbers")
    way_field: str | None = Field(default=None, description="UF_CRM_… of the deal that tells its parcels and returns")
    statuses: dict[str, str] = Field(
        default={
            "unpaid": "NEW",
            "new": "NEW",
            "confirmed": "PREPARATION",
            "shipped": "EXECUTING",
            "delivered": "WON",
            "cancelled": "LOSE",
            "returned": "LOSE",
        },
        description="state here → stage there",
    )


CrmSettings: TypeAlias = Annotated[RetailCrmSettings | Bitrix24Settings, Field(discriminator="kind")]
