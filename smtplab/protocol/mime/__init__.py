"""What is inside a message? Its header, its parts, and what was encoded so that it could travel as text.

Octets as they were sent come in, and places in them go out, so that each octet can be shown where it stands. The
readers are lenient, take time in proportion to the octets, and raise nothing: a stranger's message is shown as it is.

RFC 5322 for the header, RFC 2045, RFC 2046, RFC 2047, RFC 2183 and RFC 2231 for what MIME made of it.
"""
