"""Pushes of CDEK: how they are recognised and answered.

No signature of any kind is described, and no network: the address is the secret, and of the body nothing is believed but which order to
look at. A return has a uuid of its own (`reference/services.md` §1, Webhooks).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from adapters.pushes import Fault, PushRefused, Told, order_ref

OF_ORDERS = frozenset({"ORDER_STATUS", "ORDER_MODIFIED", "DELIV_AGREEMENT", "DELIV_PROBLEM", "COURIER_INFO"})
"""The uuid of these is the order's; of the others a paper's, an office's."""


class _Body(BaseModel):
    """As far as anybody looks."""

    model_config = ConfigDict(extra="ignore", strict=True)

    type: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_]{1,100}$")]
    uuid: Any = None


class CdekPushes:
    """Reads pushes of a contract with CDEK."""

    networks: tuple[str, ...] = ()
    is_address_secret = True
    max_body_bytes = 256_000

    def read(self, headers: Mapping[str, str], body: bytes) -> Told:  # noqa: ARG002 - every vendor's shape
        """Which order to look at; a push about something else is answered and not kept.

        Raises:
            PushRefused: it has no type.
        """
        try:
            said = _Body.model_validate_json(body)
        except ValidationError:
            raise PushRefused("garbage", "type is missing") from None
        return Told(topic=said.type, order_ref=order_ref(said.uuid), is_kept=said.type in OF_ORDERS)

    def taken(self, told: Told, at: datetime) -> dict[str, Any]:  # noqa: ARG002 - every vendor's shape
        """Anything with a 200 will do."""
        return {"result": True}

    def refused(self, fault: Fault, sentence: str) -> dict[str, Any]:
        """Nobody reads it but people."""
        return {"error": fault, "message": sentence}
