"""What a delivery costs: by one tariff with its services, or by all of them without any.

Errors are in ``errors[]`` at the top, not in ``requests[]``. The list knows neither services nor a declared value, so that its prices leave
the insurance out (`reference/services.md` §1, Other methods).
"""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request, Response
from pydantic import Field, ValidationError

from deployments.world.cdek.answers import Errors, Said, error, errors_of, told
from deployments.world.cdek.books import Books
from deployments.world.cdek.directory import Location
from deployments.world.cdek.order_bodies import Count, Service
from deployments.world.cdek.room import opened
from deployments.world.cdek.tariffs import INSURANCE, TARIFFS, charged_g, cost_of, mode_of
from deployments.world.room import Refusal, RoomRoute

router = APIRouter(prefix="/v2/calculator", route_class=RoomRoute)

DAYS = {"period_min": 2, "period_max": 4, "calendar_min": 2, "calendar_max": 5}


class Parcel(Said):
    """Grams and centimetres."""

    weight: Count
    length: int = 0
    width: int = 0
    height: int = 0


class RouteSaid(Said):
    """From where to where, and what."""

    type: Literal[1, 2] = 1
    currency: int | None = None
    lang: str | None = None
    from_location: Location
    to_location: Location
    packages: Annotated[tuple[Parcel, ...], Field(min_length=1)]

    @property
    def charged_g(self) -> int:
        """The weight that is paid for."""
        return charged_g((one.weight, one.length, one.width, one.height) for one in self.packages)


class TariffSaid(RouteSaid):
    """By which tariff, with what besides."""

    tariff_code: int
    services: tuple[Service, ...] = ()


@router.post("/tariff")
async def by_tariff(request: Request) -> Response:
    """One tariff, whole."""
    _, books, _ = opened(request)
    said = await _read(request, TariffSaid)
    _check(said, books)
    if said.tariff_code not in TARIFFS:
        raise Refusal(400, {"errors": [error("v2_invalid_format", "tariff_code")]})
    delivery_sum = cost_of(said.tariff_code, said.charged_g)
    services = [_service(one) for one in said.services]
    return told(
        {
            "delivery_sum": delivery_sum,
            **DAYS,
            "weight_calc": said.charged_g,
            "services": services,
            "total_sum": round(delivery_sum + sum(one["sum"] for one in services), 2),
            "currency": "RUB",
        }
    )


@router.post("/tarifflist")
async def all_tariffs(request: Request) -> Response:
    """Every tariff, bare."""
    _, books, _ = opened(request)
    said = await _read(request, RouteSaid)
    _check(said, books)
    return told(
        {
            "tariff_codes": [
                {
                    "tariff_code": code,
                    "tariff_name": name,
                    "tariff_description": name,
                    "delivery_mode": mode_of(code),
                    "delivery_sum": cost_of(code, said.charged_g),
                    **DAYS,
                }
                for code, (_, name, _) in TARIFFS.items()
            ]
        }
    )


async def _read(request: Request, model: type[Any]) -> Any:  # noqa: ANN401 - whichever model
    try:
        return model.model_validate_json(await request.body() or b"{}")
    except ValidationError as wrong:
        raise Refusal(400, {"errors": errors_of(wrong)}) from None


def _check(said: RouteSaid, books: Books) -> None:
    unknown: Errors = []
    if books.directory.recognised(said.from_location) is None:
        unknown.append(error("v2_sender_location_not_recognized"))
    if books.directory.recognised(said.to_location) is None:
        unknown.append(error("v2_recipient_location_not_recognized"))
    if unknown:
        raise Refusal(400, {"errors": unknown})


def _service(said: Service) -> dict[str, Any]:
    """Insurance is a share of the declared value; others cost nothing here."""
    declared = float(said.parameter or 0) if said.code == "INSURANCE" else 0.0
    return {"code": said.code, "sum": round(declared * INSURANCE, 2)}
