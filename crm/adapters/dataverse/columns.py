"""What columns the table of contacts has: the firm's own ones, and the words of a choice.

From the vendor's documentation: metadata is asked at `EntityDefinitions(LogicalName='contact')`; `IsCustomAttribute`
tells a firm's own columns, `IsSecured` those under column security (left out), `AttributeOf` shadows of other columns,
`SourceType` those that are calculated, rolled up or formulas: they are computed when they are read, and change without
the row that change tracking would tell of, so they are left out.
"""

from collections.abc import Mapping
from typing import Any

from crm.adapters.dataverse.client import Client, values
from crm.errors import WillNotWork
from crm.reading import rows, text
from crm.records import RemoteField, is_sensitive

CONTACT = "EntityDefinitions(LogicalName='contact')"
ATTRIBUTES = "LogicalName,DisplayName,AttributeType,AttributeOf,IsCustomAttribute,IsValidForRead,IsSecured,SourceType"
SIMPLE = 0  # of SourceType: a value that is stored
WORDED = {"Picklist", "State", "Status"}
PLAIN = {"String", "Memo", "Integer", "BigInt", "Decimal", "Double", "Money", "Boolean", "DateTime"}


def is_tracked(client: Client) -> bool:
    """Whether changes of contacts are tracked."""
    return client.get(CONTACT, {"$select": "ChangeTrackingEnabled"}).get("ChangeTrackingEnabled") is True


def own(client: Client) -> dict[str, tuple[RemoteField, bool]]:
    """The firm's own columns that may be read, by name, and whether their words count."""
    params = {"$select": ATTRIBUTES, "$filter": "IsCustomAttribute eq true"}
    found = {}
    for one in values(client.get(f"{CONTACT}/Attributes", params)):
        name, label, kind = text(one.get("LogicalName")), _label(one.get("DisplayName")), one.get("AttributeType")
        guarded = one.get("IsSecured") is True or one.get("IsValidForRead") is False or one.get("AttributeOf")
        guarded = guarded or one.get("SourceType") not in (None, SIMPLE)
        if name and kind in WORDED | PLAIN and not guarded and not is_sensitive(name, label):
            found[name] = RemoteField(name, label or name), kind in WORDED
    return found


def words_of(client: Client, column: str) -> list[str]:
    """The words of a choice; none when the column is no choice."""
    kind = "StatusAttributeMetadata" if column == "statuscode" else "PicklistAttributeMetadata"
    path = f"{CONTACT}/Attributes(LogicalName='{column}')/Microsoft.Dynamics.CRM.{kind}"
    params = {"$select": "LogicalName", "$expand": "OptionSet($select=Options)"}
    try:
        told = client.get(path, params, route=f"/{CONTACT}/Attributes({{column}})")
    except WillNotWork:
        return []
    options = told.get("OptionSet")
    found = rows(options.get("Options")) if isinstance(options, dict) else []
    return [words for one in found if (words := _label(one.get("Label")))]


def _label(value: Any) -> str:
    """A label in the language of the application user."""
    localized = value.get("UserLocalizedLabel") if isinstance(value, Mapping) else None
    return text(localized.get("Label")) if isinstance(localized, Mapping) else ""
