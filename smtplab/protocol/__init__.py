"""What SMTP is: the protocol without sockets, files, clocks, randomness or printing. Standard library only."""
