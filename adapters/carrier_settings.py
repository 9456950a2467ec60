"""Settings of the carriers, one class per kind. Every host is a setting. Source: `reference/services.md` §1."""

from typing import Literal, TypeAlias

from pydantic import Field, SecretStr

from adapters.cdek.terms import Terms
from tasks.rules.latin import LatinRules


class CdekSettings(Terms):
    """A contract with CDEK."""

    kind: Literal["cdek"]
    url: str = Field(default="https://api.cdek.ru", description="https://api.edu.cdek.ru for the vendor's test host")
    account: str = Field(description="«Идентификатор» of the integration, client_id")
    secret: SecretStr = Field(description="«Пароль» of the integration, client_secret")
    timeout_s: float = Field(default=30.0, gt=0, description="of one call")
    poll_s: float = Field(default=1800.0, gt=0, description="a shipment on its way is looked at so often even where no push came")
    latin: LatinRules = Field(default=LatinRules(), description="which routes bear Latin names and addresses; none by default")
    push_secret: SecretStr | None = Field(default=None, description="the secret part of the address that pushes are sent to")
    push_networks: list[str] = Field(default_factory=list, description="where pushes may come from; CDEK names no networks of its own")


CarrierSettings: TypeAlias = CdekSettings
