"""Real processes for browser and fault tests: the programs, their servers, an SMTP sink, a Chromium."""
