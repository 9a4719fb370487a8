"""What happens to a mail: planned, claimed, handed over, settled, swept up."""
