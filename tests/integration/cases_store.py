"""What is remembered between messages: greylisting and rates."""
import os
import time

from case import case
from mail import Message
from world import GOOD

GREY = """
at rcpt {
    tempfail 451 4.7.1 "greylisted, try again later"
        when greylist(2s) == new;
}
"""


def database(t):
    return "sqlite:" + os.path.join(t.directory, "assay.db")


def rcpt(t, client=GOOD, to="bob@example.net"):
    message = Message()
    return t.send(message, client, to=[to]).rcpts[to].code


@case(transports=("unix",))
def a_greylisted_sender_comes_again(t):
    t.assayd(GREY, store=database(t))
    t.equal(rcpt(t), 451, "first")
    t.equal(rcpt(t), 451, "at once")
    time.sleep(2.2)
    t.equal(rcpt(t), 250, "later")
    t.equal(rcpt(t), 250, "and again")
    t.equal(rcpt(t, to="carol@example.net"), 451, "another recipient")
    t.true(os.path.exists(database(t)[len("sqlite:"):] + ".spool"),
           "the spool lies beside the store")
    # Over a restart, and over a reload.
    t.daemon.stop()
    t.daemon.start()
    t.equal(rcpt(t), 250, "after a restart")
    t.daemon.reload()
    t.equal(rcpt(t), 250, "after a reload")


KILLED = """
at rcpt {
    tempfail 451 4.7.1 "greylisted, try again later"
        when greylist(1s) == new;
    reject 550 5.7.1 "known" when greylist(1s) == known;
}
"""


@case(mtas=("postfix",), transports=("unix",))
def a_pass_outlives_a_kill(t):
    t.assayd(KILLED, store=database(t))
    to = ["r%d@example.net" % i for i in range(4)]
    for name in to:
        t.equal(rcpt(t, to=name), 451, "first")
    time.sleep(1.2)
    for count, name in enumerate(to):
        t.equal(rcpt(t, to=name), 250, "later")
        t.daemon.kill()
        t.daemon.start()
        for known in to[:count + 1]:
            t.equal(rcpt(t, to=known), 550, "known after a kill")


@case(transports=("tcp",))
def a_sender_is_too_quick(t):
    t.assayd('at mail { reject 550 5.7.1 "too many"\n'
             '    when rate(mail.from, 1h) > 3; }', store="memory:")
    codes = [t.send(Message()).mail.code for _ in range(5)]
    t.equal(codes, [250, 250, 250, 550, 550], "replies")
    t.equal(t.send(Message(), sender="carol@good.example").mail.code, 250,
            "another sender")


@case(transports=("unix",))
def a_store_that_is_away_holds_no_mail(t):
    t.assayd(GREY, store="redis+unix://%s/none" % t.directory)
    t.equal(rcpt(t), 250, "reply")
    t.holds(t.daemon.log(), "the store is away", "log")


@case(transports=("unix",))
def a_file_that_is_no_spool_is_left_alone(t):
    t.assayd(GREY, store=database(t), store_spool="none")
    t.equal(rcpt(t), 451, "first")
    path = t.private("notes", "remember the milk\n")
    t.daemon.configure(store_spool=path)
    t.daemon.reload()
    t.holds(t.daemon.log(), path + ": it is no spool of this assay; move it "
            "away, or set another store_spool", "log")
    t.equal(rcpt(t), 451, "still greylisted")
    with open(path) as notes:
        t.equal(notes.read(), "remember the milk\n", "the file")


@case(transports=("unix",))
def a_bad_store_changes_nothing(t):
    t.assayd(GREY, store=database(t))
    t.equal(rcpt(t), 451, "first")
    t.daemon.configure(store="sqlite:/no/such/place.db")
    t.daemon.reload()
    t.holds(t.daemon.log(), "/no/such/place.db: unable to open database "
            "file", "log")
    t.equal(rcpt(t), 451, "still greylisted")
