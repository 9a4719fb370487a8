"""Users, their sessions, and the firm."""

from accounts.models.firm import Firm
from accounts.models.session import Session
from accounts.models.user import Role, User

__all__ = ["Firm", "Role", "Session", "User"]
