"""The demo firm: visibly fictional, believable, the same every time."""
