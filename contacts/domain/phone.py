"""Telephone numbers as they are stored."""

import phonenumbers


class NotAPhone(ValueError):
    """The text is no telephone number; the message tells people what to do."""


def e164(text: str, region: str) -> str:
    """`text` as E.164, for example +12125550123. Numbers without a country code are read as of `region`.

    Raises NotAPhone unless it is a number that can exist; whether it does is not looked up.
    """
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or number.extension or not phonenumbers.is_possible_number(number):
        raise NotAPhone("Give a phone number that can be dialled, for example +1 212 555 0123.")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def readable(number: str) -> str:
    """A stored number as people write it: "+1 212-555-0123"; anything else as it is."""
    try:
        return phonenumbers.format_number(
            phonenumbers.parse(number, None), phonenumbers.PhoneNumberFormat.INTERNATIONAL
        )
    except phonenumbers.NumberParseException:
        return number
