"""docs/architecture/data.md names every table, trigger and SQL file that there is, and none that is gone."""

import re
from pathlib import Path

import pgtrigger
import pytest
from django.apps import apps

from core.history.append_only import append_only
from core.history.events import StatementEvent

BASE = Path(__file__).resolve().parent.parent
PAGE = (BASE / "docs/architecture/data.md").read_text(encoding="utf-8")
APPEND_ONLY, NO_TRUNCATE = append_only()
HISTORY_TRIGGERS = {"insert_insert", "update_update", "delete_delete"}
BY_RULE = {*HISTORY_TRIGGERS, "append_only", "unalterable", NO_TRUNCATE.name}
OURS = {config.label for config in apps.get_app_configs() if Path(config.path).parent == BASE}
MODELS = [
    model
    for model in apps.get_models(include_auto_created=True)
    if model._meta.app_label in OURS and model._meta.managed and not model._meta.proxy
]
HISTORIES = [model for model in MODELS if hasattr(model, "pgh_tracked_model")]
TABLES = {model._meta.db_table: model for model in MODELS if model not in HISTORIES}
TRIGGERS = [
    (model._meta.db_table, trigger) for model, trigger in pgtrigger.registered() if model._meta.app_label in OURS
]


def section(title: str) -> str:
    """The text under a heading of the second level."""
    return re.search(rf"^## {title}$(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)[1]


def rows(title: str) -> list[list[str]]:
    """The cells of the section's tables whose first cell is a name in code."""
    lines = [line for line in section(title).splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.strip().strip("|").split(" | ")] for line in lines]


def named(cell: str) -> list[str]:
    """The names in code in a cell."""
    return re.findall(r"`([^`]+)`", cell)


def protection(model) -> str:
    """What the page has to say of a table's protection, by its triggers."""
    own = {trigger.name: trigger for table, trigger in TRIGGERS if table == model._meta.db_table}
    if NO_TRUNCATE.name in own:
        return "append-only"
    kept = own.get("insert_insert")
    if kept is None:
        return ""
    return f"history by {'statement' if isinstance(kept, StatementEvent) else 'row'}"


def test_there_are_rooms_to_compare():
    assert {"core", "contacts", "crm"} <= OURS
    assert len(TABLES) > 60


def test_every_table_has_one_line_and_no_other_is_named():
    assert sorted(named(row[0])[0] for row in rows("Tables")) == sorted(TABLES)


def test_lines_of_tables_are_complete():
    for row in rows("Tables"):
        cells = row if len(row) == 5 else [*row, ""]
        assert len(cells) == 5, row
        assert all(cells[:4]), row


@pytest.mark.parametrize("table", sorted(TABLES))
def test_protection_is_as_the_triggers_say(table):
    said = next(row for row in rows("Tables") if named(row[0]) == [table])[4:]
    assert (said[0].rstrip(" |") if said else "") == protection(TABLES[table])


def test_histories_are_named_by_the_rule():
    for model in HISTORIES:
        assert model._meta.db_table == f"{model.pgh_tracked_model._meta.db_table}event"
        own = {trigger.name for table, trigger in TRIGGERS if table == model._meta.db_table}
        assert own == {APPEND_ONLY.name}


def test_every_trigger_has_one_line_or_a_rule():
    listed = [(named(row[0])[0], named(row[1])[0]) for row in rows("Triggers") if named(row[0])[0] in TABLES]
    expected = [(table, trigger.name) for table, trigger in TRIGGERS if trigger.name not in BY_RULE]
    assert sorted(listed) == sorted(expected)
    rules = {name for row in rows("Triggers") for name in named(row[0])} - TABLES.keys()
    assert rules == BY_RULE


def test_deletions_are_kept_of_assignments_alone_as_the_page_says():
    assert [table for table, trigger in TRIGGERS if trigger.name == "delete_delete"] == ["contacts_assignment"]


def test_every_file_of_sql_is_named_and_there():
    files = {path.relative_to(BASE).as_posix() for path in BASE.glob("*/sql/*.sql")}
    assert files
    assert set(re.findall(r"`(\w+/sql/\w+\.sql)`", PAGE)) == files


def test_links_lead_to_files():
    for target in re.findall(r"\]\((\.\./[^)#]+)\)", PAGE):
        assert (BASE / "docs/architecture" / target).is_file(), target


def test_modules_that_write_are_there():
    """A path names a file of the section's room, or of another room when it begins with one."""
    for part in re.split(r"^### ", section("Tables"), flags=re.MULTILINE)[1:]:
        room = part.split("\n", 1)[0]
        for path in re.findall(r"`([\w/]+(?:\.py|/))`", part):
            assert (BASE / path).exists() or (BASE / room / path).exists(), f"{room}: {path}"


def test_paths_from_the_project_are_there():
    for path in re.findall(rf"\b((?:{'|'.join(sorted(OURS))}|tests)/[\w/]+\.\w+)", PAGE):
        assert (BASE / path).is_file(), path
