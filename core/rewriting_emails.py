"""For migrations: addresses of rows that exist are brought into their one form (`core.emails`)."""

import logging

from django.db import IntegrityError, transaction
from django.db.models import F, Model, Q
from django.db.models.functions import Lower

from core.emails import canonical

logger = logging.getLogger(__name__)


def rewrite(model: type[Model], field: str) -> list[int]:
    """Bring a column of addresses into its one form. Answers the keys of rows that a constraint keeps as they are.

    Such a row has the address of another one, written otherwise: two people decide which of them has it, no migration.
    """
    rows = model._base_manager.order_by("pk")
    foreign = Q(**{f"{field}__regex": r"[^\x01-\x7f]"}) | Q(**{f"{field}__icontains": "xn--"})
    rows.exclude(foreign).exclude(**{field: Lower(F(field))}).update(**{field: Lower(F(field))})
    left = []
    for pk, address in rows.filter(foreign).values_list("pk", field):
        if address == canonical(address):
            continue
        try:
            with transaction.atomic():
                rows.filter(pk=pk).update(**{field: canonical(address)})
        except IntegrityError:
            left.append(pk)
    if left:
        logger.warning("%s: rows %s have an address of other rows, written otherwise.", model._meta.label, left)
    return left
