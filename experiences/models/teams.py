"""Teams: the staff who look after a contact together."""

import pghistory
from django.conf import settings
from django.db import models

from experiences.models.template import Template


@pghistory.track(append_only=True)
class Team(Template):
    """Members of the staff, and how the client may reach them. A change takes effect at once for all who have it."""

    class Reach(models.TextChoices):
        DIRECT = "direct", "Direct: each member"
        GROUP = "group", "Group: the team as one"
        BOTH = "both", "Both"
        OFF = "off", "Off"

    reach = models.CharField("how clients reach it", max_length=6, choices=Reach, default=Reach.BOTH)
    members = models.ManyToManyField(settings.AUTH_USER_MODEL, through="TeamMember", related_name="teams")


@pghistory.track(append_only=True)
class TeamMember(models.Model):
    """One of the staff in a team."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["team", "user"], name="member_once_per_team")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.team_id}"
