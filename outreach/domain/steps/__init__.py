"""The steps of campaigns: when each is due, and having it happen."""
