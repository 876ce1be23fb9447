"""TLS opened: what was said inside, read with the keys that a client or server has logged.

Nothing is broken here. Whoever has the keys of a session can read it, and whoever ran its client or server can have
them: `SSLContext.keylog_filename` in Python, the variable SSLKEYLOGFILE for many others.
"""
