"""A real Redis in trouble: no mail waits for it, and nothing is lost or twice.

Each message is counted once; what Redis holds in the end is how many came.
"""
import signal

import figures
from case import case
from cases_fleet import Redis
from mail import Message
from proc import free_ports, wait_for

COUNT = """
at mail { reject 550 5.7.1 "too many" when rate(mail.from, 1h) > 1000; }
"""
UNKNOWN = 'assay_store_ops_total{op="count",result="unknown"}'
SUM = """
local sum = 0
for _, key in ipairs(redis.call('KEYS', 'assay:0:*')) do
    sum = sum + redis.call('GET', key)
end
return tostring(sum)
"""


class Host:
    """The case's daemon, which counts in this Redis."""

    def __init__(self, t, redis, url=None, **settings):
        self.test, self.redis = t, redis
        self.http = "127.0.0.1", free_ports(1)[0]
        t.assayd(COUNT, store=url or redis.url, http="%s:%d" % self.http,
                 store_spool=t.directory + "/spool", **settings)

    def send(self, count):
        """All are let in.  One that is held up gets a 4xx of the MTA."""
        for _ in range(count):
            reply = self.test.send(Message()).final()
            self.test.equal(reply.code, 250, "reply: %s" % reply)

    def figure(self, name):
        return figures.figures(self.http)[name]

    def is_away(self, why):
        """It is told once, and the figures show it."""
        test = self.test
        test.true(wait_for(lambda: self.figure("assay_store_up") == 0),
                  "it is shown to be away")
        test.true(self.figure(UNKNOWN) > 0, "what was not known is counted")
        test.true(self.figure("assay_store_queue_ops") > 0, "some wait")
        test.equal(self.figure("assay_store_failures_total"), 1, "failures")
        told = [line for line in test.daemon.log().splitlines()
                if "the store is away" in line]
        test.equal(len(told), 1, "lines of the log: %s" % told)
        test.holds(told[0], why, "log")

    def is_back(self, count):
        """All that came is there, each once."""
        test = self.test
        test.true(wait_for(lambda: self.figure("assay_store_up") == 1, 30),
                  "it is back: %s" % test.daemon.log()[-2000:])
        test.true(wait_for(lambda: self.figure("assay_store_queue_ops") == 0),
                  "all is done")
        test.holds(test.daemon.log(), "the store is back", "log")
        self.holds(count)

    def holds(self, count):
        self.test.equal(self.redis.cli("--raw", "EVAL", SUM, "0"),
                        str(count), "messages")


@case(mtas=("postfix",), transports=("unix",))
def one_that_sleeps(t):
    redis = Redis(t).start()
    host = Host(t, redis)
    try:
        host.send(2)
        redis.server.kill(signal.SIGSTOP)
        host.send(3)
        host.is_away("Resource temporarily unavailable")
        redis.server.kill(signal.SIGCONT)
        host.is_back(5)
    finally:
        redis.stop()


@case(mtas=("postfix",), transports=("unix",))
def one_that_is_slow(t):
    redis = Redis(t).start()
    host = Host(t, redis, store_timeout="100ms")
    try:
        count = 0
        while host.figure(UNKNOWN) < 3 and count < 50:
            redis.cli("CLIENT", "PAUSE", "800")
            host.send(1)
            count += 1
        t.true(host.figure(UNKNOWN) >= 3, "what was not known is counted")
        t.equal(t.daemon.log().count("the store is slow"), 1, "the log")
        t.true(wait_for(lambda: host.figure("assay_store_queue_ops") == 0),
               "all is done")
        host.holds(count)
    finally:
        redis.stop()


@case(mtas=("postfix",), transports=("unix",))
def one_that_is_full(t):
    redis = Redis(t).start()
    host = Host(t, redis)
    try:
        host.send(2)
        redis.cli("CONFIG", "SET", "maxmemory", "1")
        host.send(3)
        host.is_away("OOM command not allowed")
        redis.cli("CONFIG", "SET", "maxmemory", "0")
        host.is_back(5)
    finally:
        redis.stop()


@case(mtas=("postfix",), transports=("unix",))
def one_that_starts_empty(t):
    redis = Redis(t).start()
    host = Host(t, redis)
    try:
        host.send(2)
        redis.stop()
        host.send(3)
        host.is_away("")
        redis.start()
        host.is_back(3)         # what it knew before is gone with it
    finally:
        redis.stop()


@case(mtas=("postfix",), transports=("unix",))
def one_with_another_password(t):
    redis = Redis(t).start("--requirepass", "staple")
    host = Host(t, redis, redis.url.replace("//", "//:horse@"))
    try:
        host.send(3)
        host.is_away("WRONGPASS")
        t.lacks(t.daemon.log(), "horse", "log")
        redis.login = "-a", "staple", "--no-auth-warning"
        redis.cli("CONFIG", "SET", "requirepass", "horse")
        redis.login = "-a", "horse", "--no-auth-warning"
        host.send(2)
        host.is_back(5)
    finally:
        redis.stop()
