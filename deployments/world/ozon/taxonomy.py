"""Ozon's tree of categories and types with their characteristics: a small one of household goods.

Goods are created at the last level only, in a category and a type together. Characteristic 8229 (the type) may be left out, as
``type_id`` says it.
"""

from dataclasses import dataclass, field

BRAND, MODEL, TYPE, ANNOTATION, COLOUR, MATERIAL, VOLUME, POWER = 85, 9048, 8229, 4191, 10096, 6383, 7194, 5269
BRANDS, TYPES, COLOURS, MATERIALS = 28732849, 1960, 1494, 1965

HOME = 17027001
TABLEWARE, APPLIANCES, HOUSEHOLD, OLD_TABLEWARE = 17028001, 17028002, 17028003, 17028009
MUG, POT, PAN, IRON, KETTLE, BUCKET, TOOLS, TORCH = 92101, 92102, 92103, 92201, 92202, 92301, 92302, 92303


@dataclass(frozen=True, kw_only=True)
class Attribute:
    """A characteristic («характеристика»); ``dictionary`` 0 where any text will do."""

    attribute_id: int
    name: str
    description: str = ""
    type: str = "String"
    is_required: bool = False
    is_collection: bool = False
    is_aspect: bool = False
    dictionary: int = 0


@dataclass(frozen=True, kw_only=True)
class Category:
    """A category of the last but one level; its children are types of goods."""

    category_id: int
    name: str
    types: dict[int, str]
    own: tuple[int, ...] = ()
    is_disabled: bool = False


ATTRIBUTES = {
    one.attribute_id: one
    for one in (
        Attribute(attribute_id=BRAND, name="Бренд", description="Нет бренда: «Нет бренда».", is_required=True, dictionary=BRANDS),
        Attribute(attribute_id=MODEL, name="Название модели", description="Одинаковое объединяет карточки.", is_required=True),
        Attribute(attribute_id=TYPE, name="Тип", is_required=True, dictionary=TYPES),
        Attribute(attribute_id=ANNOTATION, name="Аннотация", description="Описание товара.", type="multiline"),
        Attribute(attribute_id=COLOUR, name="Цвет товара", is_collection=True, is_aspect=True, dictionary=COLOURS),
        Attribute(attribute_id=MATERIAL, name="Материал", is_required=True, is_collection=True, dictionary=MATERIALS),
        Attribute(attribute_id=VOLUME, name="Объем, мл", type="Decimal"),
        Attribute(attribute_id=POWER, name="Мощность, Вт", type="Integer", is_required=True),
    )
}
COMMON = (BRAND, MODEL, TYPE, ANNOTATION, COLOUR)


def _numbered(first: int, *names: str) -> dict[int, str]:
    return dict(enumerate(names, first))


DICTIONARIES = {
    BRANDS: {126745801: "Нет бренда"} | _numbered(971082100, "Tefal", "Bosch", "Philips", "Gipfel", "Kitchen Star", "Зубр", "Космос"),
    TYPES: {MUG: "Кружка", POT: "Кастрюля", PAN: "Сковорода", IRON: "Утюг", KETTLE: "Чайник электрический"}
    | {BUCKET: "Ведро хозяйственное", TOOLS: "Набор инструментов", TORCH: "Фонарь"},
    COLOURS: _numbered(61571, "белый", "черный", "серый", "красный", "синий", "зеленый", "желтый", "бежевый", "прозрачный", "коричневый"),
    MATERIALS: _numbered(62001, "Керамика", "Фарфор", "Стекло", "Нержавеющая сталь", "Алюминий", "Чугун", "Пластик", "Дерево"),
}


@dataclass(frozen=True, kw_only=True)
class Taxonomy:
    """Categories by id, under one root."""

    root_id: int = HOME
    root_name: str = "Дом и сад"
    categories: dict[int, Category] = field(
        default_factory=lambda: {
            one.category_id: one
            for one in (
                _category(TABLEWARE, "Посуда", MUG, POT, PAN, own=(MATERIAL, VOLUME)),
                _category(APPLIANCES, "Мелкая бытовая техника", IRON, KETTLE, own=(POWER,)),
                _category(HOUSEHOLD, "Хозяйственные товары", BUCKET, TOOLS, TORCH),
                _category(OLD_TABLEWARE, "Посуда и кухонные принадлежности", MUG, is_disabled=True),
            )
        }
    )

    def attributes(self, category_id: int, type_id: int) -> list[Attribute] | None:
        """Characteristics of goods of this category and type; none where the pair does not exist."""
        category = self.categories.get(category_id)
        if category is None or type_id not in category.types:
            return None
        return [ATTRIBUTES[attribute_id] for attribute_id in (*COMMON, *category.own)]


def _category(category_id: int, name: str, *types: int, own: tuple[int, ...] = (), is_disabled: bool = False) -> Category:
    return Category(
        category_id=category_id,
        name=name,
        types={type_id: DICTIONARIES[TYPES][type_id] for type_id in types},
        own=own,
        is_disabled=is_disabled,
    )


TAXONOMY = Taxonomy()
