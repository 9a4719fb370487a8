"""What a contact's password must be: 12 characters or more, not a common one, not made of their own name.

Length is what counts; nothing is asked of the kinds of characters. Staff need 15 (see settings).
"""

from django.contrib.auth.password_validation import (
    CommonPasswordValidator,
    MinimumLengthValidator,
    UserAttributeSimilarityValidator,
    validate_password,
)

from accounts.models import User

LEAST = 12
RULES = [MinimumLengthValidator(LEAST), CommonPasswordValidator(), UserAttributeSimilarityValidator()]


def check_password_rules(password: str, user: User) -> None:
    """Raise ValidationError, with every reason, unless the password will do for this user."""
    validate_password(password, user, password_validators=RULES)
