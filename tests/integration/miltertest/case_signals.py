"""Reload and stop, also at the worst moment."""
import os
import shutil
import signal
import subprocess
import time

from client import Closed
from daemon import USER
from proc import answers, wait_for

CASES = []
TAG = ('policy "test" mode enforce;\n'
       'at message { tag "X-Rule" "%s" when from.count is set; }\n')


def case(function):
    CASES.append(function)
    return function


def rule_of(result):
    """The value of the tag, of what Client.end() gave."""
    for _, data in result[1]:
        if data.lstrip(b"\0").startswith(b"X-Rule\0"):
            return data.split(b"\0")[-2].strip().decode()
    return None


@case
def reload_good(daemon, check):
    daemon.policy(TAG % "old")
    daemon.start()
    before = daemon.client().session()
    check(rule_of(before.message()) == "old", "the first policy")
    before.mail()
    before.rcpt()
    daemon.policy(TAG % "new")
    check(daemon.reload(), "SIGHUP is answered in the log", daemon.log())
    before.head()
    check(rule_of(before.end()) == "old",
          "a message in flight keeps its policy")
    check(rule_of(before.message()) == "old", "so does its connection")
    after = daemon.client().session()
    check(rule_of(after.message()) == "new", "a new connection has the new")
    before.close()
    check(rule_of(after.message()) == "new", "also when the old is closed")
    after.close()


@case
def reload_bad_policy(daemon, check):
    daemon.policy(TAG % "old")
    daemon.start()
    daemon.policy('policy "test" mode enforce;\n\nat message {\n'
                  '    reject when spff == fail;\n}\n')
    check(daemon.reload(), "SIGHUP is answered in the log")
    check(daemon.logs("test.policy:4:17: "), "file:line:column", daemon.log())
    check(daemon.logs("not reloaded"), "it says that nothing changed")
    client = daemon.client().session()
    check(rule_of(client.message()) == "old", "the old policy stays")
    client.close()
    daemon.policy(TAG % "mended")
    daemon.reload()
    client = daemon.client().session()
    check(rule_of(client.message()) == "mended", "a mended one is taken")
    client.close()


@case
def reload_bad_settings(daemon, check):
    daemon.start()
    good = daemon.read("assay.conf")
    daemon.write("assay.conf", good + "lisen = 1\ndns_ttl_max = 20\n")
    check(daemon.reload(), "SIGHUP is answered in the log")
    line = good.count("\n") + 1
    check(daemon.logs("assay.conf:%d:1: unknown setting" % line) and
          daemon.logs("assay.conf:%d:15: \"20\" is no time" % (line + 1)),
          "both mistakes, each with its place", daemon.log())
    client = daemon.client().session()
    check(client.message()[1], "it serves on")
    client.close()


@case
def reload_missing_zone(daemon, check):
    daemon.start()
    daemon.configure(dns="zone:no.zone")
    check(daemon.reload() and daemon.logs("no.zone"),
          "a missing zone file is named", daemon.log())
    client = daemon.client().session()
    check(client.message()[1], "it serves on")
    client.close()


def put_key(daemon, name, kind=None):
    """A new key in the place of the file; no kind: what is none."""
    path = daemon.path(name)
    if kind:
        subprocess.run(["openssl", "genpkey", "-algorithm", kind, "-out",
                        path + ".new"], check=True,
                       stderr=subprocess.DEVNULL)
    else:
        daemon.write(name + ".new", "gone")
    os.chmod(path + ".new", 0o600)
    if os.geteuid() == 0:
        shutil.chown(path + ".new", USER)
    os.replace(path + ".new", path)
    return path


def local(daemon):
    """A client on this host: its mail is signed and may be sealed."""
    client = daemon.client().negotiate()
    client.connect(b"localhost", b"127.0.0.1")
    client.helo()
    return client


def algorithm(client, field=b"DKIM-Signature"):
    """What one more message is signed with."""
    for _, data in client.message()[1]:
        name, _, value = data[4:].partition(b"\0")
        if name == field:
            return value.partition(b"a=")[2].partition(b";")[0].decode()
    return None


@case
def reload_signing_key(daemon, check):
    """A key file that changes counts from the next reload on."""
    key = put_key(daemon, "key.pem", "ed25519")
    daemon.write("signing", "example.com selector=s key=%s\n" % key)
    daemon.configure(signing="signing")
    daemon.start()
    before = local(daemon)
    check(algorithm(before) == "ed25519-sha256", "the first key signs")
    put_key(daemon, "key.pem", "rsa")
    check(algorithm(before) == "ed25519-sha256" and
          algorithm(local(daemon)) == "ed25519-sha256",
          "a file that was changed does not count yet")
    check(daemon.reload(), "SIGHUP is answered in the log")
    after = local(daemon)
    check(algorithm(after) == "rsa-sha256", "the new key signs after it")
    check(algorithm(before) == "ed25519-sha256",
          "a connection from before goes on with its key")
    put_key(daemon, "key.pem")
    check(algorithm(after) == "rsa-sha256", "a broken file does not count")
    daemon.reload()
    broken = local(daemon)
    check(algorithm(broken) is None and algorithm(after) == "rsa-sha256",
          "after a reload it does")
    check(daemon.logs("unsigned: %s: holds no private key" % key),
          "and the log says why", daemon.log())
    put_key(daemon, "key.pem", "ed25519")
    daemon.reload()
    check(algorithm(local(daemon)) == "ed25519-sha256",
          "a reload takes the mended one at once")


@case
def reload_sealing_key(daemon, check):
    """A reload that cannot have arc_key leaves what runs as it is."""
    key = put_key(daemon, "arc.pem", "rsa")
    daemon.configure(arc_seal="yes", arc_domain="example.org",
                     arc_selector="s", arc_key=key, sign_networks="")
    daemon.start()
    before = daemon.log().count("not reloaded")
    check(algorithm(local(daemon), b"ARC-Seal") == "rsa-sha256",
          "it seals")
    for change in "ed25519", None, "unreadable":
        put_key(daemon, "arc.pem", "rsa" if change == "unreadable" else
                change)
        if change == "unreadable":
            os.chmod(key, 0o644)
        if change != "ed25519":
            daemon.reload()
            check(daemon.log().count("not reloaded") == before + 1,
                  "%s: it is not taken" % change, daemon.log())
            before += 1
        check(algorithm(local(daemon), b"ARC-Seal") == "rsa-sha256",
              "%s: the first key seals on" % change)
    os.chmod(key, 0o600)
    put_key(daemon, "arc.pem", "ed25519")
    daemon.reload()
    check(algorithm(local(daemon), b"ARC-Seal") == "ed25519-sha256",
          "a good one is taken")


@case
def reload_start_settings(daemon, check):
    daemon.start()
    daemon.configure(user="daemon",
                     listen="unix:%s,mode=600" % daemon.socket)
    check(daemon.reload(), "SIGHUP is answered in the log")
    check(daemon.logs("listen has changed; that takes a restart") and
          daemon.logs("user has changed; that takes a restart"),
          "each is named", daemon.log())


@case
def reload_events(daemon, check):
    daemon.start()
    client = daemon.client().session()
    client.message()
    wait_for(lambda: "\n" in daemon.read("events.json"))
    os.rename(daemon.path("events.json"), daemon.path("events.1"))
    daemon.reload()
    client.message()
    wait_for(lambda: os.path.exists(daemon.path("events.json")) and
             "\n" in daemon.read("events.json"))
    check(daemon.read("events.1").count("\n") == 1 and
          daemon.read("events.json").count("\n") == 1,
          "the file is opened anew")
    daemon.configure(events="other.json")
    daemon.reload()
    other = daemon.client().session()
    other.message()
    client.message()
    check(wait_for(lambda: daemon.read("other.json").count("\n") == 1),
          "another file is taken over")
    check(wait_for(lambda: daemon.read("events.json").count("\n") == 2),
          "an old connection writes to the old one")
    client.close()
    other.close()


@case
def reload_storm(daemon, check):
    """SIGHUPs without a pause: none may reach libmilter, which would stop."""
    daemon.start()
    client = daemon.client().session()
    for _ in range(300):
        daemon.signal(signal.SIGHUP)
    for _ in range(20):
        daemon.signal(signal.SIGHUP)
        check_one = client.message()
        time.sleep(0.02)
    check(check_one[1], "it serves on")
    check(daemon.server.alive(), "it lives")
    client.close()
    daemon.signal(signal.SIGHUP)
    daemon.signal(signal.SIGTERM)
    server = daemon.server
    check(daemon.end() == "", "SIGHUP and SIGTERM at once", server.text())
    check("ends, 0 connections open" in server.text(), "and it has ended")


@case
def stop_idle(daemon, check):
    daemon.start()
    client = daemon.client().session()
    client.message()
    began = time.monotonic()
    problem = daemon.end()
    check(problem == "", "status 0", problem)
    check(time.monotonic() - began < 2.5, "at once, with a connection open")
    client.close()
    check(not os.path.exists(daemon.socket), "the socket is gone")


@case
def stop_in_flight(daemon, check):
    daemon.configure(stop_wait="20s")
    daemon.start()
    client = daemon.client().session()
    client.mail()
    client.rcpt()
    client.head()
    client.body()
    daemon.signal(signal.SIGTERM)
    check(wait_for(lambda: not answers(daemon.socket), 8),
          "no new connections")
    time.sleep(0.5)
    check(daemon.server.alive(), "it waits for the message")
    client.body()
    (reply, _), edits = client.end()
    check(reply in (b"c", b"a") and edits, "the message is finished")
    began = time.monotonic()
    problem = daemon.end()
    check(problem == "", "status 0", problem)
    check(time.monotonic() - began < 5, "soon after")
    client.close()


@case
def stop_in_flight_tcp(daemon, check):
    from client import Client
    from proc import free_ports
    address = ("127.0.0.1", free_ports(1)[0])
    daemon.configure(listen="inet:%d@127.0.0.1" % address[1],
                     stop_wait="20s")
    daemon.start(address)
    client = Client(address).session()
    client.mail()
    daemon.signal(signal.SIGTERM)
    time.sleep(0.3)

    def refused():
        try:
            Client(address, 2).negotiate()
        except (Closed, OSError):
            return True
        return False
    check(refused() and refused(), "no new connections")
    client.rcpt()
    client.head()
    (reply, _), edits = client.end()
    check(reply in (b"c", b"a") and edits, "the message is finished")
    problem = daemon.end()
    check(problem == "", "status 0", problem)
    client.close()


@case
def stop_is_bounded(daemon, check):
    daemon.configure(stop_wait="1s")
    daemon.start()
    client = daemon.client().session()
    client.mail()
    began = time.monotonic()
    server = daemon.server
    problem = daemon.end()
    check(problem == "", "status 0", problem)
    check(0.8 < time.monotonic() - began < 5, "after stop_wait")
    check("1 messages were not finished in time" in server.text(),
          "the log says so", server.text())
    client.close()


@case
def stop_twice(daemon, check):
    daemon.configure(stop_wait="1h")
    daemon.start()
    client = daemon.client().session()
    client.mail()
    daemon.signal(signal.SIGTERM)
    time.sleep(0.5)
    began = time.monotonic()
    problem = daemon.end()
    check(problem == "" and time.monotonic() - began < 5,
          "the second signal ends it at once", problem)
    client.close()


@case
def stop_while_waiting(daemon, check):
    """SIGTERM while a callback waits for DNS."""
    daemon.configure(stop_wait="20s", dns_timeout="2s")
    daemon.start()
    client = daemon.client().negotiate()
    client.connect(b"slow.example.com", b"192.0.2.9")
    client.helo()
    client.mail()
    client.rcpt()
    client.head()
    client.send(b"E")
    time.sleep(0.3)
    daemon.signal(signal.SIGTERM)
    command = b"i"
    while command in b"hmiqp":
        command, _ = client.receive()
    check(command in b"ca", "the message is finished", command)
    problem = daemon.end()
    check(problem == "", "status 0", problem)
    client.close()
