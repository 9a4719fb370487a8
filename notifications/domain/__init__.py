"""Rules of notifications: who wants them, when they may leave, web push, the daily summary."""
