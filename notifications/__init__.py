"""Who is told of what, by mail or web push, when, and how often."""
