"""What can be read of TLS without any key: its records, and the handshake up to where it hides itself.

Only what a learner of SMTP meets, and only reading. Versions 1.0 to 1.3; 1.2 is RFC 5246, 1.3 is RFC 8446. How records
are opened with keys is the matter of `capture.tls`, since it takes a library.
"""
