"""What contacts see."""
