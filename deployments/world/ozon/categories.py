"""The tree of categories, characteristics of goods, and their dictionaries."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request, Response
from pydantic import Field

from deployments.world.ozon.asking import INVALID, Asked, read, refused, told
from deployments.world.ozon.taxonomy import DICTIONARIES, TAXONOMY, Attribute, Category
from deployments.world.room import RoomRoute

router = APIRouter(route_class=RoomRoute)

Language = Literal["DEFAULT", "RU", "EN", "TR", "ZH_HANS"]


class GetTreeRequest(Asked):
    """The whole tree."""

    language: Language = "DEFAULT"


class GetAttributesRequest(Asked):
    """A category and a type of goods in it."""

    description_category_id: int
    type_id: int
    language: Language = "DEFAULT"


class GetAttributeValuesRequest(GetAttributesRequest):
    """One of their characteristics."""

    attribute_id: int
    limit: Annotated[int, Field(ge=1, le=2000)]
    last_value_id: int = 0


@router.post("/v1/description-category/tree")
async def tree(request: Request) -> Response:
    """Categories, and types of goods at the last level."""
    await read(request, GetTreeRequest)
    children = [_category(one) for one in TAXONOMY.categories.values()]
    root = {"description_category_id": TAXONOMY.root_id, "category_name": TAXONOMY.root_name, "disabled": False, "children": children}
    return told({"result": [root]})


@router.post("/v1/description-category/attribute")
async def attributes(request: Request) -> Response:
    """What must and may be said of goods of a type."""
    asked = await read(request, GetAttributesRequest)
    return told({"result": [_attribute(one) for one in _attributes(asked)]})


@router.post("/v1/description-category/attribute/values")
async def values(request: Request) -> Response:
    """A characteristic's dictionary, from ``last_value_id`` on."""
    asked = await read(request, GetAttributeValuesRequest)
    attribute = next((one for one in _attributes(asked) if one.attribute_id == asked.attribute_id), None)
    if attribute is None or not attribute.dictionary:
        raise refused(INVALID, f"attribute {asked.attribute_id} has no dictionary")
    words = sorted(DICTIONARIES[attribute.dictionary].items())
    following = [{"id": value_id, "value": value, "info": "", "picture": ""} for value_id, value in words if value_id > asked.last_value_id]
    return told({"result": following[: asked.limit], "has_next": len(following) > asked.limit})


def _attributes(asked: GetAttributesRequest) -> list[Attribute]:
    found = TAXONOMY.attributes(asked.description_category_id, asked.type_id)
    if found is None:
        raise refused(INVALID, "description category or type is not found")
    return found


def _category(category: Category) -> dict[str, Any]:
    types = [
        {"type_id": type_id, "type_name": name, "disabled": category.is_disabled, "children": []}
        for type_id, name in category.types.items()
    ]
    return {
        "description_category_id": category.category_id,
        "category_name": category.name,
        "disabled": category.is_disabled,
        "children": types,
    }


def _attribute(one: Attribute) -> dict[str, Any]:
    return {
        "id": one.attribute_id,
        "attribute_complex_id": 0,
        "name": one.name,
        "description": one.description,
        "type": one.type,
        "is_collection": one.is_collection,
        "is_required": one.is_required,
        "is_aspect": one.is_aspect,
        "max_value_count": 30 if one.is_collection else 0,
        "group_name": "",
        "group_id": 0,
        "dictionary_id": one.dictionary,
        "category_dependent": False,
        "complex_is_collection": False,
    }
