"""The protocol: miltertest scripts, and what no MTA says."""
import json
import os
import shutil
import struct
import subprocess
import time

from client import Client, Closed
from daemon import AUTHRES, HERE, USER, Skipped

CASES = []


def case(function):
    CASES.append(function)
    return function


def run_script(daemon, check, name, address):
    if shutil.which("miltertest") is None:
        raise Skipped("miltertest is not installed")
    done = subprocess.run(
        ["miltertest", "-D", "SOCKET=" + address, "-D", "AUTHRES=" + AUTHRES,
         "-D", "DIRECTORY=" + HERE, "-s", os.path.join(HERE, name)],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, timeout=300)
    output = done.stdout.decode(errors="replace")
    for line in output.splitlines():
        if line.startswith(("passed  ", "failed  ")):
            check(line.startswith("passed"), line[8:])
    check(done.returncode == 0, "the script ran to its end", output[-2000:])


def script(name, **settings):
    def function(daemon, check):
        daemon.configure(**settings)
        daemon.start()
        run_script(daemon, check, name, "local:" + daemon.socket)
        time.sleep(0.3)
        problem = "" if daemon.server.alive() else daemon.log()[-3000:]
        check(not problem, "assayd lives", problem)
        server = daemon.server
        problem = daemon.end()
        check(not problem, "it ends well", problem)
        check("ends, 0 connections open" in server.text(),
              "no connection is left", server.text()[-500:])
    function.__name__ = name.split(".")[0]
    CASES.append(function)


for NAME in ("stages", "abort", "edge", "edits", "negotiate"):
    script(NAME + ".lua")


@case
def silent(daemon, check):
    daemon.policy(daemon.read("test.policy").replace("enforce", "monitor"))
    daemon.start()
    run_script(daemon, check, "silent.lua", "local:" + daemon.socket)


@case
def login(daemon, check):
    """The shipped submission policy, and macros that no MTA gives."""
    source = os.path.join(HERE, "../../../policies/submission.policy")
    with open(source, encoding="utf-8") as text:
        daemon.policy(text.read())
    daemon.configure(max_header_size="2k")
    daemon.start()
    run_script(daemon, check, "login.lua", "local:" + daemon.socket)
    time.sleep(0.3)
    facts = [json.loads(line)["facts"] for line in
             daemon.read("events.json").splitlines()]
    names = [f.get("tls.cert.subject") for f in facts if
             f.get("tls.cert.issuer") != "ca"]
    check(names and not any(names), "no name of a forged certificate", names)


@case
def sign(daemon, check):
    """What is signed, and a reason in each event where it is not."""
    key = daemon.path("key.pem")
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out",
                    key], check=True, stderr=subprocess.DEVNULL)
    os.chmod(key, 0o600)
    if os.geteuid() == 0:
        shutil.chown(key, USER)
    daemon.write("signing", "example.com selector=s key=%s\n" % key)
    daemon.configure(max_header_size="4k", signing="signing")
    daemon.start()
    run_script(daemon, check, "sign.lua", "local:" + daemon.socket)
    time.sleep(0.3)
    events = [json.loads(line) for line in
              daemon.read("events.json").splitlines()]
    silent = [e for e in events if e["facts"]["client.ours"] and
              bool(e["signed"]) == bool(e["unsigned"])]
    check(len(events) > 10 and not silent, "signed, or it says why", silent)


@case
def tcp(daemon, check):
    from proc import free_ports
    port = free_ports(1)[0]
    daemon.configure(listen="inet:%d@127.0.0.1" % port)
    daemon.start(("127.0.0.1", port))
    run_script(daemon, check, "stages.lua", "inet:%d@127.0.0.1" % port)


def names(edits):
    """The fields that are changed: command and name of each."""
    return [(command, data.lstrip(b"\0\1\2\3\4").split(b"\0")[0])
            for command, data in edits]


@case
def large(daemon, check):
    """Headers that miltertest cannot send."""
    daemon.configure(max_header_size="2M")
    daemon.start()
    client = daemon.client().session()

    def send(fields):
        client.mail()
        client.rcpt()
        for name, value in fields:
            client.header(name, value)
        client.head()
        client.body()
        return client.end()
    line = b"x" * 900 + b"\n\t"
    (reply, _), edits = send([(b"X-Large-%d" % i, b" " + line * 33 + b"end")
                              for i in range(36)])
    check(reply in (b"c", b"a") and edits, "1 MB of header")
    forged = (b"Authentication-Results", b" %s; spf=pass" % AUTHRES.encode())
    (reply, _), edits = send([(b"X-Large-%d" % i, b" " + line * 33 + b"end")
                              for i in range(80)] + [forged])
    check(reply in (b"c", b"a") and (b"m", b"Authentication-Results") in
          names(edits), "2.4 MB, and a forged field behind", names(edits))
    (reply, _), edits = send([(b"X-Many", b" 1")] * 5000 + [forged])
    check(reply in (b"c", b"a") and (b"m", b"Authentication-Results") in
          names(edits), "5000 fields, and a forged one behind", names(edits))
    check(names(edits)[-1] == (b"i", b"Authentication-Results"),
          "ours is inserted after all are removed", names(edits))
    client.close()


@case
def monitor(daemon, check):
    """A monitor policy stamps, and does nothing else."""
    daemon.policy(daemon.read("test.policy").replace("enforce", "monitor"))
    daemon.start()
    client = daemon.client().session()
    for subject in (b" reject", b" quarantine", b" discard", b" tag"):
        (reply, _), edits = client.message(subject)
        check(reply in (b"c", b"a") and names(edits) ==
              [(b"i", b"Authentication-Results")], subject.decode(),
              (reply, edits))
    client.close()


@case
def events(daemon, check):
    """Queue ids, wherever the MTA tells them."""
    daemon.start()
    client = daemon.client().session()
    client.macros(b"M", i="AT-MAIL", auth_authen="")
    client.message()
    client.macros(b"M", auth_authen="")
    client.mail()
    client.macros(b"R", i="AT-RCPT")
    client.rcpt()
    client.head()
    client.end()
    client.mail()
    client.rcpt()
    client.head()
    client.body()
    client.macros(b"E", i="AT-EOM")
    client.end()
    client.macros(b"M", auth_authen="joe", auth_type="PLAIN",
                  tls_version="TLSv1.3", cipher="AES")
    client.message()
    client.macros(b"M", i="REFUSED")
    client.mail(b"<reject@example.com>")
    client.close()
    daemon.end()
    lines = [json.loads(line)
             for line in daemon.read("events.json").splitlines()]
    ids = [line["queue_id"] for line in lines]
    size = len("From: sender@example.com\r\nSubject: a test\r\n\r\n"
               "Some text.\r\n")
    check(lines[0]["facts"]["message.size"] == size, "the message's size",
          (lines[0]["facts"]["message.size"], size))
    check(ids == ["AT-MAIL", "AT-RCPT", "AT-EOM", None, "REFUSED"],
          "queue ids", ids)
    facts = lines[3]["facts"]
    check((facts["auth.user"], facts["auth.method"], facts["tls.version"],
           facts["tls.cipher"]) == ("joe", "PLAIN", "TLSv1.3", "AES"),
          "login and TLS", facts)


REPLIES = (
    ("connect: reject", {"ip": b"192.0.2.66"}, "554 5.7.1 no service for "
     "192.0.2.66"),
    ("connect: tempfail", {"ip": b"192.0.2.67"}, "421 4.7.0 later"),
    ("helo: reject", {"helo": b"bad.example"}, "550 5.7.1 not you, "
     "bad.example"),
    ("mail: reject", {"sender": b"<reject@example.com>"}, "550 5.7.1 100%% "
     "no to reject@example.com"),
    ("mail: a source route", {"sender": b"<@a.example:reject@example.com>"},
     "550 5.7.1 100%% no to reject@example.com"),
    ("mail: no brackets", {"sender": b"reject@example.com"},
     "550 5.7.1 100%% no to reject@example.com"),
    ("mail: tempfail", {"sender": b"<later@example.com>"},
     "451 4.7.1 come again"),
    ("rcpt: reject", {"rcpt": b"<no@example.net>"},
     "550 5.1.1 no no@example.net here"),
    ("rcpt: tempfail", {"rcpt": b"<slow@example.net>"}, "450 4.2.1 slowly"),
)


def refusal(client, ip=b"192.0.2.1", helo=b"mail.example.com",
            sender=b"<sender@example.com>", rcpt=b"<user@example.net>"):
    """The first reply that is not "continue"."""
    client.negotiate()
    for say, what in ((client.connect, {"ip": ip}), (client.helo,
                      {"name": helo}), (client.mail, {"sender": sender}),
                      (client.rcpt, {"address": rcpt})):
        command, data = say(**what)
        if command != b"c":
            return command + data
    return b""


@case
def replies(daemon, check):
    """Code, enhanced code and text at every stage."""
    daemon.start()
    for text, what, want in REPLIES:
        client = daemon.client()
        got = refusal(client, **what)
        check(got == b"y" + want.encode() + b"\0", text, got)
        client.close()


@case
def raw(daemon, check):
    """What no MTA sends: assayd answers or closes, and lives."""
    daemon.start()

    def survives(text, send):
        client = daemon.client()
        client.sock.settimeout(1)
        try:
            send(client)
            client.receive()
        except (Closed, OSError):
            pass
        client.close()
        other = daemon.client().session()
        (reply, _), edits = other.message()
        other.close()
        check(reply in (b"c", b"a") and edits, text)

    survives("nothing", lambda c: None)
    survives("no negotiation", lambda c: c.connect())
    survives("a huge length", lambda c: c.sock.sendall(b"\xff\xff\xff\xffO"))
    survives("length 0", lambda c: c.sock.sendall(b"\0\0\0\0"))
    survives("an unknown command", lambda c: c.negotiate().send(b"?", b"x"))
    survives("a cut command", lambda c: c.sock.sendall(b"\0\0\0\x0dO\0\0"))
    survives("version 1", lambda c: c.send(b"O", struct.pack("!III", 1, 0, 0)))
    survives("negotiation twice", lambda c: (c.negotiate(), c.negotiate()))
    survives("MAIL without an argument",
             lambda c: c.session().send(b"M", b""))
    survives("MAIL with an empty argument",
             lambda c: c.session().ask(b"M", b"\0"))
    survives("MAIL without an end", lambda c: c.session().send(b"M", b"<a@b"))
    survives("RCPT before MAIL", lambda c: c.session().ask(b"R", b"<a@b>\0"))
    survives("a body before MAIL", lambda c: c.session().send(b"B", b"x"))
    survives("the end before MAIL", lambda c: c.session().send(b"E"))
    survives("an unknown family", lambda c: c.negotiate().ask(
        b"C", b"host\0U"))
    survives("a family that is none", lambda c: c.negotiate().ask(
        b"C", b"host\0X\0\x19x\0"))
    survives("an address that is none", lambda c: c.negotiate().ask(
        b"C", b"host\x004\0\x19999.1.1.1\0"))
    survives("a header with control characters", lambda c: (
        c.session().mail(), c.rcpt(), c.header(b"A\x01\x7f", b" \x00\x1b"),
        c.header(b"From", b" \xff\xfe"), c.end()))
    survives("a macro for no stage", lambda c: c.session().send(
        b"D", b"Zi\0x\0"))


@case
def reuse(daemon, check):
    """A second SMTP session without a negotiation (QUIT_NC)."""
    daemon.start()
    client = daemon.client().session()
    client.message()
    client.send(b"K")
    reply = client.connect()
    check(reply == (b"a", b""), "is left alone", reply)
    client.close()
    check(daemon.logs("without negotiating"), "and the log says so")


@case
def trouble(daemon, check):
    """Checks that do not end: the message goes on, or is put off."""
    daemon.configure(dns_timeout="1s", message_wait="1s")
    daemon.start()
    began = time.monotonic()
    client = Client(daemon.socket).negotiate()
    client.connect(b"slow.example.com", b"192.0.2.9")
    client.helo()
    (reply, _), edits = client.message()
    check(reply in (b"c", b"a") and edits, "accept: taken and stamped", reply)
    check(time.monotonic() - began < 8, "in time")
    stamp = [data for command, data in edits if command == b"i"]
    check(stamp and b"iprev=temperror" in stamp[0], "as temperror", stamp)
    client.close()


@case
def many(daemon, check):
    """Fifty connections at once, each in the middle of a message."""
    daemon.start()
    clients = [daemon.client().session() for _ in range(50)]
    for client in clients:
        client.mail()
        client.rcpt()
        client.head()
    for client in clients:
        client.body()
        client.send(b"E")
    good = 0
    for client in clients:
        command = b"i"
        while command in b"hmiqp":
            command, _ = client.receive()
        good += command in b"ca"
        client.close()
    check(good == 50, "all fifty are taken", good)
