"""What people are told of, and how."""

import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="FirmChoice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("type", models.CharField(max_length=20)),
                ("channel", models.CharField(choices=[("mail", "Mail"), ("push", "Push")], max_length=4)),
                ("enabled", models.BooleanField()),
            ],
            options={
                "ordering": ["type", "channel"],
                "constraints": [
                    models.UniqueConstraint(fields=("type", "channel"), name="firm_chooses_once"),
                    models.CheckConstraint(
                        condition=models.Q(("channel__in", ["mail", "push"])), name="firm_channel_known"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PushSubscription",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("endpoint", models.CharField(max_length=2000)),
                ("p256dh", models.CharField(max_length=100)),
                ("auth", models.CharField(max_length=40)),
                ("mark", models.CharField(max_length=64)),
                (
                    "vapid_key",
                    models.CharField(help_text="The public key of ours that it was made for.", max_length=100),
                ),
                ("device", models.CharField(help_text="As people call it: Chrome on Android.", max_length=60)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="push_subscriptions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="Push",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("type", models.CharField(max_length=20)),
                ("subject_id", models.BigIntegerField(help_text="What it is about, such as a thread.")),
                ("number", models.PositiveIntegerField(default=1)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("planned", "Scheduled"),
                            ("claimed", "Sending"),
                            ("sending", "Sending"),
                            ("sent", "Sent"),
                            ("failed", "Failed"),
                            ("dropped", "Not sent"),
                            ("unknown", "Unknown whether sent"),
                        ],
                        default="planned",
                        max_length=7,
                    ),
                ),
                ("reason", models.CharField(blank=True, db_default="", default="", max_length=200)),
                (
                    "attempts",
                    models.PositiveIntegerField(
                        db_default=0, default=0, help_text="How often claimed; the fencing token."
                    ),
                ),
                ("not_before", models.DateTimeField()),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "subscription",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="pushes",
                        to="notifications.pushsubscription",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "pushes",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="StaffPreference",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "daily_at",
                    models.TimeField(
                        blank=True, help_text="Empty: each mail at once.", null=True, verbose_name="time of day"
                    ),
                ),
                ("quiet_from", models.TimeField(blank=True, null=True, verbose_name="quiet hours from")),
                ("quiet_until", models.TimeField(blank=True, null=True, verbose_name="quiet hours until")),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Digest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("made_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ["-day", "pk"],
                "constraints": [models.UniqueConstraint(fields=("user", "day"), name="one_digest_a_day")],
            },
        ),
        migrations.CreateModel(
            name="PersonalChoice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("type", models.CharField(max_length=20)),
                ("channel", models.CharField(choices=[("mail", "Mail"), ("push", "Push")], max_length=4)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notifications_off",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["user", "type", "channel"],
                "constraints": [
                    models.UniqueConstraint(fields=("user", "type", "channel"), name="person_turns_off_once"),
                    models.CheckConstraint(
                        condition=models.Q(("channel__in", ["mail", "push"])), name="person_channel_known"
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="pushsubscription",
            constraint=models.UniqueConstraint(
                django.db.models.functions.text.MD5("endpoint"), name="one_person_an_endpoint"
            ),
        ),
        migrations.AddIndex(
            model_name="push",
            index=models.Index(condition=models.Q(("state", "planned")), fields=["not_before", "id"], name="push_due"),
        ),
        migrations.AddIndex(
            model_name="push",
            index=models.Index(
                condition=models.Q(("state__in", ["claimed", "sending"])), fields=["lease_until"], name="push_leased"
            ),
        ),
        migrations.AddIndex(
            model_name="push",
            index=models.Index(fields=["type", "subject_id"], name="push_subject"),
        ),
        migrations.AddIndex(
            model_name="push",
            index=models.Index(
                condition=models.Q(("state__in", ["failed", "unknown"])), fields=["id"], name="push_trouble"
            ),
        ),
        migrations.AddIndex(
            model_name="push",
            index=models.Index(
                condition=models.Q(("settled_at__isnull", False)), fields=["settled_at"], name="push_settled"
            ),
        ),
        migrations.AddConstraint(
            model_name="push",
            constraint=models.UniqueConstraint(
                fields=("subscription", "type", "subject_id", "number"), name="push_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="push",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["planned", "claimed", "sending", "sent", "failed", "dropped", "unknown"])
                ),
                name="push_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="staffpreference",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("quiet_from", None), ("quiet_until", None)),
                    models.Q(("quiet_from__isnull", False), ("quiet_until__isnull", False)),
                    _connector="OR",
                ),
                name="quiet_hours_have_both_ends",
            ),
        ),
    ]
