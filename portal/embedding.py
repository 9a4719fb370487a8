"""Video addresses as people copy them, turned into those of the players we allow (see the content policy)."""

import re
from urllib.parse import parse_qs, urlsplit

YOUTUBE = re.compile(r"[\w-]{6,20}")
VIMEO = re.compile(r"\d{5,15}")


def embed_address(url: str) -> str:
    """The player's address of a YouTube or Vimeo video, without tracking cookies; empty for other sites."""
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.").removeprefix("m.")
    path = [part for part in parts.path.split("/") if part]
    last = path[-1] if path else ""
    if host == "youtu.be" and YOUTUBE.fullmatch(last):
        return f"https://www.youtube-nocookie.com/embed/{last}"
    if host in {"youtube.com", "youtube-nocookie.com"}:
        key = parse_qs(parts.query).get("v", [last])[0]
        if YOUTUBE.fullmatch(key) and path[:1] in (["watch"], ["embed"], ["shorts"], ["live"]):
            return f"https://www.youtube-nocookie.com/embed/{key}"
    if host in {"vimeo.com", "player.vimeo.com"} and VIMEO.fullmatch(last):
        return f"https://player.vimeo.com/video/{last}"
    return ""
