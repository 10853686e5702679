"""Logins and certificates for a submission service, made for this run.

Postfix asks Dovecot's auth service, Sendmail the library of Cyrus.
"""
import glob
import os
import shutil
import signal
import ssl
import subprocess

from proc import Server, run

HOST = "mx.example.org"
PASSWORD = "correct horse"
LOGINS = ("ann@good.example", "bob@good.example", "carol")

SASL_CONF = """\
pwcheck_method: auxprop
auxprop_plugin: sasldb
sasldb_path: {path}
mech_list: PLAIN LOGIN
"""

DOVECOT_CONF = """\
base_dir = {root}/run
state_dir = {root}/state
log_path = {root}/log
protocols =
ssl = no
auth_mechanisms = plain login
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {root}/users
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home=/nonexistent
}}
service auth {{
  unix_listener {root}/auth {{
    mode = 0666
  }}
}}
"""


class Certificates:
    """A directory with a CA and what it has issued."""

    def __init__(self, directory):
        self.directory = directory
        os.mkdir(directory, 0o755)
        run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
            "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
            "/O=Tests/CN=Tests CA", "-keyout", self.path("ca.key"),
            "-out", self.path("ca.pem"))
        self.issue("server", HOST)
        self.issue("client", "laptop of ann")
        run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
            "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
            "/O=Tests/CN=laptop of ann", "-keyout", self.path("forged.key"),
            "-out", self.path("forged.pem"))

    def path(self, name):
        return os.path.join(self.directory, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as out:
            out.write(text)

    def issue(self, name, common_name):
        """name.key and name.pem, signed by the authority."""
        run("openssl", "req", "-newkey", "ec", "-pkeyopt",
            "ec_paramgen_curve:P-256", "-nodes", "-subj",
            "/O=Tests/CN=" + common_name, "-keyout",
            self.path(name + ".key"), "-out", self.path(name + ".csr"))
        run("openssl", "x509", "-req", "-in", self.path(name + ".csr"),
            "-CA", self.path("ca.pem"), "-CAkey", self.path("ca.key"),
            "-CAcreateserial", "-days", "2", "-out",
            self.path(name + ".pem"))
        os.chmod(self.path(name + ".key"), 0o600)

    def tls(self, certificate=None):
        """A client's view: it trusts the authority and no other."""
        context = ssl.create_default_context(cafile=self.path("ca.pem"))
        context.check_hostname = False
        if certificate:
            context.load_cert_chain(self.path(certificate + ".pem"),
                                    self.path(certificate + ".key"))
        return context


class Cyrus(Certificates):
    """Users in a database of Cyrus SASL."""

    def __init__(self, directory):
        super().__init__(directory)
        self.write("Sendmail.conf", SASL_CONF.format(path=self.path("users")))
        for login in LOGINS:
            user, _, realm = login.partition("@")
            subprocess.run(
                ["/usr/sbin/saslpasswd2", "-p", "-c", "-f",
                 self.path("users"), "-u", realm or HOST, user],
                input=PASSWORD, text=True, check=True)
        os.chmod(self.path("users"), 0o600)

    @staticmethod
    def missing():
        """What is not installed here, or an empty text."""
        if not os.path.exists("/usr/sbin/saslpasswd2"):
            return "sasl2-bin is not installed"
        if not glob.glob("/usr/lib/*/sasl2/libplain.so"):
            return "libsasl2-modules is not installed"
        return ""

    def stop(self):
        pass


class Dovecot(Certificates):
    """Users of a Dovecot that does nothing but authenticate."""

    def __init__(self, directory):
        super().__init__(directory)
        self.write("users", "".join("%s:%s\n" % (login, PASSWORD)
                                    for login in LOGINS))
        self.write("dovecot.conf", DOVECOT_CONF.format(root=directory))
        for name in ("run", "state"):
            os.mkdir(self.path(name), 0o755)
        self.server = Server(["/usr/sbin/dovecot", "-F", "-c",
                              self.path("dovecot.conf")],
                             self.path("output"))
        self.server.wait_ready(self.path("auth"))

    @staticmethod
    def missing():
        if not shutil.which("dovecot", path="/usr/sbin"):
            return "dovecot-core is not installed"
        return ""

    def stop(self):
        self.server.stop(signal.SIGTERM)
