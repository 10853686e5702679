"""Figures and health over HTTP, and what Prometheus makes of them."""
import os
import signal
import socket
import stat

import figures
from case import Skipped, case
from dnsserver import DnsServer
from figures import Prometheus, Promtool, changes, get
from mail import Message
from proc import free_ports, wait_for
from world import GOOD, OTHER, STRANGER, ZONE

POLICY = """
at rcpt { reject 550 5.7.1 "not here" when rcpt == "no@example.net"; }
at message {
    reject 550 5.7.1 "forged" when dmarc == fail;
    note "unsigned" when dkim != pass;
}
"""


def place():
    return "127.0.0.1", free_ports(1)[0]


def setting(address):
    return "%s:%d" % address


def measured(t, rules=POLICY, **settings):
    """assayd with figures; where they are."""
    address = place()
    t.assayd(rules, http=setting(address), **settings)
    return address


def signed(t, **arguments):
    message = Message(**arguments)
    message.data = t.tools.key.sign(message.data)
    return message


@case
def figures_tell_what_came(t):
    http = measured(t)
    before = figures.figures(http)
    for _ in range(2):
        t.equal(t.send(signed(t), GOOD).final().code, 250, "a good one")
    reply = t.send(signed(t), GOOD, to=("bob@example.net", "no@example.net"))
    t.equal(reply.rcpts["no@example.net"].code, 550, "a recipient")
    t.equal(t.send(Message(author="x@reject.example"), STRANGER,
                   sender="x@reject.example").final().code, 550, "a forged")
    wait_for(lambda: len(t.daemon.events()) == 4, 10)
    # The MTA's connections end a moment after the SMTP sessions.
    wait_for(lambda: figures.figures(http)["assay_connections"] == 0, 10)
    after = figures.figures(http)
    t.equal(changes(before, after, "assay_messages_total"), {
        'assay_messages_total{stage="message",verdict="accept"}': 3,
        'assay_messages_total{stage="message",verdict="reject"}': 1,
    }, "messages")
    rule = 'assay_rule_fires_total{rule="%s:%%d",action="%%s",' \
        'stage="%%s",shadow="no"}' % t.daemon.policy_file
    t.equal(changes(before, after, "assay_rule_fires_total"), {
        rule % (3, "reject", "rcpt"): 1,
        rule % (5, "reject", "message"): 1,
    }, "rules")
    t.equal(after[rule % (6, "note", "message")], 0, "a rule that never did")
    result = 'assay_authentication_results_total{method="%s",result="%s"}'
    t.equal({series: value for series, value in changes(
        before, after, "assay_authentication_results_total").items()
        if "dkim" in series or "dmarc" in series or '"spf"' in series}, {
        result % ("spf", "pass"): 3, result % ("spf", "fail"): 1,
        result % ("dkim", "pass"): 3, result % ("dkim", "none"): 1,
        result % ("dmarc", "pass"): 3, result % ("dmarc", "fail"): 1,
    }, "results")
    t.equal(changes(before, after, "assay_events_written_total",
                    "assay_message_duration_seconds_count",
                    "assay_message_size_bytes_count",
                    "assay_messages_late_total"), {
        "assay_events_written_total": 4,
        "assay_message_duration_seconds_count": 4,
        "assay_message_size_bytes_count": 4,
    }, "others")
    # With XCLIENT the MTA opens one more for each session.
    t.true(changes(before, after, "assay_connections_opened_total")[
        "assay_connections_opened_total"] >= 4, "connections")
    answers = changes(before, after, "assay_answers_total")
    t.equal(answers['assay_answers_total{stage="rcpt",verdict="reject"}'], 1,
            "recipients refused")
    t.equal(answers['assay_answers_total{stage="message",'
                    'verdict="continue"}'], 3, "messages that went on")
    count = "assay_check_duration_seconds_count"
    t.equal(changes(before, after, count)[count + '{check="dkim"}'], 4,
            "checks")
    t.equal(after['assay_dkim_key_cache_lookups_total{result="hit"}'], 2,
            "keys that were known")
    t.equal(after["assay_dkim_key_cache_entries"], 1, "keys")
    t.equal(after["assay_messages_in_flight"], 0, "in flight")
    t.equal("assay_store_up" in after, False, "a store that is none")


@case(mtas=("postfix",), transports=("unix",))
def nothing_of_strangers_is_a_label(t):
    http = measured(t)
    evil = 'evil"\\}.example'
    t.send(Message(author="evil-author@evil.example",
                   subject="evil-subject"), STRANGER,
           sender="evil-sender@reject.example", helo="evil-helo.example",
           to=("evil-rcpt@example.net",))
    t.send(Message(author="x@" + evil), STRANGER)
    text = get(http)[1]
    t.lacks(text, "evil", "/metrics")
    t.lacks(text, "reject.example", "/metrics")


@case(mtas=("postfix",), transports=("tcp",))
def other_paths_and_methods_are_refused(t):
    http = measured(t)
    t.equal(get(http, "/")[0], 404, "/")
    t.equal(get(http, "/metrics/x")[0], 404, "/metrics/x")
    t.equal(get(http, "/metrics", "POST")[0], 405, "POST")
    t.equal(get(http, "/metrics", "HEAD"), (200, ""), "HEAD")
    t.equal(get(http, "/metrics?a=b")[0], 200, "a query")
    t.equal(get(http, "/healthz"), (200, "ok\n"), "/healthz")
    t.equal(get(http, "/readyz"), (200, "ready\n"), "/readyz")
    found = figures.figures(http)
    request = 'assay_http_requests_total{page="%s"}'
    t.equal([found[request % page] for page in
             ("metrics", "healthz", "readyz", "other")], [2, 1, 1, 2],
            "requests")


@case(mtas=("postfix",), transports=("unix",))
def hostile_requests_harm_nobody(t):
    http = measured(t)
    held = []
    for i in range(200):
        sock = socket.create_connection(http, 20)
        sock.sendall((b"GET /metrics HTTP/1.1\r\nX: ", b"GET ", b"",
                      b"\x16\x03\x01\x00\xff")[i % 4])
        held.append(sock)
    # Mail does not notice.
    t.equal(t.send(signed(t), GOOD).final().code, 250, "a message")
    for sock in held[40:]:
        sock.close()
    long_url = socket.create_connection(http, 20)
    long_url.sendall(b"GET /" + b"a" * 500000)
    for sock in held[:40] + [long_url]:
        sock.close()
    t.true(wait_for(lambda: get(http, "/healthz")[0] == 200, 30),
           "it answers again")
    t.equal(figures.figures(http)['assay_messages_total{stage="message",'
                                  'verdict="accept"}'], 1, "messages")


@case(mtas=("postfix",), transports=("tcp",))
def it_is_not_ready_without_dns(t):
    dns = DnsServer(t.directory, ZONE)
    http = measured(t, zone="", dns=[dns.spec], host_name="mx.example.org")
    try:
        t.equal(get(http, "/readyz"), (200, "ready\n"), "with DNS")
        asked = [line for line in dns.asked() if "ready-" in line]
        t.equal(len(asked), 1, "questions")
        t.holds(asked[0], ".mx.example.org", "the question")
        t.equal(figures.figures(http)["assay_dns_cache_entries"], 1,
                "answers that are kept")
        get(http, "/readyz")
        t.equal(len([line for line in dns.asked() if "ready-" in line]), 1,
                "questions, when it is known")
        dns.server.kill(signal.SIGSTOP)
        t.true(wait_for(lambda: get(http, "/readyz") == (
            503, "not ready: the resolver does not answer\n"), 20, 0.5),
            "it notices")
        t.equal(get(http, "/healthz"), (200, "ok\n"), "it lives")
        dns.server.kill(signal.SIGCONT)
        t.true(wait_for(lambda: get(http, "/readyz")[0] == 200, 20, 0.5),
               "it is ready again")
    finally:
        dns.server.kill(signal.SIGCONT)
        dns.stop()


@case(mtas=("postfix",), transports=("unix",))
def it_is_not_ready_when_it_stops(t):
    http = measured(t, stop_wait="20s")
    t.equal(get(http, "/readyz")[0], 200, "before")
    with t.session(GOOD) as session:
        session.envelope("ann@good.example", ["bob@example.net"])
        t.daemon.server.kill(signal.SIGTERM)
        t.true(wait_for(lambda: get(http, "/readyz") == (
            503, "not ready: it stops\n"), 10), "it says so")
        t.equal(get(http, "/healthz")[0], 200, "it lives")
        t.equal(figures.figures(http)["assay_messages_in_flight"], 1,
                "in flight")
    t.true(wait_for(lambda: not t.daemon.server.alive(), 20), "it ends")


@case(mtas=("postfix",), transports=("tcp",))
def a_reload_moves_it_and_is_counted(t):
    http, other = measured(t), place()
    first = figures.figures(http)
    t.equal(t.send(signed(t), GOOD).final().code, 250, "a message")
    t.equal(first["assay_last_reload_success"], 1, "the start")
    t.daemon.configure(http=setting(other))
    t.daemon.reload()
    second = figures.figures(other)
    t.equal(changes(first, second, "assay_reloads_total"),
            {'assay_reloads_total{result="ok"}': 1}, "reloads")
    t.equal(second['assay_messages_total{stage="message",'
                   'verdict="accept"}'], 1, "counters go on")
    t.true(second["assay_last_reload_timestamp_seconds"]
           > first["assay_last_reload_timestamp_seconds"], "its time")
    t.equal(refused(http), True, "the old place is left")
    config = [s for s in second if s.startswith("assay_config_info")]
    t.equal(len(config), 1, "settings in use")
    t.equal(config[0] in first, False, "its checksum is another")
    # One that cannot be used: nothing changes.
    with socket.create_server(("127.0.0.1", 0)) as taken:
        t.daemon.configure(http=setting(taken.getsockname()))
        t.daemon.reload()
    third = figures.figures(other)
    t.equal(third['assay_reloads_total{result="failed"}'], 1, "failures")
    t.equal(third["assay_last_reload_success"], 0, "success")
    t.equal([s for s in third if s.startswith("assay_config_info")], config,
            "the settings stay")
    t.holds(t.daemon.log(), "http: another process listens on port", "log")
    # A rule that stays goes on counting; one that goes is not shown, also
    # where the resolver was asked on its behalf.
    t.equal(get(other, "/readyz")[0], 200, "/readyz")
    t.daemon.configure(http=setting(other))
    t.daemon.policy('policy "test" mode enforce;\n\n'
                    'at rcpt { reject 550 5.7.1 "not here" when rcpt == '
                    '"no@example.net"; }\n')
    t.daemon.reload()
    fourth = figures.figures(other)
    t.equal(fourth["assay_last_reload_success"], 1, "success again")
    t.true(wait_for(lambda: [
        s.split('"')[1].rsplit(":", 1)[1] for s in figures.figures(other)
        if s.startswith("assay_rule_fires")] == ["3"], 10),
        "the rules are those of the new policy, when connections have ended")
    # Off.
    t.daemon.configure(http="")
    t.daemon.reload()
    t.equal(refused(other), True, "it is off")


def refused(address):
    try:
        socket.create_connection(address, 5).close()
    except ConnectionRefusedError:
        return True
    return False


@case(mtas=("postfix",), transports=("unix",))
def a_unix_socket_and_ipv6_serve(t):
    path = t.directory + "/http.sock"
    t.assayd(POLICY, http="unix:%s,mode=600" % path)
    t.equal(get(path, "/healthz"), (200, "ok\n"), "/healthz")
    status = os.stat(path)
    t.equal(stat.S_IMODE(status.st_mode), 0o600, "its mode")
    t.equal(status.st_uid, os.stat(t.directory).st_uid, "its owner")
    # The same path with another mode is another place.
    t.daemon.configure(http="unix:%s,mode=666" % path)
    t.daemon.reload()
    t.equal(stat.S_IMODE(os.stat(path).st_mode), 0o666, "the other mode")
    t.equal(get(path, "/healthz"), (200, "ok\n"), "/healthz")
    six = "::1", free_ports(1)[0]
    t.daemon.configure(http="[::1]:%d" % six[1])
    t.daemon.reload()
    t.equal(get(six, "/healthz"), (200, "ok\n"), "/healthz by IPv6")
    t.equal(os.path.exists(path), False, "the socket is gone")
    t.daemon.configure(http="0.0.0.0:%d" % free_ports(1)[0])
    t.daemon.reload()
    t.holds(t.daemon.log(), "is no loopback address", "log")


@case(mtas=("postfix",), transports=("unix",))
def store_and_lists_are_shown(t):
    tested = "2.0.0.127.bl.example A 127.0.0.2\n"
    wrong = "%s.bl.example A 198.51.100.1\n" % ".".join(
        reversed(t.ip(STRANGER).split(".")))
    address = place()
    t.assayd('at mail { reject when dnsbl("bl.example"); }\n'
             'at rcpt { tempfail when greylist(1s) == new; }',
             http=setting(address), zone=ZONE + tested + wrong,
             store="redis+unix://%s/none" % t.directory)
    up = 'assay_dns_list_up{list="bl.example"}'
    t.true(wait_for(lambda: figures.figures(address)[up] == 1, 10),
           "the list passes its test")
    t.equal(t.send(Message(), OTHER).final().code, 250, "no listing")
    t.true(wait_for(lambda: figures.figures(address)["assay_store_up"] == 0,
                    10), "the store is away")
    t.equal(t.send(Message(), STRANGER).final().code, 250, "a wrong answer")
    found = figures.figures(address)
    answer = 'assay_dns_list_answers_total{list="bl.example",answer="%s"}'
    # With XCLIENT the MTA shows its own address first.
    t.true(found.pop(answer % "unlisted") >= 1, "who is not on it")
    t.equal({series: value for series, value in found.items()
             if series.startswith("assay_dns_list")}, {
        up: 0, 'assay_dns_list_switched_off_total{list="bl.example"}': 1,
        answer % "listed": 0, answer % "wrong": 1,
        answer % "trouble": 0}, "the list")
    t.equal(found["assay_store_failures_total"], 1, "failures")
    t.equal(found['assay_store_ops_total{op="greylist",'
                  'result="unknown"}'], 2, "what was not known")
    t.true(found["assay_store_queue_ops"] > 0, "what waits")


@case(mtas=("postfix",), transports=("unix",))
def promtool_finds_nothing(t):
    if Promtool.path is None:
        raise Skipped("promtool is not installed")
    http = measured(t)
    t.send(signed(t), GOOD)
    t.equal(Promtool.run("check", "metrics", text=get(http)[1]), (0, ""),
            "promtool check metrics")
    status, text = Promtool.run("check", "rules", figures.RULES)
    t.equal(status, 0, text)
    status, text = Promtool.run("test", "rules", figures.RULE_TESTS)
    t.equal(status, 0, text)


@case(mtas=("postfix",), transports=("unix",))
def prometheus_reads_all_of_it(t):
    if Prometheus.path is None:
        raise Skipped("prometheus is not installed")
    zone = ZONE + "2.0.0.127.bl.example A 127.0.0.2\n"
    http = measured(t, POLICY + 'at mail { note "x" when '
                    'dnsbl("bl.example"); }', zone=zone, store="memory:")
    prometheus = Prometheus(t.directory, http)
    try:
        for _ in range(3):
            t.equal(t.send(signed(t), GOOD).final().code, 250, "a message")
        t.true(prometheus.has_read("assay_messages_total"),
               "it has read the figures twice")
        there = set(prometheus.ask("label/__name__/values"))
        rules = [rule for group in prometheus.ask("rules")["groups"]
                 for rule in group["rules"]]
        t.equal(len(rules), 18, "rules")
        wait_for(lambda: all(r["health"] != "unknown" for g in prometheus.ask(
            "rules")["groups"] for r in g["rules"]), 20, 0.5)
        for group in prometheus.ask("rules")["groups"]:
            for rule in group["rules"]:
                t.equal(rule["health"], "ok", "%s: %s" % (
                    rule["name"], rule.get("lastError")))
        queries = [rule["query"] for rule in rules]
        queries += figures.dashboard_queries()
        t.true(len(queries) > 80, "there are queries")
        for query in queries:
            found = prometheus.ask("query", query=query)
            t.true(isinstance(found, dict), "%s: %s" % (query, found))
            for name in figures.names_in(query):
                t.true({name, name + "_bucket"} & there,
                       "%s is scraped (%s)" % (name, query))
        # What the rules and the dashboard leave out is left out knowingly.
        used = set().union(*(figures.names_in(q) for q in queries))
        t.equal(figures.defined() - used, set(), "metrics that nobody shows")
        t.equal([s["value"][1] for s in prometheus.ask(
            "query", query='assay_messages_total{stage="message",'
            'verdict="accept"}')["result"]], ["3"], "messages")
        up = prometheus.ask("query", query='up{job="assay"}')["result"]
        t.equal([s["value"][1] for s in up], ["1"], "up")
    finally:
        prometheus.stop()
