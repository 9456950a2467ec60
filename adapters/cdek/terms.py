"""What a shop has agreed with CDEK: where its parcels leave from, by which tariffs, on whose behalf.

Source: `reference/services.md` §1, Orders and Other methods.
"""

from typing import Literal, Self

from pydantic import Field, model_validator

from validation.part import Part

Way = Literal["door", "office", "locker", "return"]

FROM_OFFICE: dict[Way, int] = {"door": 137, "office": 136, "locker": 368, "return": 136}
FROM_DOOR: dict[Way, int] = {"door": 139, "office": 138, "locker": 366, "return": 139}


class Origin(Part):
    """A warehouse that a courier of the carrier comes to."""

    city_code: int = Field(description="code of its town in CDEK's directory")
    line: str = Field(min_length=1, description="street, house")


class Seller(Part):
    """Whose goods they are, for the buyer's receipt and for customs."""

    name: str | None = None
    inn: str | None = None
    phone: str | None = None
    address: str | None = Field(default=None, description="needed abroad")
    ownership_form: int | None = Field(default=None, description="CDEK's code of the legal form")


class Terms(Part):
    """Of the contract."""

    shipment_point: str | None = Field(default=None, description="code of the CDEK office that parcels are brought to, as MSK5")
    origin: Origin | None = Field(default=None, description="or the warehouse that a courier takes them from")
    tariffs: dict[Way, int] = Field(
        default_factory=dict, description="door, office, locker, return → tariff code; «Посылка» by where parcels leave from, by default"
    )
    vat_percents: list[int] = Field(default=[0, 5, 7, 10, 16, 20, 22], description="rates that CDEK takes; «без НДС» always is")
    seller: Seller = Seller()
    shipper_name: str | None = Field(default=None, description="abroad: the sender in the foreign language")
    shipper_address: str | None = Field(default=None, description="abroad: his address")
    label_format: Literal["A4", "A5", "A6", "A7"] = "A6"
    contact_name: str | None = Field(default=None, description="whom a courier who comes for parcels asks for")
    contact_phone: str | None = None

    @model_validator(mode="after")
    def _leaves_from_one_place(self) -> Self:
        if (self.shipment_point is None) == (self.origin is None):
            raise ValueError("укажите одно из двух: shipment_point (пункт, куда вы везёте посылки) или origin (склад, куда едет курьер)")
        return self

    def tariff(self, way: Way) -> int:
        """By which a parcel goes."""
        return self.tariffs.get(way) or (FROM_OFFICE if self.origin is None else FROM_DOOR)[way]
