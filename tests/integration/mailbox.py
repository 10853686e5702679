"""Mailboxes behind a real Dovecot: LMTP in, Sieve, IMAP out.

The scripts are those of contrib/dovecot.  One user, whose mailboxes belong to
the user that assayd runs as, so that assay-learn needs no sudo.
"""
import glob
import imaplib
import os
import pwd
import shutil
import signal
import subprocess

from assayd import USER
from proc import Server, free_ports, run, wait_for

ADDRESS, PASSWORD = "ann@box.example", "staple"

CONF = """\
base_dir = {root}/run
state_dir = {root}/state
log_path = {root}/log
protocols = lmtp imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
# assay-learn may be built with a sanitizer, which reserves much.
default_vsz_limit = 0
default_login_user = {user}
default_internal_user = {user}
default_internal_group = {group}
first_valid_uid = 1
mail_location = maildir:{root}/mail/%u
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={root}/home
}}
service lmtp {{
  unix_listener {socket} {{
    mode = 0666
  }}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
protocol lmtp {{
  mail_plugins = sieve
}}
protocol imap {{
  mail_plugins = imap_sieve
}}
plugin {{
  sieve_before = {root}/sieve/junk.sieve
  sieve_plugins = sieve_imapsieve sieve_extprograms
  sieve_global_extensions = +vnd.dovecot.pipe +vnd.dovecot.environment
  sieve_pipe_bin_dir = {root}/pipe
  sieve_pipe_exec_timeout = 60s
  imapsieve_mailbox1_name = Junk
  imapsieve_mailbox1_causes = COPY
  imapsieve_mailbox1_before = file:{root}/sieve/report-spam.sieve
  imapsieve_mailbox2_name = *
  imapsieve_mailbox2_from = Junk
  imapsieve_mailbox2_causes = COPY
  imapsieve_mailbox2_before = file:{root}/sieve/report-ham.sieve
}}
"""

LEARN = """\
#!/bin/sh
ASSAY={assay} ASSAY_CONF={conf} exec {script} "$@"
"""


def missing():
    """What is not installed here, or an empty text."""
    for package, pattern in (
            ("dovecot-core", "/usr/sbin/dovecot"),
            ("dovecot-lmtpd", "/usr/lib/dovecot/lmtp"),
            ("dovecot-imapd", "/usr/lib/dovecot/imap"),
            ("dovecot-sieve", "/usr/bin/sievec")):
        if not glob.glob(pattern):
            return package + " is not installed"
    return ""


class Mailbox:
    """Ann's mail; socket is where the MTA brings it."""

    def __init__(self, socket, contrib, assay, conf):
        # Dovecot's sockets have short names.
        self.root = os.path.dirname(socket)
        os.mkdir(self.root, 0o755)
        owner = pwd.getpwnam(USER)
        self.port = free_ports(1)[0]
        for name in ("run", "state", "mail", "home", "sieve", "pipe"):
            os.mkdir(self.path(name), 0o755)
        for name in ("mail", "home", "sieve"):
            os.chown(self.path(name), owner.pw_uid, owner.pw_gid)
        for script in glob.glob(contrib + "/*.sieve") + glob.glob(
                contrib + "/*/*.sieve"):
            shutil.copy(script, self.path("sieve"))
        with open(self.path("pipe/assay-learn"), "w") as out:
            out.write(LEARN.format(assay=assay, conf=conf, script=os.path.join(
                contrib, "imapsieve/assay-learn")))
        os.chmod(self.path("pipe/assay-learn"), 0o755)
        with open(self.path("dovecot.conf"), "w") as out:
            out.write(CONF.format(
                root=self.root, socket=socket, port=self.port, user=USER,
                group=run("id", "-gn", USER).strip(), password=PASSWORD))
        self.server = Server(["/usr/sbin/dovecot", "-F", "-c",
                              self.path("dovecot.conf")], self.path("output"))
        self.server.wait_ready(socket)
        self.server.wait_ready(("127.0.0.1", self.port))

    def path(self, name):
        return os.path.join(self.root, name)

    def compile(self):
        """As the READMEs say, in place; what sievec complains of."""
        said = ""
        for script in sorted(glob.glob(self.path("sieve/*.sieve"))):
            done = subprocess.run(
                ["sievec", "-c", self.path("dovecot.conf"), script],
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                check=False)
            said += done.stdout.decode(errors="replace")
            if done.returncode or not os.path.exists(
                    script[:-len("sieve")] + "svbin"):
                said += "%s: status %d\n" % (script, done.returncode)
        return said

    def stop(self):
        self.server.stop(signal.SIGTERM)
        shutil.rmtree(self.root, ignore_errors=True)

    def log(self):
        with open(self.path("log"), errors="replace") as log:
            return log.read()

    def imap(self):
        client = imaplib.IMAP4("127.0.0.1", self.port)
        client.login(ADDRESS, PASSWORD)
        return client

    def find(self, folder, token):
        """The message with this token as an IMAP client reads it, or None."""
        client = self.imap()
        try:
            if client.select(folder)[0] != "OK":
                return None
            _, found = client.search(None, "TEXT", token)
            if not found[0]:
                return None
            return client.fetch(found[0].split()[0], "(RFC822)")[1][0][1]
        finally:
            client.logout()

    def wait(self, folder, token):
        return wait_for(lambda: self.find(folder, token), 30, 0.2)

    def move(self, token, source, target):
        client = self.imap()
        try:
            client.select(source)
            _, found = client.search(None, "TEXT", token)
            number = found[0].split()[0]
            client.create(target)
            return client._simple_command("MOVE", number, target)[0]
        finally:
            client.logout()
