"""Sockets: the server and the client of the lab, on real connections."""
