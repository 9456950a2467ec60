"""The Market's categories: a small piece of its tree. Offers go to leaves only."""

from typing import Any

TREE: dict[str, Any] = {
    "id": 90401,
    "name": "Все товары",
    "children": [
        {
            "id": 198118,
            "name": "Бытовая техника",
            "children": [
                {"id": 90568, "name": "Утюги"},
                {"id": 90567, "name": "Пылесосы"},
                {"id": 90578, "name": "Электрочайники и термопоты"},
            ],
        },
        {
            "id": 90666,
            "name": "Товары для дома",
            "children": [
                {"id": 90698, "name": "Посуда для приготовления"},
                {"id": 91148, "name": "Столовая посуда"},
                {"id": 12894020, "name": "Домашний текстиль"},
                {"id": 91184, "name": "Хранение и порядок"},
            ],
        },
        {
            "id": 7877999,
            "name": "Одежда, обувь и аксессуары",
            "children": [{"id": 7811882, "name": "Футболки"}, {"id": 7815007, "name": "Обувь"}],
        },
        {
            "id": 91597,
            "name": "Строительство и ремонт",
            "children": [{"id": 91651, "name": "Ручной инструмент"}, {"id": 91610, "name": "Крепёж"}, {"id": 90402, "name": "Фонари"}],
        },
    ],
}


def _walk(node: dict[str, Any]) -> list[tuple[int, str, bool]]:
    children = node.get("children", [])
    found = [(node["id"], node["name"], not children)]
    for child in children:
        found.extend(_walk(child))
    return found


LEAVES = {number: name for number, name, is_leaf in _walk(TREE) if is_leaf}
KNOWN = {number for number, _, _ in _walk(TREE)}
DEFAULT_LEAF = 90568
