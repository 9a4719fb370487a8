"""What can be given to a contact: cards, resources, teams, campaigns, experiences."""
