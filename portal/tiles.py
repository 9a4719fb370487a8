"""Cards as the carousel shows them: text filled in, target resolved."""

import re
from dataclasses import dataclass

from accounts.models import Firm
from accounts.models.firm import relative_luminance
from contacts.domain.phone import NotAPhone, read
from contacts.models import Contact
from experiences.models import Card
from portal.access import Viewing

PLACEHOLDER = re.compile(r"\{(preferred_name|advisor_name|city|custom\.[\w .-]{1,60})\}")
COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(frozen=True)
class Tile:
    """A card, ready to be shown. Without `href` it cannot be pressed."""

    card: Card
    title: str
    text: str
    href: str
    leaves: bool
    colour: str
    on_colour: str


def tiles_of(cards: list[Card], viewing: Viewing, firm: Firm) -> list[Tile]:
    """The cards of one contact; a shortcut to something the firm has not given (no phone) is left out."""
    tiles = []
    for card in cards:
        href = _target(card, viewing, firm)
        if card.kind == Card.Kind.SHORTCUT and not href:
            continue
        own = card.kind == Card.Kind.DATA
        colour = card.colour if COLOUR.fullmatch(card.colour) else ""
        tiles.append(
            Tile(
                card=card,
                title=filled(card.title, viewing.contact) if own else card.title,
                text=filled(card.text, viewing.contact) if own else card.text,
                href=href,
                leaves=href.startswith(("https:", "http:")),
                colour=colour,
                on_colour="#ffffff" if colour and relative_luminance(colour) < 0.18 else "#0b0d12",
            )
        )
    return tiles


def filled(text: str, contact: Contact) -> str:
    """The text with its placeholders replaced by the contact's own data; what is not known becomes nothing."""

    def value(match: re.Match) -> str:
        name = match[1]
        if name.startswith("custom."):
            found = contact.custom_data.get(name.removeprefix("custom."), "")
            return "" if isinstance(found, dict | list) or found is None else str(found)
        return {
            "preferred_name": contact.greeting_name,
            "advisor_name": contact.primary_advisor.name,
            "city": contact.city,
        }[name]

    return PLACEHOLDER.sub(value, text)


def _target(card: Card, viewing: Viewing, firm: Firm) -> str:
    """Where a card leads; empty when it leads nowhere."""
    if card.kind != Card.Kind.SHORTCUT:
        return card.url
    advisor = viewing.contact.primary_advisor
    targets = {
        Card.Shortcut.LIBRARY: viewing.url("library"),
        Card.Shortcut.TEAM: viewing.url("home") + "#team",
        Card.Shortcut.PROFILE: viewing.url("profile"),
        Card.Shortcut.CALL: _call(advisor.phone, firm) or _call(firm.phone, firm),
        Card.Shortcut.WRITE: viewing.url("messages"),
    }
    return targets.get(card.shortcut, "")


def _call(phone: str, firm: Firm) -> str:
    """The link that calls a number of the staff, written freely; empty where it cannot be told which number it is."""
    try:
        return read(phone, firm.default_country).uri
    except NotAPhone:
        return ""
