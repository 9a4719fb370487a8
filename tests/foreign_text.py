"""Text of others that would act as a part of the page if it were not escaped.

htmx follows an attribute like this one with the rights of whoever looks, and no policy of the browser stops that.
"""

FOREIGN = "<i hx-post=/contacts/5/delete/ hx-trigger=load>"
AS_TEXT = "&lt;i hx-post=/contacts/5/delete/ hx-trigger=load&gt;"


def shown_as_text(answer) -> bool:
    """Whether a page shows the foreign text, and only as text."""
    page = answer.content.decode()
    return AS_TEXT in page and FOREIGN not in page
