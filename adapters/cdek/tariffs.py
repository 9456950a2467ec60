"""What a shipment would cost.

``tarifflist`` knows no services and no declared value, so that its prices leave the insurance out: one tariff is asked with both
(`reference/services.md` §1, Other methods).
"""

from adapters.cdek import answers, bodies, paths, refusals
from adapters.cdek.places import CdekPlaces
from adapters.errors import Rejected
from tasks.rules.carrier import Address, CarrierShipment, Quote


class CdekTariffs(CdekPlaces):
    """Knows prices and terms."""

    def quote(self, shipment: CarrierShipment) -> Quote:
        """What the shipment would cost by its tariff, and whether it can go so at all.

        Raises:
            SyncError: it could not be asked.
        """
        tariff = str(bodies.tariff_of(shipment, self.terms))
        leaves_from, goes_to = self._leaves_from(), self._goes_to(shipment)
        if leaves_from is None or goes_to is None:
            which = f"{shipment.to if goes_to is None else self.terms.shipment_point}"
            return Quote(tariff=tariff, state="refused", sentence=f"Пункта {which} в СДЭК нет: он закрылся, или код написан с ошибкой.")
        body = {
            "type": bodies.ONLINE_SHOP,
            "tariff_code": int(tariff),
            "from_location": {"code": leaves_from},
            "to_location": {"code": goes_to},
            "packages": [bodies.sizes(parcel) for parcel in shipment.parcels],
            "services": [{"code": "INSURANCE", "parameter": str(bodies.roubles(shipment.cost_kopecks))}],
        }
        try:
            told = self.tell("POST", paths.BY_TARIFF, body, is_repeatable=True, shape=answers.PRICED)
        except Rejected as error:
            sentence = refusals.sentence_of(refusals.errors_of(error.answer), bodies.of_person(shipment))
            return Quote(tariff=tariff, state="refused", sentence=f"По тарифу {tariff} так отправить нельзя. {sentence}")
        return Quote(
            tariff=tariff,
            state="available",
            price_kopecks=int((told.total_sum * 100).to_integral_value()),
            days_min=told.period_min if told.calendar_min is None else told.calendar_min,
            days_max=told.period_max if told.calendar_max is None else told.calendar_max,
        )

    def _leaves_from(self) -> int | None:
        return self.terms.origin.city_code if self.terms.origin else self._city_of(self.terms.shipment_point or "")

    def _goes_to(self, shipment: CarrierShipment) -> int | None:
        return int(shipment.to.city_ref) if isinstance(shipment.to, Address) else self._city_of(shipment.to)

    def _city_of(self, point_ref: str) -> int | None:
        point = self.point(point_ref)
        return None if point is None else int(point.city_ref)
