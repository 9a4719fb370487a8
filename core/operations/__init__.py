"""Changes to many rows as records of their own: what types there are, selecting, running, their pages."""
