"""What does an enhanced status code say? Three numbers: class, subject, and detail (RFC 3463 §2).

The class repeats the first digit of the reply code. The details are those of RFC 3463 §3, and those that were
registered later (RFC 5248).
"""

from typing import Final

CLASSES: Final = {"2": "success", "4": "persistent transient failure", "5": "permanent failure"}
SUBJECTS: Final = {
    "0": ("other or undefined", "RFC 3463 §3.1"),
    "1": ("addressing", "RFC 3463 §3.2"),
    "2": ("mailbox", "RFC 3463 §3.3"),
    "3": ("mail system", "RFC 3463 §3.4"),
    "4": ("network and routing", "RFC 3463 §3.5"),
    "5": ("mail delivery protocol", "RFC 3463 §3.6"),
    "6": ("message content or media", "RFC 3463 §3.7"),
    "7": ("security or policy", "RFC 3463 §3.8"),
}

# By subject and detail; detail 0 is that of any subject of which no more can be said.
DETAILS: Final = {
    "1.1": "there is no such mailbox",
    "1.2": "there is no such mail system",
    "1.3": "the recipient's address is no correct address",
    "1.4": "the recipient's address could mean several mailboxes",
    "1.5": "the recipient's address is valid",
    "1.6": "the mailbox has moved, nobody knows where",
    "1.7": "the sender's address is no correct address",
    "1.8": "there is no mail system of the sender's name",
    "2.1": "the mailbox is there, and takes no messages",
    "2.2": "the mailbox is full",
    "2.3": "the message is longer than its mailbox takes",
    "2.4": "the mailing list cannot be resolved into its members",
    "3.1": "the mail system is full",
    "3.2": "the mail system takes no messages now",
    "3.3": "the mail system lacks a feature that the message needs",
    "3.4": "the message is too big for the mail system",
    "3.5": "the mail system is set up wrongly",
    "4.1": "the other host does not answer",
    "4.2": "the connection broke",
    "4.3": "the directory, such as DNS, gave no answer",
    "4.4": "no way to the next host was found",
    "4.5": "the mail system has too much to do",
    "4.6": "the message runs in a circle",
    "4.7": "the message was too long on its way",
    "5.1": "the command is wrong, or wrong at this moment",
    "5.2": "the command cannot be understood",
    "5.3": "there are more recipients than this server takes at once",
    "5.4": "the arguments of the command are wrong",
    "5.5": "the two speak different versions of the protocol",
    "6.1": "this kind of content is not taken",
    "6.2": "the message had to be converted, and must not be",
    "6.3": "the message had to be converted, and cannot be",
    "6.4": "the message was converted, and lost something by it",
    "6.5": "converting the message failed",
    "7.1": "whoever sends this may not send it there",
    "7.2": "whoever sends this may not write to the mailing list",
    "7.3": "the message needs a protection that the next host has not",
    "7.4": "a protection was asked for that is not known here",
    "7.5": "decrypting or checking failed",
    "7.6": "the cryptographic algorithm is not known here",
    "7.7": "the message is not what was signed",
}
REGISTERED: Final = {
    "1.9": ("the message went on to a system that says no more of it", "RFC 3886 §3.3.4"),
    "1.10": ("the recipient's domain takes no mail at all: its MX is null", "RFC 7505 §4.2"),
    "5.6": ("a line of the AUTH exchange is too long", "RFC 4954 §6"),
    "6.6": ("the content of the message is not at hand", "RFC 4468 §5"),
    "6.7": ("addresses that are not ASCII cannot be used here", "RFC 6531 §4.2"),
    "6.8": ("the reply would need UTF-8, which the client does not read", "RFC 6531 §4.2"),
    "6.9": ("the header needs UTF-8, which cannot be passed on", "RFC 6531 §4.2"),
    "6.10": ("the reply would need UTF-8; replaced by X.6.8", "RFC 6531 §4.2"),
    "7.8": ("the user name or password is wrong", "RFC 4954 §6"),
    "7.9": ("the authentication mechanism is too weak", "RFC 4954 §6"),
    "7.10": ("encryption is needed", "RFC 5248 §2.4"),
    "7.11": ("encryption is needed for this mechanism", "RFC 4954 §6"),
    "7.12": ("the user has to change the password to this mechanism first", "RFC 4954 §6"),
    "7.13": ("the account is switched off", "RFC 5248 §2.4"),
    "7.14": ("the servers do not trust each other", "RFC 5248 §2.4"),
    "7.17": ("the mailbox has another owner than it had", "RFC 7293"),
    "7.18": ("the domain has another owner than it had", "RFC 7293"),
    "7.20": ("no DKIM signature is right", "RFC 7372 §3.1"),
    "7.21": ("no DKIM signature is good enough", "RFC 7372 §3.1"),
    "7.22": ("no right DKIM signature is the author's", "RFC 7372 §3.1"),
    "7.23": ("SPF forbids this host to send for the domain", "RFC 7372 §3.2"),
    "7.24": ("checking SPF failed", "RFC 7372 §3.2"),
    "7.25": ("the host's address has no right name in DNS", "RFC 7372 §3.3"),
    "7.26": ("several checks of the sender failed", "RFC 7372 §3.4"),
    "7.27": ("the sender's domain takes no mail at all: its MX is null", "RFC 7505 §4.2"),
    "7.30": ("the next server has no REQUIRETLS", "RFC 8689"),
}


def meaning_of_enhanced(enhanced: str) -> tuple[str, str]:
    """Say what an enhanced status code such as "5.1.1" means, and where that is written."""
    kind, subject, detail = enhanced.split(".")
    name, section = SUBJECTS.get(subject, ("unknown subject", "RFC 3463 §2"))
    unknown = "no more is said" if detail == "0" else "a detail that is not known here"
    said = DETAILS.get(f"{subject}.{detail}", unknown)
    said, source = REGISTERED.get(f"{subject}.{detail}", (said, section))
    return f"{CLASSES.get(kind, 'unknown class')}: {name}: {said}", source
