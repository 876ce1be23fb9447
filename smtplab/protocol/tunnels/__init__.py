"""Does a proxy stand in between? How a client asks one to connect it to a server: by SOCKS, or by HTTP's CONNECT.

Or the proxy itself opens the connection, and says first for which client: by the PROXY protocol.

Once the proxy has said yes, the connection is a tunnel, and what goes through it is SMTP as anywhere else. `opening`
reads how it came to that, from the octets of both sides; `explain` reads one message, for those who show it.
"""

from smtplab.protocol.tunnels.message import Message, NoTunnel, Piece, Unfinished
from smtplab.protocol.tunnels.opening import Opening, explain, opening

__all__ = ["Message", "NoTunnel", "Opening", "Piece", "Unfinished", "explain", "opening"]
