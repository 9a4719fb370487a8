"""Users, their sessions, the mails with which they choose a password, and the firm."""

from accounts.models.firm import Firm
from accounts.models.session import Session
from accounts.models.user import Role, User

__all__ = ["Firm", "Role", "Session", "User"]
