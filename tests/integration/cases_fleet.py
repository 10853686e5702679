"""Several hosts and one Redis, a real one; and a crash while it is away.

Two daemons run beside each other: one where the MTA's port for sockets looks,
one where its port for TCP does.
"""
import os
import shutil
import signal
import time

from assayd import Assayd
from case import Skipped, case, policy
from mail import Message
from proc import Server, run, wait_for
from world import GOOD, ZONE

GREY = """
at rcpt {
    tempfail 451 4.7.1 "greylisted, try again later"
        when greylist(2s) == new;
}
"""
RATE = """
at mail { reject 550 5.7.1 "too many" when rate(mail.from, 1h) > 4; }
"""


class Redis:
    """A server of the case's own, on a socket in its directory."""

    def __init__(self, t):
        if shutil.which("redis-server") is None:
            raise Skipped("redis-server is not installed")
        self.socket = os.path.join(t.directory, "redis")
        self.directory = t.directory
        self.url = "redis+unix://" + self.socket
        self.server = None
        self.login = ()             # of redis-cli

    def start(self, *options):
        self.server = Server(
            ["redis-server", "--port", "0", "--unixsocket", self.socket,
             "--unixsocketperm", "777", "--save", "", "--dir",
             self.directory, *options], self.directory + "/redis.log")
        self.server.wait_ready(self.socket)
        return self

    def cli(self, *words):
        """What redis-cli says to it."""
        return run("redis-cli", "-s", self.socket, *self.login,
                   *words).strip()

    def stop(self):
        if self.server:
            self.server.stop(signal.SIGKILL)


class Fleet:
    """The case's daemon and a second one, with the same policy and Redis."""

    def __init__(self, t, rules):
        self.test = t
        self.redis = Redis(t).start()
        settings = {"store": self.redis.url, "store_timeout": "5s"}
        t.assayd(rules, store_spool=t.directory + "/spool", **settings)
        directory = os.path.join(t.directory, "second")
        os.mkdir(directory, 0o755)
        self.second = Assayd(
            t.tools.assayd, directory, t.mta.milter["tcp"], policy(rules),
            ZONE, dict(settings, store_spool=directory + "/spool"))
        self.second.start()

    def send(self, host, to="bob@example.net"):
        """What that host answers to MAIL and RCPT."""
        self.test.transport = ("unix", "tcp")[host]
        reply = self.test.send(Message(), GOOD, to=[to])
        rcpt = reply.rcpts.get(to) if reply.mail.code == 250 else None
        return rcpt.code if rcpt else reply.mail.code

    def end(self):
        trouble = self.second.stop()
        self.redis.stop()
        self.test.equal(trouble, "", "the second one's end")


@case(transports=("unix",))
def what_one_host_learns_all_know(t):
    fleet = Fleet(t, GREY)
    t.equal(fleet.send(0), 451, "the first host, at first")
    t.equal(fleet.send(1), 451, "the second host, too early")
    time.sleep(2.2)
    t.equal(fleet.send(1), 250, "the second host, in time")
    t.equal(fleet.send(0), 250, "the first host knows")
    t.equal(fleet.send(0, "carol@example.net"), 451, "another recipient")
    fleet.end()


@case(transports=("unix",))
def hosts_count_together(t):
    fleet = Fleet(t, RATE)
    codes = [fleet.send(i % 2) for i in range(6)]
    t.equal(codes, [250, 250, 250, 250, 550, 550], "replies")
    fleet.end()


@case(transports=("unix",))
def what_was_counted_outlives_a_crash(t):
    redis = Redis(t)
    t.assayd(RATE, store=redis.url, store_spool=t.directory + "/spool")
    codes = [t.send(Message()).mail.code for _ in range(3)]
    t.equal(codes, [250, 250, 250], "while the store is away")
    time.sleep(1)
    t.daemon.kill()
    redis.start()
    t.daemon.start()
    t.true(wait_for(lambda: "3 things are still to be remembered" in
                    t.daemon.log()), "the log tells of the spool")
    codes = [t.send(Message()).mail.code for _ in range(3)]
    t.equal(codes, [250, 550, 550], "with those of before")
    redis.stop()
