"""May this host send mail of that domain? SPF, as RFC 7208 reads a record and decides."""

from smtplab.protocol.spf.check import Checked, Names, Result, check, identity

__all__ = ["Checked", "Names", "Result", "check", "identity"]
