"""Walking through a list, page by page."""


def walked(client, url: str, query: str) -> list[int]:
    """The keys of all rows of a list, from the first page to the last."""
    keys, number = [], 1
    while True:
        page = client.get(f"{url}?per_page=25&page={number}&{query}").context["page"]
        if page.number < number:
            return keys
        keys += [row.record.pk for row in page.object_list]
        number += 1
