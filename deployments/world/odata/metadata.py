"""``$metadata``: CSDL v3 of what is enabled."""

from deployments.world.odata.books import Base
from deployments.world.odata.shapes import Accumulation, Catalog, Document, Fields, Information, Kind, Shape

EDM: dict[Kind, str] = {
    "guid": "Edm.Guid",
    "string": "Edm.String",
    "double": "Edm.Double",
    "int64": "Edm.Int64",
    "boolean": "Edm.Boolean",
    "datetime": "Edm.DateTime",
}


def described(base: Base) -> str:
    """The whole document."""
    names = [name for name in base.configuration.shapes if name in base.enabled]
    types = "".join(_type(name, base.configuration.shapes[name]) for name in names)
    sets = "".join(f'<EntitySet Name="{name}" EntityType="StandardODATA.{name}"/>' for name in names)
    functions = "".join(_function(name, base.configuration.shapes[name]) for name in names)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<edmx:Edmx Version="1.0" xmlns:edmx="http://schemas.microsoft.com/ado/2007/06/edmx">'
        '<edmx:DataServices m:DataServiceVersion="3.0" m:MaxDataServiceVersion="3.0" '
        'xmlns:m="http://schemas.microsoft.com/ado/2007/08/dataservices/metadata">'
        '<Schema Namespace="StandardODATA" xmlns="http://schemas.microsoft.com/ado/2009/11/edm">'
        f'{types}<EntityContainer Name="EnterpriseV8" m:IsDefaultEntityContainer="true">{sets}{functions}</EntityContainer>'
        "</Schema></edmx:DataServices></edmx:Edmx>"
    )


def _type(name: str, shape: Shape) -> str:
    keys = ("Ref_Key",) if isinstance(shape, Catalog | Document) else tuple(one.name for one in shape.dimensions)
    key = "".join(f'<PropertyRef Name="{one}"/>' for one in keys)
    if not isinstance(shape, Document):
        return f'<EntityType Name="{name}"><Key>{key}</Key>{_properties(shape.fields)}</EntityType>'
    table = f'<Property Name="{shape.table}" Type="Collection(StandardODATA.{name}_{shape.table}_RowType)"/>'
    lines = f'<ComplexType Name="{name}_{shape.table}_RowType">{_properties(shape.rows)}</ComplexType>'
    return f'<EntityType Name="{name}"><Key>{key}</Key>{_properties(shape.fields)}{table}</EntityType>{lines}'


def _properties(fields: Fields) -> str:
    return "".join(f'<Property Name="{one.name}" Type="{EDM[one.kind]}" Nullable="true"/>' for one in fields)


def _function(name: str, shape: Shape) -> str:
    parameters: tuple[str, ...]
    if isinstance(shape, Accumulation):
        parameters = ("Period", "Dimensions", "Condition")
    elif isinstance(shape, Information) and shape.is_periodic:
        parameters = ("Period", "Condition")
    else:
        return ""
    function = "Balance" if isinstance(shape, Accumulation) else "SliceLast"
    told = "".join(f'<Parameter Name="{one}" Type="{"Edm.DateTime" if one == "Period" else "Edm.String"}"/>' for one in parameters)
    return f'<FunctionImport Name="{name}_{function}" IsBindable="true">{told}</FunctionImport>'
