"""Fields of deals and contacts: what a value of each may be, and how the older methods spell their names."""

import re
from collections.abc import Mapping
from typing import Any, Literal

from deployments.world.bitrix24.saying import Wrong

DEAL, CONTACT = 2, 3
TYPE_NAMES = {DEAL: "Deal", CONTACT: "Contact"}

Sort = Literal["text", "whole", "number", "yes", "many"]

COMMON: dict[str, Sort] = {
    "typeId": "text",
    "sourceId": "text",
    "sourceDescription": "text",
    "companyId": "whole",
    "leadId": "whole",
    "comments": "text",
    "opened": "yes",
    "assignedById": "whole",
    "originatorId": "text",
    "originId": "text",
    "observers": "many",
    "utmSource": "text",
    "utmMedium": "text",
    "utmCampaign": "text",
    "utmContent": "text",
    "utmTerm": "text",
}
FIELDS: dict[int, dict[str, Sort]] = {
    DEAL: {
        **COMMON,
        "title": "text",
        "categoryId": "whole",
        "stageId": "text",
        "isRecurring": "yes",
        "probability": "whole",
        "currencyId": "text",
        "isManualOpportunity": "yes",
        "opportunity": "number",
        "taxValue": "number",
        "contactId": "whole",
        "contactIds": "many",
        "quoteId": "whole",
        "begindate": "text",
        "closedate": "text",
        "additionalInfo": "text",
        "locationId": "text",
    },
    CONTACT: {
        **COMMON,
        "honorific": "text",
        "name": "text",
        "secondName": "text",
        "lastName": "text",
        "photo": "text",
        "birthdate": "text",
        "post": "text",
        "export": "yes",
        "companyIds": "many",
        "originVersion": "text",
        "fm": "many",
    },
}
GIVEN = (
    "id",
    "createdTime",
    "updatedTime",
    "createdBy",
    "updatedBy",
    "movedTime",
    "movedBy",
    "stageSemanticId",
    "closed",
    "entityTypeId",
)
MULTIFIELDS = ("PHONE", "EMAIL", "WEB", "IM")


def checked(name: str, sort: Sort, value: Any) -> Any:  # noqa: ANN401 - whatever JSON can say
    """The value as the portal keeps it.

    Raises:
        Wrong: it cannot be one.
    """
    if value is None:
        return None
    if sort == "many":
        if not isinstance(value, list | dict):
            raise Wrong(400, "100", f"Expected iterable value for multiple field, but got {_php_type(value)} instead")
        return value
    try:
        if sort == "whole":
            return int(value)
        if sort == "number":
            return float(value)
    except (TypeError, ValueError):
        raise not_valid(name) from None
    if isinstance(value, list | dict):
        raise not_valid(name)
    if sort == "yes":
        return "Y" if value in ("Y", True, 1, "1") else "N"
    return str(value)


def not_valid(name: str) -> Wrong:
    """The refusal of a field's value."""
    return Wrong(400, "CRM_FIELD_ERROR_VALUE_NOT_VALID", f'Invalid value for field "{name}"')


def from_older(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Fields as the older methods name them: ``ORIGIN_ID``; phones and the like are fields of their own there."""
    told = {_camel(name): value for name, value in fields.items() if name not in MULTIFIELDS}
    many = [
        {"typeId": name, "valueType": one.get("VALUE_TYPE", "WORK"), "value": one.get("VALUE", "")}
        for name in MULTIFIELDS
        for one in (fields.get(name) or [])
        if isinstance(one, dict)
    ]
    return {**told, "fm": many} if many else told


def upper(name: str) -> str:
    """A field's name as people and the older methods know it: ``originId`` is ``ORIGIN_ID``."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).upper()


def _camel(name: str) -> str:
    return re.sub(r"_([A-Za-z])", lambda found: found[1].upper(), name.lower())


def _php_type(value: object) -> str:
    return {str: "string", int: "integer", float: "double", bool: "boolean"}.get(type(value), "NULL")
