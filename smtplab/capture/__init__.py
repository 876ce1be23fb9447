"""Packets: capturing, recording, reading and saving them, and making a Transcript of them."""

import logging

# scapy warns of things that do not concern a lab on loopback, such as interfaces without an address. A level that
# somebody has set already stays.
if (_scapy := logging.getLogger("scapy")).level == logging.NOTSET:
    _scapy.setLevel(logging.ERROR)
