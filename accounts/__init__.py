"""Users, roles, firm settings and staff sign-in."""
