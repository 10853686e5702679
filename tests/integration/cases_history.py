"""Events in the store: listed, explained and replayed, of one host or two."""
import json
import os

from case import case, policy
from cases_fleet import Redis
from cases_replay import assay
from assayd import Assayd
from mail import Message
from proc import wait_for
from world import STRANGER, ZONE

RULES = """
at rcpt {
    reject 550 5.1.1 "no %{rcpt}" when rcpt == "nobody@example.net";
    note "often" when rate(rcpt, 1h) > 100;
}
at message { reject when dmarc == fail and spf == fail; }
"""
NEW = RULES.replace("dmarc == fail and spf == fail", "spf == pass")


def database(t):
    return "sqlite:" + os.path.join(t.directory, "assay.db")


def log(t, *arguments):
    """Lines as lists of fields, when there are any."""
    return [line.split("\t") for line in
            assay(t, "log", *arguments)[1].splitlines()]


@case(transports=("unix",))
def a_message_is_in_the_history(t):
    t.assayd(RULES, store=database(t), history="30d", host_name="mx1.example")
    good, forged = Message(), Message(author="eve@reject.example")
    t.send(good)
    t.send(forged, STRANGER, "eve@reject.example")
    queue_id = t.event(good)["queue_id"]
    conf = ("-c", t.daemon.conf_file)
    t.true(wait_for(lambda: len(log(t, *conf)) == 2), "two rows")
    rows = log(t, *conf, "--queue-id", queue_id)
    t.equal([row[1:4] for row in rows],
            [["mx1.example", queue_id, "accept"]], "assay log --queue-id")
    t.equal(rows[0][5:8], ["ann@good.example", "good.example",
                           "bob@example.net"], "who and to whom")
    t.equal([row[3] for row in log(t, *conf, "--from", "reject.example")],
            ["reject"], "assay log --from")
    status, text = assay(t, "log", *conf, "--json", "--queue-id", queue_id)
    t.equal((status, json.loads(text)), (0, t.event(good)), "the whole event")
    status, text = assay(t, "explain", *conf, queue_id)
    t.equal((status, text.split(",")[0].split(" ")[0]), (0, queue_id),
            "assay explain")
    t.holds(text, "rate(rcpt, 1h) = 1", "what a function answered")
    replay = ("policy", "replay", *conf, "--json", "--policy")
    for name, rules, differ, unanswered in (
            ("same", RULES, 0, {}), ("new", NEW, 2, {}),
            ("more", RULES.replace("1h", "2h"), 0, {"rate": 1})):
        path = t.daemon.write(name + ".policy", policy(rules))
        status, text = assay(t, *replay, path, "store:")
        found = json.loads(text)
        t.equal((found["events"], found["differ"], status),
                (2, differ, 1 if differ else 0), "replay of " + name)
        t.equal(sorted(found["functions"]), sorted(unanswered),
                "functions of " + name)
    # Over a restart nothing is there twice, and what is new comes.
    t.daemon.stop()
    t.daemon.start()
    t.send(Message())
    t.true(wait_for(lambda: len(log(t, *conf)) == 3), "three rows")


@case(transports=("unix",))
def two_hosts_have_one_history(t):
    redis = Redis(t).start()
    settings = {"store": redis.url, "store_timeout": "5s", "history": "1d"}
    t.assayd(RULES, store_spool=t.directory + "/spool", host_name="a.example",
             **settings)
    directory = os.path.join(t.directory, "second")
    os.mkdir(directory, 0o755)
    second = Assayd(t.tools.assayd, directory, t.mta.milter["tcp"],
                    policy(RULES), ZONE, dict(
                        settings, store_spool=directory + "/spool",
                        host_name="b.example"))
    second.start()
    for i in range(6):
        t.transport = ("unix", "tcp")[i % 2]
        t.send(Message())
    conf = ("-c", second.conf_file)
    t.true(wait_for(lambda: len(log(t, *conf)) == 6), "six rows")
    rows = log(t, *conf)
    t.equal([row[1] for row in rows], ["a.example", "b.example"] * 3,
            "hosts, in the order of time")
    t.equal(len({row[2] for row in rows}), 6, "queue ids")
    # While Redis is away events wait, and come once.
    redis.stop()
    t.transport = "unix"
    t.equal(t.send(Message()).mail.code, 250, "mail goes on")
    redis.start()
    t.true(wait_for(lambda: len(log(t, *conf)) == 1, 20),
           "what waited came, once, into a Redis that forgot all else")
    t.equal(second.stop(), "", "the second one's end")
    redis.stop()


def nothing_is_told(t, conf, queue_id, secrets):
    """By whatever is made of events, of a file or of the store."""
    t.true(wait_for(lambda: queue_id in assay(t, "log", *conf, "store:")[1]),
           "it is in the store")
    path = t.daemon.write("replay.policy", policy(
        'at rcpt { reject "no %{rcpt} of %{mail.from}, %{client.ip}"; }'))
    for source in "store:", t.daemon.events_file:
        for command in [("log",), ("log", "--json")] + [
                ("report", "--commands", "--by", by, "--format", form)
                for by in ("client.net", "rule")
                for form in ("text", "html", "json", "csv")] + [
                    ("policy", "replay", "--policy", path),
                    ("policy", "replay", "--html", "--policy", path)]:
            text = assay(t, *command, *conf, source)[1]
            t.true(len(text) > 50, "%s prints something" % (command,))
            for secret in secrets:
                t.lacks(text, secret, "%s of %s" % (command, source))
    for form in (), ("--json",):
        text = assay(t, "explain", *conf, *form, queue_id)[1]
        t.holds(text, queue_id)
        for secret in secrets:
            t.lacks(text, secret, "explain")


@case(transports=("unix",))
def privacy_of_clients_and_of_whom_mail_is_for(t):
    key = t.private("privacy.key", "0123456789abcdef0123456789abcdef\n")
    t.assayd('at rcpt { note "for %{rcpt} of %{client.ip} %{client.name}"; }',
             store=database(t), history="30d", privacy_key=key,
             log_level="info", privacy=["omit-recipients", "cut-clients"])
    t.send(Message(), to=["bob@example.net"])
    event = wait_for(lambda: t.daemon.events(), 10)[0]
    # Postfix is told a client's name, and Sendmail finds it.
    secrets = ("bob", "example.net", t.ip(), "mail.good.example")
    for secret in secrets:
        t.lacks(json.dumps(event), secret, "event")
        t.lacks("\n".join(line for line in t.daemon.log().splitlines()
                          if "info: " in line and "listens" not in line),
                secret, "log")
    t.equal(event["facts"]["rcpt.count"], 1, "their number stays")
    nothing_is_told(t, ("-c", t.daemon.conf_file), event["queue_id"],
                    secrets)


@case(transports=("unix",))
def privacy_holds_everywhere(t):
    key = t.private("privacy.key", "0123456789abcdef0123456789abcdef\n")
    t.assayd('at rcpt { reject "no %{rcpt}" when rcpt == '
             '"nobody@example.net"; note "for %{rcpt}"; }',
             store=database(t), history="30d", privacy_key=key,
             log_level="info", privacy=["hash-recipients", "hash-senders",
                                        "omit-subject"])
    with t.session() as session:
        session.send("ann@good.example", ["bob@example.net",
                                          "nobody@example.net"],
                     Message().data)
    event = wait_for(lambda: t.daemon.events(), 10)[0]
    conf = ("-c", t.daemon.conf_file)
    t.true(wait_for(lambda: len(log(t, *conf)) == 1), "a row")
    for what, text in (("event", json.dumps(event)),
                       ("row", assay(t, "log", *conf, "--json")[1]),
                       ("list", assay(t, "log", *conf)[1]),
                       ("log", t.daemon.log())):
        for secret in ("bob@", "nobody@", "ann@"):
            t.lacks(text, secret, what)
    nothing_is_told(t, conf, event["queue_id"], (
        "bob@", "nobody@", "ann@", "A test"))
    t.holds(json.dumps(event), '@example.net', "the domain")
    t.equal(len(log(t, *conf, "--to", "bob@example.net")), 1,
            "who has the key finds it")
    t.equal(len(log(t, *conf, "--from", "ANN@good.example")), 1, "from")
    t.equal(log(t, *conf, "--to", "carol@example.net"), [], "another one")
