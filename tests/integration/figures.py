"""/metrics and its neighbours as a case sees them, and a real Prometheus."""
import http.client
import json
import os
import re
import shutil
import socket
import subprocess
import urllib.parse
import urllib.request

from proc import Server, free_ports, wait_for

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
RULES = SOURCE + "/contrib/prometheus/assay.rules.yml"
SCRAPE = SOURCE + "/contrib/prometheus/scrape.yml"
DASHBOARD = SOURCE + "/contrib/grafana/assay.json"
RULE_TESTS = SOURCE + "/tests/prometheus/assay.rules.test.yml"
LINE = re.compile(r'([a-z_]+(?:\{(?:[a-z_]+="(?:[^"\\]|\\.)*",?)*\})?) (\S+)')


def get(address, path="/metrics", method="GET"):
    """(status, text) from ("host", port) or a unix socket's path."""
    host = "localhost" if isinstance(address, str) else address[0]
    connection = http.client.HTTPConnection(
        host, None if isinstance(address, str) else address[1], timeout=20)
    if isinstance(address, str):
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.connect(address)
    try:
        connection.request(method, path)
        reply = connection.getresponse()
        return reply.status, reply.read().decode()
    finally:
        connection.close()


def read(text):
    """{series: value} of an exposition."""
    found = {}
    for line in text.splitlines():
        if not line.startswith("#"):
            series, value = LINE.fullmatch(line).groups()
            found[series] = float(value)
    return found


def figures(address):
    status, text = get(address)
    assert status == 200, text
    return read(text)


def changes(before, after, *names):
    """What differs in the series of these metrics."""
    return {series: value - before.get(series, 0)
            for series, value in after.items()
            if series.split("{")[0] in names
            and value != before.get(series, 0)}


class Promtool:
    """(exit status, output) of a command of it; None where there is none."""

    path = shutil.which("promtool")

    @classmethod
    def run(cls, *arguments, text=None):
        done = subprocess.run([cls.path, *arguments], input=text, text=True,
                              stdout=subprocess.PIPE, timeout=120,
                              stderr=subprocess.STDOUT, check=False)
        return done.returncode, done.stdout


class Prometheus:
    """A real one on loopback, which reads one assayd and the alert rules."""

    path = shutil.which("prometheus")

    def __init__(self, directory, target):
        self.port = free_ports(1)[0]
        with open(SCRAPE, encoding="utf-8") as source:
            text = source.read()
        # What is shipped, but for the place and the pace.
        for old, new in (("127.0.0.1:9464", "%s:%d" % target),
                         ("scrape_interval: 30s", "scrape_interval: 1s"),
                         ("scrape_timeout: 10s", "scrape_timeout: 1s"),
                         ("- assay.rules.yml", "- " + RULES)):
            assert text.count(old) >= 1, old
            text = text.replace(old, new)
        config = directory + "/prometheus.yml"
        with open(config, "w", encoding="utf-8") as out:
            out.write("global: {evaluation_interval: 1s}\n" + text)
        self.server = Server(
            [self.path, "--config.file=" + config,
             "--storage.tsdb.path=" + directory + "/prometheus",
             "--web.listen-address=127.0.0.1:%d" % self.port,
             "--log.level=warn"], directory + "/prometheus.log")
        self.server.wait_ready(("127.0.0.1", self.port))

    def ask(self, path, **arguments):
        """What its API says: the data, or a text of what is wrong."""
        url = "http://127.0.0.1:%d/api/v1/%s?%s" % (
            self.port, path, urllib.parse.urlencode(arguments))
        try:
            with urllib.request.urlopen(url, timeout=20) as reply:
                return json.load(reply)["data"]
        except urllib.error.HTTPError as error:
            return "%s: %s" % (arguments, error.read().decode())

    def has_read(self, name):
        """It has the metric at least twice."""
        return wait_for(lambda: [s for s in self.ask(
            "query", query="count_over_time(%s[1m])" % name)["result"]
            if int(s["value"][1]) > 1], 30, 0.2)

    def stop(self):
        self.server.stop()


def dashboard_queries():
    """All expressions of the dashboard, its variables filled in."""
    with open(DASHBOARD, encoding="utf-8") as source:
        board = json.load(source)
    found = [target["expr"] for panel in board["panels"]
             for target in panel.get("targets", [])]
    found += [a["expr"] for a in board["annotations"]["list"]]
    values = {"$job": "assay", "$instance": ".*", "$__rate_interval": "1m",
              "$__range": "5m"}
    for i, query in enumerate(found):
        for name, value in values.items():
            query = query.replace(name, value)
        assert "$" not in query, query
        found[i] = query
    return found


def names_in(query):
    """The metrics that an expression reads, without _bucket and the like."""
    query = re.sub(r'"[^"]*"', '""', query)
    return {re.sub(r"_(bucket|sum|count)$", "", name) for name in
            re.findall(r"\b(?:assay|process)_\w+\b", query)}


def defined():
    """The metrics of metrics.def."""
    with open(SOURCE + "/filter/metrics/metrics.def") as source:
        return set(re.findall(r'^METRIC\(\w+, "(\w+)"', source.read(), re.M))
