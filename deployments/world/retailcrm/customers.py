"""Customers: made, changed, uploaded, listed."""

from typing import Any

from fastapi import APIRouter, Request, Response

from deployments.world.retailcrm.asking import (
    BAD_PARAMETERS,
    INVALID,
    NOT_FOUND,
    FormRoute,
    asked,
    by_field,
    entity,
    page_of,
    refused,
    told,
)
from deployments.world.retailcrm.books import Customer
from deployments.world.retailcrm.making import change_customer, enlist
from deployments.world.retailcrm.orders import PARTLY
from deployments.world.retailcrm.room import act_of, room_of, site_of, sites_of
from deployments.world.retailcrm.said import CustomerSaid, FixSaid
from deployments.world.retailcrm.telling import customer_told
from deployments.world.room import Refusal

EXISTS = "Customer already exists."

router = APIRouter(route_class=FormRoute)


@router.post("/api/v5/customers/create")
async def create(request: Request) -> Response:
    """A new customer; an external id that the shop knows already is refused."""
    room, said, site = room_of(request), entity(request, "customer", CustomerSaid), site_of(request)
    if said.external_id is not None and room.books.is_taken("customers", site, said.external_id):
        raise refused(400, EXISTS)
    customer = enlist(room.books, said, site, act_of(request))
    return told({"id": customer.customer_id}, 201)


@router.post("/api/v5/customers/upload")
async def upload(request: Request) -> Response:
    """Up to 50 new customers; the errors of a partial failure are a map here, a list with orders."""
    room, said, site = room_of(request), entity(request, "customers", list[CustomerSaid]), site_of(request)
    if len(said) > room.knobs.upload_max:
        raise refused(400, INVALID, [f"customers: This collection should contain {room.knobs.upload_max} elements or less."])
    made: list[dict[str, Any]] = []
    failed: list[dict[str, Any]] = []
    for one in said:
        if one.external_id is not None and room.books.is_taken("customers", site, one.external_id):
            failed.append({"externalId": one.external_id})
        else:
            customer = enlist(room.books, one, site, act_of(request))
            made.append({"id": customer.customer_id, "externalId": customer.external_id})
    if failed:
        body = {"success": False, "uploadedCustomers": made, "failedCustomers": failed, "errorMsg": "Customers are loaded with errors"}
        raise Refusal(PARTLY, {**body, "errors": {"externalId": EXISTS}})
    return told({"uploadedCustomers": made})


@router.post("/api/v5/customers/fix-external-ids")
async def fix(request: Request) -> Response:
    """External ids are given to customers by their own; all or none."""
    room = room_of(request)
    rows = [(room.books.customers.get(one.id), one.external_id) for one in entity(request, "customers", list[FixSaid])]
    customers = [(customer, external_id) for customer, external_id in rows if customer is not None and customer.site in sites_of(request)]
    if len(customers) < len(rows) or any(
        room.books.is_taken("customers", customer.site, external_id, but=customer.customer_id) for customer, external_id in customers
    ):
        raise refused(400, "Invalid input parameters")
    for customer, external_id in customers:
        change_customer(room.books, customer, CustomerSaid(externalId=external_id), act_of(request))
    return told({})


@router.get("/api/v5/customers")
async def read_all(request: Request) -> Response:
    """Customers, newest first; ``filter[name]`` looks among names and phones."""
    room = room_of(request)
    found = [one for one in reversed(room.books.customers.values()) if one.site in sites_of(request) and _suits(request, one)]
    rows, pagination = page_of(request, found)
    return told({"pagination": pagination, "customers": [customer_told(one, room.zone) for one in rows]})


@router.get("/api/v5/customers/{external_id}")
async def read(request: Request, external_id: str) -> Response:
    """One customer."""
    return told({"customer": customer_told(_customer(request, external_id), room_of(request).zone)})


@router.post("/api/v5/customers/{external_id}/edit")
async def edit(request: Request, external_id: str) -> Response:
    """What is said of a customer replaces what was."""
    room, said = room_of(request), entity(request, "customer", CustomerSaid)
    customer = _customer(request, external_id)
    if said.external_id is not None and room.books.is_taken("customers", customer.site, said.external_id, but=customer.customer_id):
        raise refused(400, EXISTS)
    change_customer(room.books, customer, said, act_of(request))
    return told({"id": customer.customer_id})


def _customer(request: Request, ref: str) -> Customer:
    books, by = room_of(request).books, asked(request).get("by", "externalId")
    if by not in ("id", "externalId"):
        raise refused(400, BAD_PARAMETERS, {"by": "The value you selected is not a valid choice."})
    if by == "id":
        customer = books.customers.get(int(ref)) if ref.isdigit() else None
    else:
        customer = books.customer({"externalId": ref}, site_of(request))
    if customer is None or customer.site not in sites_of(request):
        raise refused(404, NOT_FOUND)
    return customer


def _suits(request: Request, customer: Customer) -> bool:
    fields = customer.fields
    names = [str(fields.get(name, "")) for name in ("firstName", "lastName", "patronymic")]
    names += [phone["number"] for phone in fields.get("phones", [])]
    said = {
        "ids": str(customer.customer_id),
        "externalIds": customer.external_id,
        "sites": customer.site,
        "email": fields.get("email"),
    }
    is_chosen = all(value in by_field(request, name) for name, value in said.items() if by_field(request, name))
    return is_chosen and all(any(part.lower() in name.lower() for name in names) for part in by_field(request, "name"))
