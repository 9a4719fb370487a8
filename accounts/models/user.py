"""Anybody who signs in."""

from datetime import tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pghistory
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from core.emails import canonical
from core.fields import EmailField
from core.listing.searching import narrow


class Role(models.TextChoices):
    """The five roles; what each sees and may do is in the product's vocabulary."""

    ADMIN = "admin", "Admin"
    ADVISOR = "advisor", "Advisor"
    SUPPORT = "support", "Support"
    COMPLIANCE = "compliance", "Compliance"
    CONTACT = "contact", "Contact"


STAFF_ROLES = [Role.ADMIN, Role.ADVISOR, Role.SUPPORT, Role.COMPLIANCE]
EDITING_ROLES = [Role.ADMIN, Role.ADVISOR, Role.SUPPORT]


class UserQuerySet(models.QuerySet):
    """Questions asked of users."""

    def staff(self) -> "UserQuerySet":
        """Everyone on the firm's side."""
        return self.exclude(role=Role.CONTACT)

    def clients(self) -> "UserQuerySet":
        """Everyone who signs in on the portal."""
        return self.filter(role=Role.CONTACT)

    def with_email(self, email: str) -> "UserQuerySet":
        """Those with this address, however it is written; one index for the staff and one for the clients serve it."""
        return self.alias(folded_email=Lower("email")).filter(folded_email=canonical(email))

    def search(self, text: str) -> "UserQuerySet":
        """Those in whose names or address each word of `text` is found."""
        return narrow(self, text, _named_like)

    def possible_advisors(self) -> "UserQuerySet":
        """Active staff who can be a primary advisor, by name."""
        return self.filter(role__in=[Role.ADMIN, Role.ADVISOR], is_active=True).order_by(
            "last_name", "first_name", "pk"
        )


def _named_like(word: str) -> Q:
    """Whether a word is found in the names or the address."""
    return Q(first_name__icontains=word) | Q(last_name__icontains=word) | Q(email__icontains=word)


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):
    """Creates users."""

    def create_user(self, email: str, password: str | None = None, **fields) -> "User":
        """Make a user. Without a password they cannot sign in until they set one by a mailed link."""
        if not email:
            raise ValueError("A user needs an email address.")
        user = self.model(email=email.strip(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields) -> "User":
        """Make an admin; what `manage.py createsuperuser` calls."""
        fields.setdefault("role", Role.ADMIN)
        return self.create_user(email, password, **fields)


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    exclude=["password", "last_login", "session_generation", "alert"],
    append_only=True,
)
class User(AbstractBaseUser):
    """A person who signs in, by email, on the staff side or on the portal.

    Email is unique per side: somebody of the staff may also be a client of the firm.
    """

    email = EmailField(max_length=254)
    first_name = models.CharField(max_length=100, blank=True)
    last_name = models.CharField(max_length=100, blank=True)
    job_title = models.CharField(max_length=100, blank=True)
    phone = models.CharField(max_length=20, blank=True)
    photo = models.ImageField(upload_to="staff/", blank=True)
    role = models.CharField(max_length=12, choices=Role)
    time_zone = models.CharField(max_length=50, blank=True, help_text="Empty: the firm's time zone.")
    is_active = models.BooleanField("active", default=True)
    created_at = models.DateTimeField(db_default=Now())
    session_generation = models.PositiveIntegerField(
        default=0,
        db_default=0,
        editable=False,
        help_text="Counting on ends every session of this user, seen again or not.",
    )

    alert = models.CharField(
        max_length=300, blank=True, default="", db_default="", editable=False, help_text="What an admin has yet to see."
    )

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = []

    class Meta:
        ordering = ["last_name", "first_name", "pk"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                condition=~Q(role="contact"),
                name="staff_email_unique",
                violation_error_message="Somebody on the staff already has this email address.",
            ),
            models.UniqueConstraint(
                Lower("email"),
                condition=Q(role="contact"),
                name="portal_email_unique",
                violation_error_message="A contact already signs in with this email address.",
            ),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="role_known"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """First and last name, or the email where neither is known."""
        return f"{self.first_name} {self.last_name}".strip() or self.email

    def get_full_name(self) -> str:
        """Django's name for `name`."""
        return self.name

    def get_short_name(self) -> str:
        """First name, else the email."""
        return self.first_name or self.email

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What each session must match: it dies with the password and with the generation of sessions."""
        salt = "accounts.models.User.get_session_auth_hash"
        value = f"{self.session_generation}:{self.password}"
        return salted_hmac(salt, value, secret=secret, algorithm="sha256").hexdigest()

    def zone(self, firm) -> tzinfo:
        """The zone in which days begin and times are shown for them: their own, else the firm's."""
        try:
            return ZoneInfo(self.time_zone or firm.time_zone)
        except ZoneInfoNotFoundError:
            return timezone.get_default_timezone()

    @property
    def photo_url(self) -> str:
        """Where colleagues see the photo, an address that changes with it; empty without one."""
        return f"{reverse('accounts:user_picture', args=[self.pk])}?v={self.photo.name}" if self.photo else ""

    @property
    def is_staff_side(self) -> bool:
        """Whether they work for the firm."""
        return self.role != Role.CONTACT

    @property
    def is_admin(self) -> bool:
        """Whether they may do everything."""
        return self.role == Role.ADMIN

    @property
    def sees_everything(self) -> bool:
        """Whether every contact is visible to them."""
        return self.role in {Role.ADMIN, Role.COMPLIANCE}

    @property
    def may_edit(self) -> bool:
        """Whether they may change the contacts they see."""
        return self.is_active and self.role in EDITING_ROLES

    # What Django admin asks of a user: only active admins get in, and they may do all there.
    @property
    def is_staff(self) -> bool:
        """Whether Django admin opens for them."""
        return self.is_active and self.role == Role.ADMIN

    @property
    def is_superuser(self) -> bool:
        """Django admin has no finer rights than being an admin."""
        return self.is_staff

    def has_perm(self, perm: str, obj=None) -> bool:
        """Admins have every permission, nobody else has any of Django's."""
        return self.is_staff

    def has_perms(self, perm_list, obj=None) -> bool:
        """As `has_perm`, for several."""
        return self.is_staff

    def has_module_perms(self, app_label: str) -> bool:
        """As `has_perm`, for an app."""
        return self.is_staff
