import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, TypeAlias, Union, get_args, get_origin

import pytest
from pydantic import BaseModel, SecretStr

from adapters.settings import Settings, read_settings

EXAMPLE = Path(__file__).parents[1] / "utyug.example.toml"
TEXT = EXAMPLE.read_text(encoding="utf-8")
SWITCH = re.compile(r"^# (?=\[|\w+ = )")
HEADER = re.compile(r"^(?:# )?\[\[?([\w.]+)\]\]?")
SECTIONS = (
    "onec.bases.main.odata",
    "channels.site",
    "channels.wb",
    "channels.ozon",
    "channels.market",
    "crm.main",
    "crm.portal",
    "carriers.cdek",
    "carriers.courier",
    "penalties",
    "quotas",
    "quotes",
    "tiers",
    "customers",
    "reservations",
    "returns",
    "shipping",
    "recipes",
    "messages.routes",
    "prefect",
    "clock",
)
JSON_SECRETS = {"UTYUG_MESSAGES__ROUTES__OWNER__URLS": '["json://127.0.0.1"]'}

Model: TypeAlias = type[BaseModel]
Place = tuple[str, ...]


def switched_on(*sections: str) -> str:
    """The example with the lines of these sections, hashes taken off; an empty name is everything."""
    lines, at = [], ""
    for line in TEXT.splitlines():
        if header := HEADER.match(line):
            at = header[1]
        is_on = any(not section or at == section or at.startswith(f"{section}.") for section in sections)
        lines.append(SWITCH.sub("", line) if is_on else line)
    return "\n".join(lines)


def models_in(kind: Any) -> list[Model]:
    """The sections that a setting of this type may be made of."""
    if get_origin(kind) is Literal:
        return []
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return [kind]
    if get_origin(kind) is Annotated:
        return models_in(get_args(kind)[0])
    return [model for part in get_args(kind) for model in models_in(part)]


def holds_secrets(kind: Any) -> bool:
    return kind is SecretStr or any(holds_secrets(part) for part in get_args(kind))


def sections_of(model: Model, told: Mapping[str, Any], at: Place = ()) -> Iterator[tuple[Model, Mapping[str, Any], Place]]:
    """Every section of the file with its model and its place."""
    yield model, told, at
    for name, field in model.model_fields.items():
        value, kind = told.get(name), field.annotation
        inner = models_in(kind)
        if value is None or not inner:
            continue
        is_named = get_origin(kind) is dict
        parts = value.items() if is_named else [(None, part) for part in (value if isinstance(value, list) else [value])]
        for key, part in parts:
            fitting = [one for one in inner if "kind" not in part or part["kind"] in get_args(one.model_fields["kind"].annotation)]
            yield from sections_of(fitting[0], part, (*at, name, *([key] if key else [])))


def models_of_settings() -> set[Model]:
    found: set[Model] = set()
    waiting: list[Model] = [Settings]
    while waiting:
        model = waiting.pop()
        if model not in found:
            found.add(model)
            waiting += [inner for field in model.model_fields.values() for inner in models_in(field.annotation)]
    return found


def secrets_in(text: str) -> set[str]:
    """The variables of the secrets that the sections of this file may have."""
    told = sections_of(Settings, tomllib.loads(text))
    named = ((*at, name) for model, _, at in told for name, field in model.model_fields.items() if holds_secrets(field.annotation))
    return {"UTYUG_" + "__".join(place).upper() for place in named}


def read(text: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Settings:
    """The settings of this file, every secret of its sections in the environment."""
    path = tmp_path / "utyug.toml"
    path.write_text(text, encoding="utf-8")
    monkeypatch.setenv("UTYUG_TOML", str(path))
    for name in secrets_in(text) - {"UTYUG_DATABASE_URL"}:
        monkeypatch.setenv(name, JSON_SECRETS.get(name, "x"))
    return read_settings()


def test_the_example_is_read_as_it_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = read(TEXT, monkeypatch, tmp_path)
    assert settings.onec.bases["main"].login == "utyug"
    assert (settings.channels, settings.recipes, settings.messages.routes) == ({}, [], {})


@pytest.mark.parametrize("section", SECTIONS)
def test_each_section_of_the_example_is_right_when_it_alone_is_switched_on(
    section: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    text = switched_on(section)
    told: Any = tomllib.loads(text)
    for part in section.split("."):
        assert part in told
        told = told[part]
    settings = read(text, monkeypatch, tmp_path)
    kind, _, name = section.partition(".")
    assert list(settings.channels) == ([name] if kind == "channels" else [])


def test_no_section_of_the_example_is_forgotten_by_these_tests() -> None:
    hidden = {header[1] for line in TEXT.splitlines() if line.startswith("# [") and (header := HEADER.match(line))}
    assert {at for at in hidden if not any(at == one or at.startswith(f"{one}.") for one in SECTIONS)} == set()


def test_the_example_is_right_with_every_line_switched_on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = read(switched_on(""), monkeypatch, tmp_path)
    assert {settings.channels[name].kind for name in settings.channels} == {"woocommerce", "wildberries", "ozon", "yandex_market"}
    assert [recipe.promotion for recipe in settings.recipes] == ["", "Чёрная пятница"]
    assert set(settings.messages.routes) == {"owner"}


def test_every_setting_stands_in_the_example() -> None:
    wanted = {
        (model.__name__, name)
        for model in models_of_settings()
        for name, field in model.model_fields.items()
        if not holds_secrets(field.annotation)
    }
    told = {(model.__name__, key) for model, section, _ in sections_of(Settings, tomllib.loads(switched_on(""))) for key in section}
    assert wanted - told == set()


def test_every_secret_is_named_in_the_example_by_its_variable() -> None:
    assert {name for name in secrets_in(switched_on("")) if not re.search(rf"{name}\b", TEXT)} == set()


def test_the_search_for_models_and_secrets_looks_into_unions_and_lists() -> None:
    assert models_in(Union[Settings, None]) == [Settings]  # noqa: UP007 - both spellings are met
    assert models_in(Settings | None) == [Settings]
    assert models_in(Annotated[list[Settings], "any"]) == [Settings]
    assert holds_secrets(list[SecretStr])
    assert holds_secrets(SecretStr | None)
    assert not holds_secrets(UnionType)
