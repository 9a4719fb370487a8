"""Users and the firm."""

from accounts.models.firm import Firm
from accounts.models.user import Role, User

__all__ = ["Firm", "Role", "User"]
