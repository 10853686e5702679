"""A private Sendmail, unpacked beside Postfix: own cf file, queue and ports.

Debian's packages of the two MTAs exclude each other, so Sendmail is not
installed: its packages are fetched and unpacked into a cache directory.
"""
import glob
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import threading

from login import HOST, Cyrus
from proc import (Server, Unavailable, descendants, free_ports, run, speak,
                  wait_for)
from postfix import TRANSPORTS

PACKAGES = ("sendmail-bin", "sendmail-base", "sendmail-cf")

MC = """\
divert(-1)
include(`{cf}/m4/cf.m4')
divert(0)
OSTYPE(`linux')
define(`confDOMAIN_NAME', `mx.example.org')
define(`confDONT_PROBE_INTERFACES', `True')
define(`confSERVICE_SWITCH_FILE', `{root}/service.switch')
define(`confHOSTS_FILE', `{root}/hosts')
define(`QUEUE_DIR', `{root}/queue')
define(`STATUS_FILE', `{root}/statistics')
define(`HELP_FILE', `{root}/helpfile')
define(`ALIAS_FILE', `')
define(`confPID_FILE', `{root}/sendmail.pid')
define(`confCW_FILE', `{root}/local-host-names')
define(`confDEF_USER_ID', `nobody:nogroup')
define(`confDELIVERY_MODE', `background')
define(`confTO_IDENT', `0')
define(`confTO_ICONNECT', `5s')
define(`confTO_RESOLVER_RETRANS', `1s')
define(`confTO_RESOLVER_RETRY', `1')
define(`confQUEUE_LA', `1000')
define(`confREFUSE_LA', `1000')
define(`confDELAY_LA', `0')
define(`confMAX_DAEMON_CHILDREN', `200')
define(`confMAX_MESSAGE_SIZE', `20000000')
define(`confMAX_HEADERS_LENGTH', `{header}')
define(`confLOG_LEVEL', `9')
define(`confSMTP_LOGIN_MSG', `mx.example.org Sendmail')
define(`confMILTER_LOG_LEVEL', `9')
FEATURE(`nocanonify')
FEATURE(`accept_unresolvable_domains')
FEATURE(`accept_unqualified_senders')
RELAY_DOMAIN(`example.net')
FEATURE(`no_default_msa')
define(`SMART_HOST', `esmtp:[127.0.0.1]')
define(`ESMTP_MAILER_ARGS', `TCP $h {sink}')
{submission}
{filters}
{more}
MAILER(`smtp')
"""


# TLS first, then a login, then mail to anywhere.  Sendmail has one set of
# these for all its ports.
SUBMISSION = """\
define(`confCACERT_PATH', `{logins}')
define(`confCACERT', `{logins}/ca.pem')
define(`confSERVER_CERT', `{logins}/server.pem')
define(`confSERVER_KEY', `{logins}/server.key')
define(`confAUTH_MECHANISMS', `PLAIN LOGIN')
define(`confAUTH_OPTIONS', `A p')
define(`confAUTH_REALM', `{realm}')
TRUST_AUTH_MECH(`PLAIN LOGIN')
LOCAL_CONFIG
ESASL_CONF_PATH={logins}
"""

# What "sendmail -t" goes by: all mail to the server, which asks the milters.
SUBMIT = """\
divert(-1)
include(`{cf}/m4/cf.m4')
divert(0)
define(`confCF_VERSION', `Submit')
OSTYPE(`linux')
define(`confDOMAIN_NAME', `mx.example.org')
define(`confRUN_AS_USER', `nobody:nogroup')
define(`MSP_QUEUE_DIR', `{root}/submit')
define(`STATUS_FILE', `{root}/submit/statistics')
define(`confPID_FILE', `{root}/submit/pid')
define(`confSERVICE_SWITCH_FILE', `{root}/service.switch')
define(`confHOSTS_FILE', `{root}/hosts')
define(`RELAY_MAILER_ARGS', `TCP $h {port}')
FEATURE(`msp', `[127.0.0.1]')
"""

# Sendmail cannot tell a milter of a field over 64 kB, and defers the message.
HEADER_LENGTH = 60000


# A /dev of its own, in which /dev/log is ours.
DEVICES = """\
mount -t tmpfs none {dev} && for name in null zero full random urandom tty; do
touch {dev}/$name && mount --bind /dev/$name {dev}/$name; done;
ln -s /proc/self/fd {dev}/fd; ln -s {log} {dev}/log;
mount --bind {dev} /dev;
"""


class MailLog:
    """What Sendmail says to syslog, in a file as syslog writes it."""

    def __init__(self, directory):
        self.path = directory + "/maillog"
        self.socket_path = directory + "/syslog"
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.socket_path)
        os.chmod(self.socket_path, 0o777)
        threading.Thread(target=self.write, daemon=True).start()

    def write(self):
        with open(self.path, "ab", buffering=0) as out:
            while True:
                try:
                    line = self.socket.recv(65536)
                except OSError:
                    return
                # "<22>Nov 22 20:06:22 sendmail[1]: text"
                found = re.match(rb"<\d+>(\w+ +\d+ [\d:]+) (.*)", line,
                                 re.S)
                if found:
                    out.write(b"%s mx %s\n" % (
                        found.group(1), found.group(2).strip(b"\n\0")))

    def stop(self):
        self.socket.close()


def cache_directory():
    base = os.environ.get("XDG_CACHE_HOME", "/var/tmp")
    return os.path.join(base, "assay-tests")


def unpack():
    """Sendmail's files below a directory of the cache; its root."""
    cache = cache_directory()
    root = os.path.join(cache, "sendmail")
    if os.path.exists(root + "/done"):
        return root
    shutil.rmtree(root, ignore_errors=True)
    os.makedirs(root)
    try:
        run("apt-get", "-q", "download", *PACKAGES, cwd=root)
        for package in glob.glob(root + "/*.deb"):
            run("dpkg", "-x", package, root)
            os.unlink(package)
    except (OSError, RuntimeError) as error:
        raise Unavailable("Sendmail cannot be fetched: "
                          + str(error).strip().splitlines()[-1])
    # Its own tree is read by a server that is root.
    with open(root + "/done", "w"):
        pass
    return root


class Sendmail:
    name = "sendmail"

    def __init__(self, root, sink):
        self.root = os.path.join(root, "sendmail")
        self.sink = sink
        self.sockets = os.path.join(root, "sendmail-milter")
        ports = free_ports(5 + len(TRANSPORTS))
        self.milter = {"unix": os.path.join(self.sockets, "assay.sock"),
                       "tcp": ("127.0.0.1", ports.pop())}
        self.ports = {(transport, default): ports.pop()
                      for transport in TRANSPORTS
                      for default in ("tempfail", "accept")}
        self.submission = {transport: ports.pop()
                           for transport in TRANSPORTS}
        self.no_logins = Cyrus.missing()
        self.logins = None
        self.maillog = None
        self.server = None

    def filters(self):
        lines = []
        for (transport, default), port in self.ports.items():
            if transport == "unix":
                where = "local:" + self.milter["unix"]
            else:
                where = "inet:%d@127.0.0.1" % self.milter["tcp"][1]
            name = transport + default
            flag = ", F=T" if default == "tempfail" else ""
            lines.append("MAIL_FILTER(`%s', `S=%s%s, T=C:5s;S:60s;R:60s;"
                         "E:60s')" % (name, where, flag))
            lines.append("DAEMON_OPTIONS(`Port=%d, Addr=127.0.0.1, Name=%s,"
                         " Listen=100, InputMailFilters=%s')"
                         % (port, name, name))
        for transport, port in self.submission.items():
            lines.append("DAEMON_OPTIONS(`Port=%d, Addr=127.0.0.1, Name=MSA,"
                         " M=E, Listen=100, InputMailFilters=%stempfail')"
                         % (port, transport))
        return "\n".join(lines)

    def submission_lines(self):
        if not self.logins:
            return ""
        return SUBMISSION.format(logins=self.logins.directory,
                                 realm=HOST)

    def write_cf(self, name="sendmail", more="", next_port=None):
        """NAME.cf; all mail goes to next_port, or to the sink."""
        cf = self.tree + "/usr/share/sendmail/cf"
        mc = MC.format(root=self.root, cf=cf, more=more,
                       sink=next_port or self.sink.port,
                       header=HEADER_LENGTH,
                       submission=self.submission_lines(),
                       filters=self.filters())
        self.compile(name, mc)

    def compile(self, name, mc):
        """NAME.cf of these macros."""
        cf = self.tree + "/usr/share/sendmail/cf"
        base = os.path.join(self.root, name)
        with open(base + ".mc", "w") as out:
            out.write(mc)
        text = subprocess.run(
            ["m4", "-D_CF_DIR_=%s/" % cf, base + ".mc"],
            stdout=subprocess.PIPE, check=True, text=True).stdout
        with open(base + ".cf", "w") as out:
            out.write(text)

    def write_files(self):
        self.write_cf()
        for name, content in (
                ("service.switch", "hosts\tfiles\naliases\tfiles\n"),
                ("hosts", "127.0.0.1\tlocalhost\n"), ("helpfile", ""),
                ("local-host-names", ""), ("statistics", "")):
            with open(os.path.join(self.root, name), "w") as out:
                out.write(content)

    def command(self, *arguments, cf="sendmail"):
        # Without a dot in the host name Sendmail sleeps for a minute: give it
        # a host name of its own.
        host = "mx" if cf == "sendmail" else cf
        devices = DEVICES.format(dev=self.root + "/dev",
                                 log=self.maillog.socket_path)
        return ["unshare", "--uts", "--mount", "sh", "-c",
                devices + 'hostname %s.example.org && exec "$@"' % host,
                "sendmail",
                self.binary, "-C", "%s/%s.cf" % (self.root, cf), *arguments]

    def standard_input(self, commands, cf="sendmail", filters=""):
        """sendmail -bs: what it says to these commands."""
        return speak(self.command("-bs", "-OInputMailFilters=" + filters,
                                  cf=cf), commands)

    def sendmail_program(self, directory):
        """sendmail(8) that submits to this server, as a program of its own;
        for root alone."""
        if not os.path.exists(self.root + "/submit"):
            os.mkdir(self.root + "/submit", 0o770)
            shutil.chown(self.root + "/submit", "nobody", "nogroup")
            self.compile("submit", SUBMIT.format(
                cf=self.tree + "/usr/share/sendmail/cf", root=self.root,
                port=self.ports["unix", "tempfail"]))
        path = os.path.join(directory, "sendmail")
        with open(path, "w") as out:
            out.write('#!/bin/sh\nexec %s "$@"\n' %
                      shlex.join(self.command(cf="submit")))
        os.chmod(path, 0o755)
        return path

    def start(self):
        self.tree = unpack()
        self.binary = self.tree + "/usr/libexec/sendmail/sendmail"
        missing = re.findall(r"(\S+) => not found", run("ldd", self.binary))
        if missing:
            raise Unavailable("Sendmail needs " + ", ".join(missing))
        os.mkdir(self.root, 0o755)
        os.mkdir(self.root + "/queue", 0o700)
        os.mkdir(self.root + "/dev", 0o755)
        self.maillog = MailLog(self.root)
        os.mkdir(self.sockets, 0o755)
        if not self.no_logins:
            self.logins = Cyrus(self.root + "/logins")
        self.write_files()
        self.server = Server(self.command("-bD"), self.root + "/output")
        for port in [*self.ports.values(), *self.submission.values()]:
            self.server.wait_ready(("127.0.0.1", port))

    def stop(self):
        if self.server:
            below = descendants(self.server.child.pid)
            self.server.stop(signal.SIGTERM)
            for pid in below:
                try:
                    os.kill(pid, signal.SIGTERM)
                except ProcessLookupError:
                    pass
        if self.maillog:
            self.maillog.stop()
        shutil.rmtree(self.root, ignore_errors=True)

    def log(self):
        text = self.server.text() if self.server else ""
        if self.maillog and os.path.exists(self.maillog.path):
            with open(self.maillog.path, errors="replace") as log:
                text += log.read()
        return text

    def log_file(self):
        return self.maillog.path

    def retry(self):
        """Try again what waits."""
        run(*self.command("-q"))

    def give_up(self, queue_id):
        """Try once more, and then no more."""
        run(*self.command("-q", "-OTimeout.queuereturn=1s"))

    def queue(self):
        """What is in the queue: [(queue id, held, recipients)]."""
        found = []
        for held, flags in ((False, ()), (True, ("-qQ",))):
            text = run(*self.command("-bp", *flags))
            for line in text.splitlines():
                start = re.match(r"([0-9A-Za-z]{14})\S*\s+\d+ ", line)
                if start:
                    found.append((start.group(1), held, []))
                elif found and re.match(r"\s+<", line):
                    found[-1][2].append(line.strip().strip("<>"))
        return found

    def held(self, recipient):
        for queue_id, held, recipients in self.queue():
            if held and recipient in recipients:
                return queue_id
        return None

    def settled(self):
        return wait_for(lambda: all(held for _, held, _ in self.queue()), 30)

    def delete(self, queue_id):
        for path in glob.glob(self.root + "/queue/*" + queue_id):
            os.unlink(path)

    def address(self, number):
        """The address of client NUMBER: (shown, source, XCLIENT lines)."""
        ip = "127.0.2.%d" % number
        return ip, ip, []
