"""Who may change what is built here, beyond being allowed to edit at all."""

from django.db.models import Model

from accounts.models import User
from experiences.domain.reach import reach_of
from experiences.models import Team


def may_change(user: User, template: Model) -> bool:
    """Whether `user` may change, archive or delete `template`.

    Being in a team opens its contacts. So a team that has contacts is changed only by its members and by
    admins: nobody lets themselves in.
    """
    if not user.may_edit:
        return False
    if not isinstance(template, Team) or user.is_admin or template.pk is None:
        return True
    return template.memberships.filter(user=user).exists() or reach_of(template) == 0
