"""The accounts app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Users, roles, firm settings and staff sign-in."""

    name = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Offer settings and the own profile in the frame, mail links that wait, and clean up after sign-ins."""
        from accounts import audit  # noqa: F401 - its export registers itself
        from accounts.domain import password_links
        from accounts.domain.sessions import clear_expired_sessions
        from core.registry import MailLedger, NavItem, daily_jobs, mail_ledgers, nav, person_menu, sweepers

        settings_item = NavItem("Settings", "settings", "accounts:firm", "/settings/", lambda user: user.is_admin)
        nav.register("settings", settings_item, order=900)
        users_item = NavItem("Users", "users", "accounts:users", "/users/", lambda user: user.is_admin)
        person_menu.register("profile", NavItem("Your profile", "user", "accounts:profile", "/profile/"), order=10)
        person_menu.register("users", users_item, order=20)
        audit_item = NavItem("Audit trail", "shield", "accounts:audit", "/audit/", lambda user: user.sees_everything)
        person_menu.register("audit", audit_item, order=25)
        mail_ledgers.register("staff", MailLedger(password_links.waiting, password_links.doubt))
        sweepers.register("password_links", password_links.sweep_links, order=30)
        daily_jobs.register("sessions", clear_expired_sessions)
        daily_jobs.register("password_mails", password_links.clear_old_password_mails)
