"""Pages of the staff's notifications. The clients' own are the portal's."""
