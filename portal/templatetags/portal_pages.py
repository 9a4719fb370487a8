"""Addresses of portal pages, which in a preview are those of the preview."""

from urllib.parse import urlsplit

from django import template

from experiences.models import Resource

register = template.Library()


@register.simple_tag(takes_context=True)
def portal_url(context, name: str, **kwargs) -> str:
    """Return the address of a portal page for whoever looks."""
    return context["request"].viewing.url(name, **kwargs)


@register.filter
def resource_meta(resource: Resource) -> str:
    """Return what opens: "PDF", "Video", "example.com"."""
    if resource.kind == Resource.Kind.FILE:
        ending = (resource.file_name or resource.file.name).rpartition(".")[2]
        return f"{ending.upper()} file" if ending and len(ending) <= 5 else "File"
    if resource.kind == Resource.Kind.VIDEO:
        return "Video"
    return (urlsplit(resource.url).hostname or "Link").removeprefix("www.")


@register.filter
def hue(thing) -> int:
    """Return one of eight hues, always the same for the same row."""
    return thing.pk % 8
