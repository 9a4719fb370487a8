"""The accounts app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Users, roles, firm settings and staff sign-in."""

    name = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Offer settings and the own profile in the frame, bring mail to the staff into the ledger, clean up."""
        from accounts import audit  # noqa: F401 - its export registers itself
        from accounts.domain.password_links import answer
        from accounts.domain.purposes import PURPOSES
        from accounts.domain.sessions import clear_expired_sessions
        from accounts.models import Firm
        from core.registry import NavItem, daily_jobs, nav, person_menu
        from mail.registry import link_answers, paces, purposes

        settings_item = NavItem("Settings", "settings", "accounts:firm", "/settings/", lambda user: user.is_admin)
        nav.register("settings", settings_item, order=900)
        users_item = NavItem("Users", "users", "accounts:users", "/users/", lambda user: user.is_admin)
        person_menu.register("profile", NavItem("Your profile", "user", "accounts:profile", "/profile/"), order=10)
        person_menu.register("users", users_item, order=20)
        audit_item = NavItem("Audit trail", "shield", "accounts:audit", "/audit/", lambda user: user.sees_everything)
        person_menu.register("audit", audit_item, order=25)
        daily_jobs.register("sessions", clear_expired_sessions)
        for purpose in PURPOSES:
            purposes.register(purpose.key, purpose)
        link_answers.register("staff", answer)
        paces.register("firm", lambda: Firm.get().sends_per_minute)
