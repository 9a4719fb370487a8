"""The outreach app."""

from django.apps import AppConfig
from django.conf import settings


class OutreachConfig(AppConfig):
    """Everything that leaves for a contact."""

    name = "outreach"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register what outreach brings to other rooms."""
        from contacts.registry import (
            AfterAssign,
            LastingEffect,
            after_assign,
            contact_next_steps,
            contact_sections,
            contact_traces,
            lasting_effects,
            timeline_sources,
        )
        from core.registry import NavItem, nav, person_menu
        from mail.registry import link_answers, purposes
        from outreach import archive, on_contacts, operations  # noqa: F401 - its operation types register themselves
        from outreach.domain import bouncing  # noqa: F401 - listens to the provider's reports
        from outreach.domain.passwords import answer
        from outreach.domain.purposes import PURPOSES
        from outreach.domain.taking_back import take_back, words_for_undoing
        from outreach.domain.traces import TRACES

        for purpose in PURPOSES:
            purposes.register(purpose.key, purpose)
        link_answers.register("portal", answer)
        nav.register("outreach", NavItem("Invitations", "send", "outreach:sends", "/outreach/"), order=50)
        mailbox = NavItem("Mailbox", "inbox", "outreach:mailbox", "/outreach/mailbox/", _is_demo)
        person_menu.register("mailbox", mailbox, order=30)
        invite = AfterAssign("invite", on_contacts.invite_after_assigning, on_contacts.left_out)
        after_assign.register("invite", invite)
        contact_traces.register("mail", TRACES)
        lasting_effects.register("mails", LastingEffect(words_for_undoing, take_back))
        contact_sections.register("invitations", on_contacts.section, order=10)
        timeline_sources.register("mail", on_contacts.mails)
        contact_next_steps.register("invitation", on_contacts.next_step, order=10)
        _show_campaigns()
        _watch_the_mail()
        _offer_actions()


def _show_campaigns() -> None:
    """What pages of contacts and of campaigns show of running campaigns."""
    from contacts.registry import contact_groups, contact_sections, timeline_sources
    from experiences.registry import template_panels
    from outreach import campaign_on_contacts, on_campaigns
    from outreach.step_groups import STEP_GROUP

    contact_sections.register("campaign", campaign_on_contacts.section, order=20)
    timeline_sources.register("steps", campaign_on_contacts.steps)
    template_panels.register("running", on_campaigns.panel)
    contact_groups.register("step", STEP_GROUP)


def _watch_the_mail() -> None:
    """What every sweep does for mail, and what a restored backup means for it."""
    from core.registry import MailLedger, mail_ledgers, sweepers
    from mail.registry import purposes
    from notifications.registry import notification_types
    from outreach.domain import restoring
    from outreach.domain.bounce_mailbox import look_now_and_then
    from outreach.domain.overdue_items import ItemIsOverdue, OverdueItem, remind_of_overdue_items
    from outreach.domain.reinviting import send_reinvites
    from outreach.domain.scheduling import send_scheduled
    from outreach.domain.steps.effects import NewPost
    from outreach.domain.steps.running import run_due_steps

    notification_types.register(NewPost.key, NewPost(), order=30)
    sweepers.register("steps", run_due_steps, order=5)
    sweepers.register("scheduled_invitations", send_scheduled, order=10)
    sweepers.register("reinvites", send_reinvites, order=20)
    purposes.register(OverdueItem.key, OverdueItem())
    notification_types.register(ItemIsOverdue.key, ItemIsOverdue(), order=20)
    sweepers.register("overdue_items", remind_of_overdue_items, order=30)
    sweepers.register("bounces", look_now_and_then, order=40)
    mail_ledgers.register("contacts", MailLedger(lambda: False, restoring.pause_inviting))


def _is_demo(user) -> bool:
    """Whether mail stays here and is shown in the mailbox."""
    return settings.DEMO


def _offer_actions() -> None:
    """What can be done with one contact beside inviting."""
    from contacts.registry import contact_actions
    from core.registry import Action

    def may_edit(user) -> bool:
        return user.may_edit

    def can_enter(contact) -> bool:
        return contact.status in ("assigned", "invited", "active") and contact.may_be_written_to

    def signed_up(contact) -> bool:
        return bool(contact.user_id)

    password = Action("Reset password", "key-round", "outreach:password_link", may_edit, can_enter)
    contact_actions.register("password", password, order=30)
    end_access = Action("End sign-in", "user-x", "outreach:end_access", may_edit, signed_up)
    contact_actions.register("end_access", end_access, order=35)
