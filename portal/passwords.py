"""What a contact's password must be: 12 characters or more, and none that would be guessed soon.

Length is what counts; nothing is asked of the kinds of characters. Staff need 15 (see settings).
"""

from django.contrib.auth.password_validation import (
    CommonPasswordValidator,
    MinimumLengthValidator,
    UserAttributeSimilarityValidator,
    validate_password,
)

from accounts.domain.password_rules import GuessableValidator
from accounts.models import User

LEAST = 12
RULES = [
    MinimumLengthValidator(LEAST),
    CommonPasswordValidator(),
    UserAttributeSimilarityValidator(),
    GuessableValidator(),
]


def check_password_rules(password: str, user: User) -> None:
    """Raise ValidationError, with every reason, unless the password will do for this user."""
    validate_password(password, user, password_validators=RULES)
