"""Subjects of goods («предметы»), what can be told of each, and the values that some of it may take."""

from dataclasses import dataclass
from typing import Any

PARENTS = {479: "Электроника", 760: "Бытовая техника", 786: "Посуда и инвентарь", 1119: "Хозяйственные товары", 3: "Обувь"}

COLORS = (
    ("белый", "белый"), ("чёрный", "чёрный"), ("синий", "синий"), ("красный", "красный"), ("зелёный", "зелёный"),
    ("бежевый", "бежевый"), ("серый", "серый"), ("мятный", "зелёный"), ("лиловый", "фиолетовый"),
)  # fmt: skip
COUNTRIES = (
    (15000170, "Китай", "Китайская Народная Республика"),
    (15000193, "Россия", "Российская Федерация"),
    (15000101, "Беларусь", "Республика Беларусь"),
    (15000211, "Турция", "Турецкая Республика"),
    (15000130, "Казахстан", "Республика Казахстан"),
)
KINDS = ("Мужской", "Женский", "Детский", "Унисекс")
SEASONS = ("круглогодичный", "демисезон", "зима", "лето")
VATS = ("0", "5", "7", "10", "20", "22", "Без НДС")

STRINGS, NUMBER = 1, 4


@dataclass(frozen=True, kw_only=True)
class Characteristic:
    """What a subject's goods can be told by. ``most`` values, 0 for any number; ``kind`` is 1 strings, 4 a number."""

    charc_id: int
    name: str
    kind: int = STRINGS
    most: int = 1
    unit: str = ""
    is_required: bool = False
    is_variable: bool = False
    is_named_field: bool = False

    def as_told(self, subject: "Subject") -> dict[str, Any]:
        """As the characteristics' method shows it."""
        return {
            "charcID": self.charc_id,
            "subjectName": subject.name,
            "subjectID": subject.subject_id,
            "name": self.name,
            "required": self.is_required,
            "unitName": self.unit,
            "maxCount": self.most,
            "popular": False,
            "charcType": self.kind,
            "hasFilter": self.is_variable,
            "isVariable": self.is_variable,
            "existNamedField": self.is_named_field,
        }

    def accepts(self, value: object) -> bool:
        """Whether the value is of the documented type and count."""
        if self.kind == NUMBER:
            return isinstance(value, int | float) and not isinstance(value, bool)
        values = value if isinstance(value, list) else [value]
        return all(isinstance(one, str) for one in values) and (not self.most or len(values) <= self.most)


COLOR = Characteristic(charc_id=14177449, name="Цвет", most=5, is_variable=True)
COUNTRY = Characteristic(charc_id=14177451, name="Страна производства")
KIT = Characteristic(charc_id=378533, name="Комплектация", most=0)
VAT = Characteristic(charc_id=15001405, name="Ставка НДС")
TNVED = Characteristic(charc_id=15000001, name="ТНВЭД")
POWER = Characteristic(charc_id=65666, name="Мощность устройства", kind=NUMBER, unit="Вт")
VOLUME = Characteristic(charc_id=90673, name="Объем", kind=NUMBER, unit="л")
DIAMETER = Characteristic(charc_id=90652, name="Диаметр предмета", kind=NUMBER, unit="см", is_variable=True)
LENGTH = Characteristic(charc_id=90630, name="Длина предмета", kind=NUMBER, unit="см", is_variable=True)
SEX = Characteristic(charc_id=17596, name="Пол", is_required=True)
SEASON = Characteristic(charc_id=50, name="Сезон", most=0)
GENERAL = (COLOR, COUNTRY, KIT, VAT, TNVED)


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A subject of goods. Goods with sizes («размерные») may have a price for each size."""

    subject_id: int
    parent_id: int
    name: str
    own: tuple[Characteristic, ...] = ()
    has_sizes: bool = False
    description_most: int = 2000

    @property
    def characteristics(self) -> tuple[Characteristic, ...]:
        """The subject's own and those of all goods."""
        return (*self.own, *GENERAL)

    def as_told(self) -> dict[str, Any]:
        """As the list of subjects shows it."""
        return {
            "subjectID": self.subject_id,
            "parentID": self.parent_id,
            "subjectName": self.name,
            "parentName": PARENTS[self.parent_id],
        }


SUBJECTS = {
    subject.subject_id: subject
    for subject in (
        Subject(subject_id=105, parent_id=3, name="Кроссовки", own=(SEX, SEASON), has_sizes=True),
        Subject(subject_id=1231, parent_id=760, name="Утюги", own=(POWER,)),
        Subject(subject_id=1232, parent_id=760, name="Отпариватели", own=(POWER, VOLUME)),
        Subject(subject_id=1233, parent_id=1119, name="Доски гладильные", own=(LENGTH,)),
        Subject(subject_id=1234, parent_id=1119, name="Чехлы для гладильных досок", own=(LENGTH,)),
        Subject(subject_id=1235, parent_id=1119, name="Подставки для утюга"),
        Subject(subject_id=1411, parent_id=760, name="Вентиляторы бытовые", own=(POWER, DIAMETER)),
        Subject(subject_id=1412, parent_id=760, name="Обогреватели", own=(POWER,)),
        Subject(subject_id=1601, parent_id=760, name="Чайники электрические", own=(POWER, VOLUME)),
        Subject(subject_id=1602, parent_id=760, name="Термопоты", own=(POWER, VOLUME)),
        Subject(subject_id=1603, parent_id=760, name="Миксеры", own=(POWER,)),
        Subject(subject_id=1604, parent_id=760, name="Мясорубки электрические", own=(POWER,)),
        Subject(subject_id=1605, parent_id=760, name="Тостеры", own=(POWER,)),
        Subject(subject_id=2101, parent_id=786, name="Сковороды", own=(DIAMETER,)),
        Subject(subject_id=2102, parent_id=786, name="Кастрюли", own=(DIAMETER, VOLUME)),
        Subject(subject_id=2103, parent_id=786, name="Термосы", own=(VOLUME,)),
        Subject(subject_id=2104, parent_id=786, name="Кружки", own=(VOLUME,)),
        Subject(subject_id=2560, parent_id=479, name="Удлинители", own=(LENGTH,)),
        Subject(subject_id=3601, parent_id=1119, name="Салфетки хозяйственные"),
        Subject(subject_id=3602, parent_id=1119, name="Средства от накипи", own=(VOLUME,)),
        Subject(subject_id=3603, parent_id=1119, name="Наборы хозяйственных товаров", description_most=5000),
    )
}
ANY_SUBJECT_ID = 3603
