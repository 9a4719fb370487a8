"""The mail ledger: every mail to a client or to one of the staff is a row here before it leaves."""
