"""Directories of the content service: subjects, their characteristics, and the values of some."""

from typing import Any

from fastapi import APIRouter, Request, Response

from deployments.world.room import RoomRoute
from deployments.world.wildberries.answers import content_answer, content_refusal, page_of, whole
from deployments.world.wildberries.subjects import COLORS, COUNTRIES, KINDS, PARENTS, SEASONS, SUBJECTS, VATS

router = APIRouter(prefix="/content-api/content/v2", route_class=RoomRoute)

SUBJECTS_MOST = 1000

VALUES: dict[str, list[Any]] = {
    "colors": [{"name": name, "parentName": parent} for name, parent in COLORS],
    "countries": [{"id": country_id, "name": name, "fullName": full} for country_id, name, full in COUNTRIES],
    "kinds": list(KINDS),
    "seasons": list(SEASONS),
    "vat": list(VATS),
}


@router.get("/object/parent/all")
async def parents() -> Response:
    """Categories that subjects belong to."""
    return content_answer([{"name": name, "id": parent_id, "isVisible": True} for parent_id, name in PARENTS.items()])


@router.get("/object/all")
async def subjects(request: Request) -> Response:
    """Subjects by a part of their name, 30 where nothing else is asked and never more than 1000."""
    asked = request.query_params
    wrong = content_refusal("Invalid request parameters")
    limit, offset = min(whole(request, "limit", wrong, default=30), SUBJECTS_MOST), whole(request, "offset", wrong, default=0)
    part, parent_id = asked.get("name", "").casefold(), whole(request, "parentID", wrong, default=0)
    found = [subject.as_told() for subject in SUBJECTS.values() if part in subject.name.casefold() and parent_id in {0, subject.parent_id}]
    return content_answer(page_of(found, limit, offset))


@router.get("/object/charcs/{subject_id}")
async def characteristics(subject_id: str) -> Response:
    """What can be told of a subject's goods."""
    subject = SUBJECTS.get(int(subject_id)) if subject_id.isdecimal() else None
    if subject is None:
        raise content_refusal("Invalid subject")
    return content_answer([characteristic.as_told(subject) for characteristic in subject.characteristics])


@router.get("/directory/{name}")
async def directory(name: str) -> Response:
    """The values that a characteristic may take."""
    if name not in VALUES:
        raise content_refusal("Invalid request parameters")
    return content_answer(VALUES[name])
