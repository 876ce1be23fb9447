"""How do octets reach those who record them? A tap is called with whatever happens on a connection.

`client` and `server` are addresses with ports; what happens is "open", octets of one of the two, or that one of them
has closed its side. The octets are those of the wire: inside TLS, they are records of TLS.
"""

from collections.abc import Callable
from typing import Literal

from smtplab.net.networks import Address

Happening = Literal["open", "client", "server", "client closed", "server closed"]
Tap = Callable[[Address, Address, Happening, bytes], None]
