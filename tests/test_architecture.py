"""Rules that no linter knows: they keep the next change from being careless where it hurts.

That every view says who may use it is tested in test_access.py; which room may import which, by lint-imports.
"""

import ast
import re
import subprocess
from pathlib import Path

import pytest

BASE = Path(__file__).resolve().parent.parent
LONGEST_FILE = 400
LONGEST_LINE = 120
LONGEST_FUNCTION = 40
# Each with the reason why it may be longer.
LONG_FUNCTIONS = {
    ("tests/journeys/test_main_path.py", "test_from_a_list_of_contacts_to_an_active_client"),  # one journey, told whole
}
# The ways to contacts that ask who is asking, or that only keep addresses unique.
DOORS = {
    "visible_to", "visible_within", "seen_as", "editable_by", "trash_of", "known_to", "restorable_by", "portal_of",
    "with_email", "addresses_in_use", "none",
}  # fmt: skip
# Where rows are reached by key: verbs, which are handed rows by those who asked; and operations, whose base class
# has narrowed and locked the rows of a chunk before it hands over their keys.
INNER = ("contacts/models/", "contacts/querysets.py", "demo/", "bench/", "tests/")
INNER_OPERATIONS = {f"contacts/operations/{name}.py" for name in ("bulk_action", "editing_fields", "lifecycle")}
# Where text is declared to be HTML, how often. Each use escapes what it holds, or holds nothing of a user's.
SAFE_HTML = {
    "contacts/tables.py": 1,
    "core/forms/rendering.py": 3,
    "core/markup.py": 1,
    "core/templatetags/table_rows.py": 1,
    "core/templatetags/ui.py": 6,
    "outreach/tables.py": 2,
}


def tracked(*patterns):
    """Files of the repository, as paths from its root, without migrations and what others wrote."""
    command = ["git", "ls-files", "-co", "--exclude-standard", *patterns]
    names = subprocess.run(command, cwd=BASE, check=True, capture_output=True, text=True).stdout.splitlines()
    return [name for name in names if not re.search(r"/migrations/|/vendor/", name) and (BASE / name).is_file()]


PYTHON = tracked("*.py")
TREES = {name: ast.parse((BASE / name).read_text()) for name in PYTHON}


def test_there_is_something_to_test():
    assert len(PYTHON) > 200


@pytest.mark.parametrize("kind", ["*.py", "static/*.js", "static/*.css", "templates/*.html", "script/*"])
def test_no_file_is_too_long(kind):
    names = tracked(kind)
    assert names
    lines = {name: len((BASE / name).read_text().splitlines()) for name in names}
    assert {name: count for name, count in lines.items() if count > LONGEST_FILE} == {}


@pytest.mark.parametrize("kind", ["*.html", "*.txt", "*.js"])
def test_no_line_of_a_template_is_too_long(kind):
    """A long one is split where it has a seam: an include, a partial, a component's block tag, a value of the view."""
    names = [name for name in tracked(kind) if name.startswith("templates/")]
    assert names
    long = [
        (name, number)
        for name in names
        for number, line in enumerate((BASE / name).read_text().splitlines(), start=1)
        if len(line) > LONGEST_LINE
    ]
    assert long == []


def test_no_function_is_too_long():
    functions = [
        (name, node)
        for name, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    long = {(name, one.name) for name, one in functions if one.end_lineno - one.lineno + 1 > LONGEST_FUNCTION}
    assert long == LONG_FUNCTIONS


def of_contact(node):
    """What is asked of the manager in `Contact.objects.something`, or of that of their listings, or None."""
    if not isinstance(node, ast.Attribute) or not isinstance(node.value, ast.Attribute):
        return None
    manager, model = node.value, node.value.value
    named = isinstance(model, ast.Name) and model.id in {"Contact", "Listing"}
    return node.attr if named and manager.attr in {"objects", "_base_manager", "_default_manager"} else None


def test_contacts_are_reached_by_asking_who_asks():
    """`Contact.objects.filter(…)` in a view shows contacts to people who must not see them: use `visible_to(user)`."""
    past_the_door = {
        (name, node.lineno, asked)
        for name, tree in TREES.items()
        if not name.startswith(INNER) and "/domain/" not in name and name not in INNER_OPERATIONS
        for node in ast.walk(tree)
        if (asked := of_contact(node)) and asked not in DOORS
    }
    assert past_the_door == set()


def test_contacts_are_not_taken_from_the_model_or_from_the_other_side_of_a_relation():
    """`get_object_or_404(Contact, …)`, `advisor.advised_contacts` and `team.contacts.all()` ask nobody either."""
    pattern = re.compile(
        r"(get_object_or_404|get_list_or_404)\(\s*Contact\s*,|\.advised_contacts\b"
        r"|\b(team|experience|campaign|tag|household)\.(contacts|members)\.(all|filter|get|exclude|order_by)\("
    )
    names = [name for name in PYTHON if not name.startswith(INNER) and "/domain/" not in name]
    assert [name for name in names if pattern.search((BASE / name).read_text())] == []


def test_nothing_new_is_declared_to_be_html():
    """Use `format_html` or `core.markup.markup`, which escape. Whoever needs more adds it to SAFE_HTML, with a reason
    beside the use."""
    used = {
        name: sum(
            isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"mark_safe", "SafeString", "SafeText"}
            for node in ast.walk(tree)
        )
        for name, tree in TREES.items()
        if not name.startswith(("tests/", "bench/"))
    }
    assert {name: count for name, count in used.items() if count} == SAFE_HTML


def test_templates_escape_and_carry_no_inline_code():
    forbidden = re.compile(r"\|\s*safe\b|autoescape off|\sstyle=|\son[a-z]+=[\"']|<script(?![^>]*(\ssrc=|nonce=))")
    # Mails have no style sheets: theirs stand in the elements.
    names = [name for name in tracked("*.html") if "mail" not in Path(name).name and name.startswith("templates/")]
    assert len(names) > 50
    assert [name for name in names if forbidden.search((BASE / name).read_text())] == []
