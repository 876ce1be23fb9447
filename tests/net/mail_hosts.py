"""Mail hosts of the world for the tests: postfix and Exim, whole, with a throw-away configuration.

Each listens at a free port of this machine, delivers all mail to `DOMAIN` into one Maildir, and sends nothing on.
"""

import os
import pwd
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme

from smtplab.net.certificates import Authority
from smtplab.net.networks import LOOPBACK

Find = Callable[[str], str]

DOMAIN, USER, PASSWORD = "coremail.cn", "test01@coremail.cn", "password01"
SIZE_LIMIT = 20_000

POSTFIX_MAIN = """\
compatibility_level = 3.6
myhostname = postfix.example
queue_directory = {directory}/queue
data_directory = {directory}/data
command_directory = {commands}
daemon_directory = {daemons}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mydestination =
virtual_mailbox_domains = {domain}
virtual_mailbox_base = {directory}
virtual_mailbox_maps = static:mail/
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
default_transport = error:nothing leaves this machine
relay_transport = error:nothing leaves this machine
smtpd_relay_restrictions = reject_unauth_destination
smtpd_tls_security_level = may
smtpd_tls_chain_files = {directory}/key.pem, {directory}/certificate.pem
message_size_limit = {size}
maillog_file = /dev/stdout
"""
POSTFIX_MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
anvil     unix - - n - 1 anvil
bounce    unix - - n - 0 bounce
cleanup   unix n - n - 0 cleanup
defer     unix - - n - 0 bounce
error     unix - - n - - error
postlog   unix-dgram n - n - 1 postlogd
proxymap  unix - - n - - proxymap
qmgr      unix n - n 300 1 qmgr
rewrite   unix - - n - - trivial-rewrite
tlsmgr    unix - - n 1000? 1 tlsmgr
trace     unix - - n - 0 bounce
virtual   unix - n n - - virtual
"""
POSTFIX_QUEUE = ("active", "bounce", "defer", "deferred", "incoming", "pid", "private", "public")
EXIM = """\
primary_hostname = exim.example
exim_path = {program}
spool_directory = {directory}/queue
log_file_path = {directory}/data/%slog
local_interfaces = 127.0.0.1
daemon_smtp_ports = {port}
host_lookup =
rfc1413_hosts =
keep_environment =
deliver_drop_privilege
message_size_limit = {size}
smtputf8_advertise_hosts = *
tls_certificate = {directory}/certificate.pem
tls_privatekey = {directory}/key.pem
acl_smtp_rcpt = recipient
acl_smtp_data = message
begin acl
recipient:
  accept domains = {domain}
  deny
message:
  accept
begin routers
all:
  driver = accept
  domains = {domain}
  transport = maildir
begin transports
maildir:
  driver = appendfile
  maildir_format
  directory = {directory}/mail
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_condition = ${{if and{{{{eq{{$auth2}}{{{user}}}}}{{eq{{$auth3}}{{{password}}}}}}}}}
login:
  driver = plaintext
  public_name = LOGIN
  server_prompts = Username:: : Password::
  server_condition = ${{if and{{{{eq{{$auth1}}{{{user}}}}}{{eq{{$auth2}}{{{password}}}}}}}}}
cram:
  driver = cram_md5
  public_name = CRAM-MD5
  server_secret = ${{if eq{{$auth1}}{{{user}}}{{{password}}}fail}}
"""


@dataclass(frozen=True)
class MailHost:
    """One that runs. authority: of its certificate, as PEM text. directory: has its mail and its logs."""

    port: int
    authority: str
    directory: Path

    def delivered(self) -> bytes:
        """Wait for a mail, take it out, and give it as it was sent: from its Date on, below the trace fields."""
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            for file in self.directory.glob("mail/new/*"):
                stored = file.read_bytes()
                file.unlink()
                return stored[stored.index(b"\nDate: ") + 1 :].replace(b"\n", b"\r\n")  # it stores lines for Unix
            time.sleep(0.02)
        raise AssertionError("".join(log.read_text() for log in self.directory.rglob("*log")))


@contextmanager
def postfix(find: Find) -> Iterator[MailHost]:
    """Run postfix: its `master`, which starts smtpd and all others."""
    commands = Path(find("postconf")).parent
    daemons = subprocess.run([commands / "postconf", "-dh", "daemon_directory"], check=True, stdout=subprocess.PIPE)
    with _directory("postfix", *(f"queue/{part}" for part in POSTFIX_QUEUE)) as directory, _free_port() as port:
        authority = _certified(directory, "root")
        settings = {
            "directory": directory,
            "commands": commands,
            "daemons": daemons.stdout.decode().strip(),
            "uid": pwd.getpwnam("postfix").pw_uid,
            "gid": pwd.getpwnam("postfix").pw_gid,
        }
        main = POSTFIX_MAIN.format(domain=DOMAIN, size=SIZE_LIMIT, **settings)
        (directory / "main.cf").write_text(main)
        (directory / "master.cf").write_text(POSTFIX_MASTER.format(port=port))
        with _running([f"{settings['daemons']}/master", "-d", "-c", str(directory)], directory, port):
            yield MailHost(port, authority, directory)


@contextmanager
def exim(find: Find) -> Iterator[MailHost]:
    """Run Exim."""
    program = find("exim4")
    with _directory("Debian-exim") as directory, _free_port() as port:
        authority = _certified(directory, "Debian-exim")
        settings = {"domain": DOMAIN, "size": SIZE_LIMIT, "user": USER, "password": PASSWORD, "directory": directory}
        configuration = directory / "exim.conf"
        configuration.write_text(EXIM.format(program=program, port=port, **settings))
        with _running([program, "-C", str(configuration), "-bdf"], directory, port):
            yield MailHost(port, authority, directory)


@contextmanager
def _directory(user: str, *parts: str) -> Iterator[Path]:
    """Make a directory for a host that becomes this user, who may write only these parts of it."""
    if os.geteuid() != 0:
        (pytest.fail if "CI" in os.environ else pytest.skip)("only root can start a mail host")
    with tempfile.TemporaryDirectory() as made:
        directory = Path(made)
        directory.chmod(0o755)
        for part in ("data", "mail", "queue", *parts):
            (directory / part).mkdir()
            os.chown(directory / part, pwd.getpwnam(user).pw_uid, -1)
        yield directory


def _certified(directory: Path, user: str) -> str:
    """Certify the host in its directory; only the user can read the key. Give the authority, as PEM text."""
    made = trustme.CA()
    certificate, key = directory / "certificate.pem", directory / "key.pem"
    issued = made.issue_cert("127.0.0.1")
    issued.cert_chain_pems[0].write_to_path(certificate)
    key.touch(0o600)
    issued.private_key_pem.write_to_path(key)
    os.chown(key, pwd.getpwnam(user).pw_uid, -1)
    return Authority(made).pem


@contextmanager
def _free_port() -> Iterator[int]:
    with LOOPBACK.listen("127.0.0.1", 0) as listening:
        port: int = listening.getsockname()[1]
    yield port


@contextmanager
def _running(command: list[str], directory: Path, port: int) -> Iterator[None]:
    """Run a host in the foreground, in a session of its own so that all its processes end with it."""
    with (directory / "outputlog").open("wb") as output:
        host = subprocess.Popen(command, stdout=output, stderr=output, start_new_session=True)
        try:
            wait_for(port)
            yield
        finally:
            os.killpg(host.pid, signal.SIGTERM)
            host.wait(10)


def wait_for(port: int) -> None:
    """Wait until somebody listens at a port."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            LOOPBACK.connect("127.0.0.1", port, 1).close()
        except ConnectionError:
            time.sleep(0.02)
        else:
            return
    raise AssertionError(f"nobody came to listen on port {port}")
