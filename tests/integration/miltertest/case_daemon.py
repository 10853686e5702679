"""Start: options, sockets, privileges, the background, systemd."""
import grp
import os
import pwd
import signal
import socket
import subprocess
import time

from daemon import USER, Skipped
from proc import answers, wait_for

CASES = []


def case(function):
    CASES.append(function)
    return function


def need_root():
    if os.geteuid() != 0:
        raise Skipped("needs root")


@case
def options(daemon, check):
    status, text = daemon.once("-t")
    check((status, text) == (0, '%s: settings and policy "test" are fine\n' %
                             daemon.path("assay.conf")), "-t", text)
    status, text = daemon.once("-V")
    check(status == 0 and text.startswith("assayd "), "-V", text)
    status, text = daemon.once("-h")
    check(status == 0 and text.startswith("usage: assayd"), "-h", text)
    for bad in (("-x",), ("extra",), ("--sat", "a=b"), ("-c",)):
        status, text = daemon.once(*bad)
        check(status == 2 and "usage: assayd" in text, " ".join(bad), text)


@case
def mistakes(daemon, check):
    good = daemon.read("assay.conf")
    status, text = daemon.once("-t", "--set", "log=fax")
    check(status == 1 and text.startswith('--set: error: "fax" is no word'),
          "-t with a bad --set", text)
    daemon.write("assay.conf", good + "lisen = 1\nmax_signatures = 99\n")
    status, text = daemon.once("-t")
    line = good.count("\n") + 1
    check(status == 1 and "assay.conf:%d:1: error: unknown setting" % line in
          text and "assay.conf:%d:18: error: max_signatures" % (line + 1) in
          text, "-t with two mistakes", text)
    status, again = daemon.once("-f")
    check((status, again) == (1, text), "a start says the same", again)
    daemon.write("assay.conf", good)
    daemon.policy('policy "test" mode enforce;\nat mail { rejekt; }\n')
    status, text = daemon.once("-t")
    check(status == 1 and "test.policy:2:11: error:" in text,
          "-t with a bad policy", text)
    status, text = daemon.once("-f")
    check(status == 1 and "test.policy:2:11: error:" in text,
          "a start says the same", text)
    check(not os.path.exists(daemon.socket), "and leaves no socket")
    status, text = daemon.once("-t", "--set", "policy=none.policy")
    check(status == 1 and "none.policy: error: there is no such policy" in
          text, "a policy that is not there", text)
    status, text = daemon.once("-t", "-c", "/nonexistent/assay.conf")
    check(status == 1 and text == "/nonexistent/assay.conf: error: cannot "
          "be opened: No such file or directory\n",
          "settings that are not there", text)


@case
def events_file(daemon, check):
    daemon.configure(events="/nonexistent/events.json")
    status, text = daemon.once("-f")
    check(status == 1 and "/nonexistent/events.json: error: events cannot "
          "be appended" in text, "a file that cannot be written", text)


@case
def stale_socket(daemon, check):
    daemon.start()
    daemon.server.stop(signal.SIGKILL)
    check(os.path.exists(daemon.socket), "killed, it leaves its socket")
    daemon.start()
    check(answers(daemon.socket), "which the next one replaces")


@case
def second_instance(daemon, check):
    daemon.start()
    status, text = daemon.once("-f")
    check(status == 1 and "another process answers on %s" % daemon.socket in
          text, "is refused", text)
    client = daemon.client().session()
    check(client.message()[1], "the first serves on")
    client.close()


@case
def second_instance_tcp(daemon, check):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        daemon.configure(listen="inet:%d@127.0.0.1" % port)
        status, text = daemon.once("-f")
    check(status == 1 and "another process listens on port %d of 127.0.0.1"
          % port in text, "is refused", text)


@case
def not_a_socket(daemon, check):
    with open(daemon.socket, "w", encoding="utf-8") as out:
        out.write("precious")
    status, text = daemon.once("-f")
    check(status == 1 and "%s is there and is not a socket" % daemon.socket
          in text, "is refused", text)
    check(daemon.read("socket") == "precious", "and left as it is")


@case
def bad_directory(daemon, check):
    daemon.configure(listen="unix:/nonexistent/socket")
    status, text = daemon.once("-f")
    check(status == 1 and "/nonexistent/socket cannot be made: No such file"
          in text, "is told", text)


@case
def privileges(daemon, check):
    need_root()
    group = grp.getgrgid(1).gr_name
    daemon.configure(listen="unix:%s,mode=620,group=%s" % (daemon.socket,
                                                         group))
    daemon.start()
    owner = pwd.getpwnam(USER)
    status = os.stat(daemon.socket)
    check((status.st_uid, status.st_gid, status.st_mode & 0o777) ==
          (owner.pw_uid, 1, 0o620), "owner, group and mode of the socket")
    with open("/proc/%d/status" % daemon.server.child.pid,
              encoding="utf-8") as lines:
        fields = dict(line.split(":", 1) for line in lines)
    check(set(fields["Uid"].split()) == {str(owner.pw_uid)} and
          set(fields["Gid"].split()) == {str(owner.pw_gid)},
          "user and group for good", fields["Uid"])
    check("0" not in fields["Groups"].split(), "no group of root",
          fields["Groups"])
    check(int(fields["CapEff"], 16) == 0, "no capabilities")
    check(os.stat(daemon.path("events.json")).st_uid == owner.pw_uid,
          "files are opened as that user")


@case
def bad_user(daemon, check):
    need_root()
    daemon.configure(user="no_such_user")
    status, text = daemon.once("-f")
    check(status == 1 and 'there is no user "no_such_user"' in text,
          "an unknown one is told", text)
    daemon.configure(user="root")
    status, text = daemon.once("-f")
    check(status == 1 and 'user "root" is root' in text, "root is refused",
          text)


@case
def without_root(daemon, check):
    need_root()
    command = ["setpriv", "--reuid", USER, "--regid", str(
        pwd.getpwnam(USER).pw_gid), "--clear-groups"]
    daemon.configure(user="assay")
    binary, daemon.binary = daemon.binary, command[0]
    daemon.command = lambda *more: command + [
        binary, "-c", daemon.path("assay.conf"), *more]
    daemon.start()
    client = daemon.client().session()
    check(client.message()[1], "it serves as the user that started it")
    client.close()


@case
def background(daemon, check):
    daemon.configure(pid_file="pid", log="daemon")
    status, text = daemon.once()
    check(status == 0, "it returns 0", text)
    check(answers(daemon.socket), "when it is ready")
    pid = int(daemon.read("pid"))
    check(os.path.exists("/proc/%d" % pid) and
          os.readlink("/proc/%d/cwd" % pid) == "/" and
          os.readlink("/proc/%d/fd/0" % pid) == "/dev/null" and
          os.getsid(pid) == pid, "detached, with its pid file")
    os.kill(pid, signal.SIGHUP)
    time.sleep(0.3)
    client = daemon.client().session()
    check(client.message()[1], "it serves, also after a reload")
    client.close()
    os.kill(pid, signal.SIGTERM)
    check(wait_for(lambda: not os.path.exists("/proc/%d" % pid) or open(
        "/proc/%d/stat" % pid).read().split(")")[1].split()[0] == "Z"),
        "it ends")
    check(not os.path.exists(daemon.path("pid")), "the pid file is gone")
    daemon.policy("nonsense")
    status, text = daemon.once()
    check(status == 1 and "test.policy:1:1: error:" in text,
          "a start that fails returns 1 and says why", text)
    check(not os.path.exists(daemon.path("pid")) and
          not os.path.exists(daemon.socket), "and leaves nothing")


def notified(daemon, check, address, name):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind(address)
        if address[0] != "\0":
            os.chmod(address, 0o666)
        sock.settimeout(20)
        daemon.start(NOTIFY_SOCKET=name)
        check(sock.recv(100) == b"READY=1", "ready")
        daemon.reload()
        check(sock.recv(100).startswith(b"RELOADING=1\nMONOTONIC_USEC="),
              "reloading")
        check(sock.recv(100) == b"READY=1", "ready again")
        daemon.end()
        check(sock.recv(100) == b"STOPPING=1", "stopping")


@case
def notify(daemon, check):
    notified(daemon, check, daemon.path("notify"), daemon.path("notify"))


@case
def notify_abstract(daemon, check):
    name = "assay-test-%d" % os.getpid()
    notified(daemon, check, "\0" + name, "@" + name)


@case
def watchdog(daemon, check):
    """Told twice in the time that systemd gives."""
    address = daemon.path("notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind(address)
        os.chmod(address, 0o666)
        sock.settimeout(20)
        daemon.start(NOTIFY_SOCKET=address, WATCHDOG_USEC="200000")
        check(sock.recv(100) == b"READY=1", "ready")
        check([sock.recv(100) for _ in range(3)] == [b"WATCHDOG=1"] * 3,
              "it lives")
        daemon.end()
        said = [b"WATCHDOG=1"]
        while said[-1] == b"WATCHDOG=1":
            said.append(sock.recv(100))
        check(said[-1] == b"STOPPING=1", "stopping", said)
        daemon.start(NOTIFY_SOCKET=address, WATCHDOG_USEC="200000",
                     WATCHDOG_PID="1")
        check(sock.recv(100) == b"READY=1", "ready")
        sock.settimeout(0.5)
        try:
            said = sock.recv(100)
        except TimeoutError:
            said = None
        check(said is None, "another process is meant", said)


@case
def nodelay(daemon, check):
    """The accepted sockets have TCP_NODELAY, which libmilter does not set."""
    need_root()
    import ctypes
    from client import Client
    from proc import free_ports
    address = ("127.0.0.1", free_ports(1)[0])
    daemon.configure(listen="inet:%d@127.0.0.1" % address[1])
    daemon.start(address)
    client = Client(address).session()
    libc = ctypes.CDLL(None, use_errno=True)
    pidfd = libc.syscall(434, daemon.server.child.pid, 0)
    found = []
    for number in os.listdir("/proc/%d/fd" % daemon.server.child.pid):
        fd = libc.syscall(438, pidfd, int(number), 0)
        if fd < 0:
            continue
        try:
            sock = socket.socket(fileno=fd)
            if sock.family == socket.AF_INET and \
                    sock.getpeername() == client.sock.getsockname():
                found.append(sock.getsockopt(socket.IPPROTO_TCP,
                                             socket.TCP_NODELAY))
        except OSError:
            pass
    if not found:
        raise Skipped("the daemon's sockets cannot be looked at")
    check(found[0] != 0, "it is set")
    client.close()


@case
def no_leak(daemon, check):
    """Connections come and go; what they took is given back."""
    daemon.start()

    def resident():
        with open("/proc/%d/statm" % daemon.server.child.pid,
                  encoding="ascii") as text:
            return int(text.read().split()[1]) * 4096
    for i in range(1200):
        if i == 600:
            before = resident()
        client = daemon.client().session()
        if i % 3:
            client.mail()
            client.rcpt()
            client.head()
        client.close()
    grown = resident() - before
    check(grown < 16 * 1024 * 1024, "600 connections grow it little", grown)
    check(subprocess.run(["true"], check=False).returncode == 0 and
          daemon.server.alive(), "it lives")
