"""The placeholders that texts of the firm may hold: a fixed list, never a template language."""

import re

from django.core.exceptions import ValidationError

# Placeholder -> what it stands for, as pages explain it.
PLACEHOLDERS = {
    "preferred_name": "How the contact is addressed: the preferred name, else the first name",
    "first_name": "The contact’s first name",
    "last_name": "The contact’s last name",
    "advisor_name": "The primary advisor’s name",
    "advisor_email": "The primary advisor’s email address",
    "advisor_phone": "The primary advisor’s phone number, else the firm’s",
    "firm_name": "The firm’s name",
    "firm_phone": "The firm’s phone number",
}
MARK = re.compile(r"\{([^{}\n]*)\}")


def with_known_placeholders(text: str) -> str:
    """The text. Raises ValidationError when something in braces is none of the placeholders."""
    unknown = list(dict.fromkeys(name for name in MARK.findall(text) if name not in PLACEHOLDERS))
    if unknown:
        names = ", ".join("{" + name + "}" for name in unknown)
        raise ValidationError(f"{names} is no placeholder. See the list beside the text.")
    return text


def used_placeholders(*texts: str) -> list[str]:
    """The placeholders that stand in any of these texts, in the order of the list."""
    found = {name for text in texts for name in MARK.findall(text)}
    return [name for name in PLACEHOLDERS if name in found]


def fill(text: str, values: dict[str, str]) -> str:
    """Replace the placeholders in one pass; a value that looks like a placeholder stays as it is."""
    return MARK.sub(lambda found: values.get(found[1], found[0]), text)


def filled_title(title: str, values: dict[str, str]) -> str:
    """A title with its placeholders filled; as it was typed where nothing would be left of it."""
    return fill(title, values).strip() or title
