"""A private Postfix: own configuration, queue, log and ports."""
import grp
import json
import os
import pwd
import shutil
import signal

from login import Dovecot
from proc import Server, Unavailable, free_ports, run, speak, wait_for

DAEMONS = "/usr/lib/postfix/sbin"
TRANSPORTS = ("unix", "tcp")

MAIN_CF = """\
compatibility_level = 3.6
queue_directory = {root}/queue
data_directory = {root}/data
daemon_directory = {daemons}
command_directory = /usr/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = {root}/maillog
maillog_file_prefixes = {root}
myhostname = mx.example.org
mydestination =
alias_maps =
alias_database =
inet_interfaces = 127.0.0.1
inet_protocols = all
mynetworks = 127.0.0.0/8
relay_domains = example.net box.example
# Mailboxes, where a case has set them up.
transport_maps = inline:{{ box.example=lmtp:unix:{root}/box/lmtp }}
smtpd_relay_restrictions = reject_unauth_destination
smtpd_authorized_xclient_hosts = 127.0.0.0/8
smtpd_peername_lookup = no
# To mail of strangers nothing is added; the default would go by who connects,
# and not by who XCLIENT says it is.
local_header_rewrite_clients = permit_mynetworks
smtpd_client_connection_count_limit = 0
smtpd_error_sleep_time = 0
smtpd_delay_reject = no
# Deliver everything to the sink.
default_transport = smtp:[127.0.0.1]:{sink}
relay_transport = $default_transport
smtp_dns_support_level = disabled
smtp_tls_security_level = none
smtp_generic_maps =
canonical_maps = inline:{{ old@good.example=ann@good.example }}
smtputf8_enable = yes
message_size_limit = 20000000
header_size_limit = 4000000
in_flow_delay = 0
minimal_backoff_time = 5s
queue_run_delay = 5s
enable_long_queue_ids = yes
milter_protocol = 6
milter_command_timeout = 60s
milter_content_timeout = 60s
milter_connect_timeout = 5s
"""

MASTER_CF = """\
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
tlsmgr unix - - n 1000? 1 tlsmgr
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
lmtp unix - - n - - lmtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""


# A submission service: TLS first, then a login, then mail to anywhere.
SUBMISSION = """\
127.0.0.1:{port} inet n - n - - smtpd
  -o {{ smtpd_milters = {{ {milter}, default_action=tempfail }} }}
  -o milter_macro_daemon_name=ORIGINATING
  -o smtpd_tls_security_level=may
  -o smtpd_tls_cert_file={logins}/server.pem
  -o smtpd_tls_key_file={logins}/server.key
  -o smtpd_tls_CAfile={logins}/ca.pem
  -o smtpd_tls_ask_ccert=yes
  -o smtpd_tls_auth_only=yes
  -o smtpd_sasl_auth_enable=yes
  -o smtpd_sasl_type=dovecot
  -o smtpd_sasl_path={logins}/auth
  -o smtpd_relay_restrictions=permit_sasl_authenticated,reject
"""


class Postfix:
    name = "postfix"

    def __init__(self, root, sink):
        self.root = os.path.join(root, "postfix")
        self.etc = os.path.join(self.root, "etc")
        self.sink = sink
        self.sockets = os.path.join(root, "postfix-milter")
        ports = free_ports(5 + len(TRANSPORTS))
        self.milter = {"unix": os.path.join(self.sockets, "assay.sock"),
                       "tcp": ("127.0.0.1", ports.pop())}
        # One listener for each way to reach assayd, and for what becomes of
        # mail while it cannot be reached.
        self.ports = {(transport, default): ports.pop()
                      for transport in TRANSPORTS
                      for default in ("tempfail", "accept")}
        self.submission = {transport: ports.pop()
                           for transport in TRANSPORTS}
        self.no_logins = Dovecot.missing()
        self.logins = None
        self.server = None

    def milter_name(self, transport):
        if transport == "unix":
            return "unix:" + self.milter["unix"]
        return "inet:%s:%d" % self.milter["tcp"]

    def write_files(self):
        with open(self.etc + "/main.cf", "w") as out:
            out.write(MAIN_CF.format(root=self.root, daemons=DAEMONS,
                                     sink=self.sink.port))
        with open(self.etc + "/master.cf", "w") as out:
            out.write(MASTER_CF)
            for (transport, default), port in self.ports.items():
                out.write("127.0.0.1:%d inet n - n - - smtpd\n" % port)
                out.write("  -o { smtpd_milters = { %s,"
                          " default_action=%s } }\n"
                          % (self.milter_name(transport), default))
            for transport, port in self.submission.items():
                if self.logins:
                    out.write(SUBMISSION.format(
                        port=port, milter=self.milter_name(transport),
                        logins=self.logins.directory))

    def start(self):
        if not os.path.exists(DAEMONS + "/master"):
            raise Unavailable("Postfix is not installed")
        try:
            owner = pwd.getpwnam("postfix").pw_uid
            grp.getgrnam("postdrop")
        except KeyError:
            raise Unavailable("Postfix's user and group are missing")
        for name in ("", "/etc", "/queue", "/data"):
            os.mkdir(self.root + name, 0o755)
        os.mkdir(self.sockets, 0o755)
        os.chown(self.root + "/data", owner, -1)
        if not self.no_logins:
            self.logins = Dovecot(self.root + "/logins")
        self.write_files()
        run("postfix", "-c", self.etc, "check")
        self.server = Server([DAEMONS + "/master", "-c", self.etc, "-d"],
                             self.root + "/output",
                             dict(os.environ, MAIL_CONFIG=self.etc))
        ports = list(self.ports.values())
        if self.logins:
            ports += self.submission.values()
        for port in ports:
            self.server.wait_ready(("127.0.0.1", port))

    def stop(self):
        if self.server:
            self.server.stop(signal.SIGTERM)
        if self.logins:
            self.logins.stop()
        shutil.rmtree(self.root, ignore_errors=True)

    def standard_input(self, commands):
        """sendmail -bs: what it says to these commands."""
        return speak(["/usr/sbin/sendmail", "-C", self.etc, "-bs"], commands)

    def sendmail_program(self, directory):
        """sendmail(8) of this Postfix, as a program of its own."""
        path = os.path.join(directory, "sendmail")
        with open(path, "w") as out:
            out.write('#!/bin/sh\nexec /usr/sbin/sendmail -C %s "$@"\n' %
                      self.etc)
        os.chmod(path, 0o755)
        return path

    def log(self):
        try:
            with open(self.root + "/maillog", errors="replace") as log:
                return log.read()
        except FileNotFoundError:
            return ""

    def log_file(self):
        return self.root + "/maillog"

    def retry(self):
        """Try again what waits."""
        run("postqueue", "-c", self.etc, "-f")

    def give_up(self, queue_id):
        """Try once more, and then no more."""
        run("postsuper", "-c", self.etc, "-f", queue_id)
        run("postqueue", "-c", self.etc, "-i", queue_id)

    def queue(self):
        """What is in the queue: [(queue id, held, recipients)]."""
        text = run("postqueue", "-c", self.etc, "-j")
        entries = [json.loads(line) for line in text.splitlines()]
        return [(e["queue_id"], e["queue_name"] == "hold",
                 [r["address"] for r in e["recipients"]]) for e in entries]

    def mailboxes(self):
        """Where mail for box.example goes, by LMTP."""
        return self.root + "/box/lmtp"

    def held(self, recipient):
        """The queue id of the held message for this recipient."""
        for queue_id, held, recipients in self.queue():
            if held and recipient in recipients:
                return queue_id
        return None

    def settled(self):
        """Nothing waits for delivery any more (held mail aside)."""
        return wait_for(lambda: all(held for _, held, _ in self.queue()), 30)

    def delete(self, queue_id):
        run("postsuper", "-c", self.etc, "-d", queue_id)

    def address(self, number):
        """The address of client NUMBER: (shown, source, XCLIENT lines)."""
        ip = "192.0.2.%d" % number
        return ip, "127.0.0.1", ["XCLIENT NAME=[UNAVAILABLE] ADDR=" + ip]
