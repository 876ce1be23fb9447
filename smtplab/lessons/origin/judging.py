"""Is the mail from whom it says? SPF, DKIM and DMARC, asked one after the other, and the line that tells of it."""

import re
from email.message import Message
from email.parser import BytesHeaderParser
from email.policy import compat32
from email.utils import getaddresses
from typing import NamedTuple, Protocol

from smtplab.lessons.origin.signing import Signature, signatures
from smtplab.protocol import dmarc, spf
from smtplab.protocol.grammar import is_domain, split_mailbox
from smtplab.protocol.mail import MailObject


class Names(spf.Names, Protocol):
    """Who is asked for records of all kinds."""


class Judged(NamedTuple):
    """What is known of where a mail comes from. author: the domain in its From field, "" where there is not one."""

    author: str
    spf: spf.Checked
    dkim: list[Signature]
    dmarc: dmarc.Verdict


def judge(mail: MailObject, hello: str, client_address: str, names: Names) -> Judged:
    """Ask SPF, DKIM and DMARC about a mail. hello: what the client called itself."""
    author = author_domain(mail.content)
    checked = spf.check(client_address, hello, mail.reverse_path, names)
    signed = signatures(mail.content, names)
    spf_domain = checked.domain if checked.result is spf.Result.PASS else None
    dkim_domains = [signature.domain for signature in signed if signature.result == "pass"]
    return Judged(author, checked, signed, dmarc.evaluate(author, spf_domain, dkim_domains, names))


def author_domain(content: bytes) -> str:
    """Give the domain of the one address in the one From field; "" where there are none or several."""
    header: Message = BytesHeaderParser(policy=compat32).parsebytes(content)
    found = [address for _, address in getaddresses(header.get_all("From", []))]
    return split_mailbox(found[0])[1].lower() if len(found) == 1 else ""


def results_field(domain: str, judged: Judged) -> bytes:
    """Write the Authentication-Results field of the host that judged (RFC 8601)."""
    results = [f"spf={judged.spf.result} smtp.mailfrom={_safe(judged.spf.domain)}"]
    results += [_signature(signature) for signature in judged.dkim] or ["dkim=none"]
    policy = f" (p={judged.dmarc.policy})" if judged.dmarc.result in ("pass", "fail") else ""
    results.append(f"dmarc={judged.dmarc.result}{policy} header.from={_safe(judged.author)}")
    return ";\r\n\t".join((f"Authentication-Results: {domain}", *results)).encode() + b"\r\n"


def _signature(signature: Signature) -> str:
    why = f" ({signature.because})" if signature.because else ""
    return f"dkim={signature.result}{why} header.d={_safe(signature.domain)}"


def _safe(domain: str) -> str:
    """Give a domain as it may stand in the field: a stranger chose it, and might write results of his own there."""
    return domain if is_domain(domain.encode()) else "unknown"


def without_claims(domain: str, content: bytes) -> bytes:
    """Take away the Authentication-Results fields that pretend to be of this host: anybody can write one (RFC 8601)."""
    header, blank, body = content.partition(b"\r\n\r\n")
    claim = rb"(?im)^authentication-results[ \t]*:\s*%b(?=[;\s]|\Z)(?:.*\r\n[ \t])*.*(?:\r\n|\Z)" % re.escape(
        domain.encode()
    )
    return re.sub(claim, b"", header) + blank + body
