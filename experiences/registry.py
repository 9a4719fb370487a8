"""What rooms above know of templates, the parts of experiences included; each fills it in its `AppConfig.ready()`."""

from collections.abc import Callable
from dataclasses import dataclass

from core.registry import Registry


@dataclass(frozen=True)
class TemplateReach:
    """How far a kind of template reaches, asked of the room of those who have it.

    `counts(pks)` says how many people have each today, without the zeros. `uses(pk)` names all that keeps one
    from being deleted, past use included: words, and an address where there is a page that shows it, else "".
    """

    counts: Callable[[list[int]], dict[int, int]]
    uses: Callable[[int], list[tuple[str, str]]]


template_panels = Registry("template_panels")  # callable(template, request) -> what its page shows besides | None
template_reach = Registry("template_reach")  # TemplateReach under the name of the template's model
