"""Processes, ports, waiting: what every server of the tests needs."""
import os
import signal
import socket
import subprocess
import time


class Unavailable(Exception):
    """A real part cannot be set up here: its cases are skipped."""


def free_ports(count):
    """Loopback ports that nobody uses now, all different."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for sock in sockets:
            sock.bind(("127.0.0.1", 0))
        return [sock.getsockname()[1] for sock in sockets]
    finally:
        for sock in sockets:
            sock.close()


def wait_for(condition, seconds=20, step=0.02):
    """The first true value of condition(), or its last false one."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value or time.monotonic() > end:
            return value
        time.sleep(step)


def answers(address):
    """Something accepts connections at ("host", port) or at a path."""
    family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
    with socket.socket(family) as sock:
        sock.settimeout(2)
        try:
            sock.connect(address)
        except OSError:
            return False
    return True


def run(*command, **kwargs):
    """Run a command to its end; its output is in the exception if it fails."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=120, **kwargs)
    if done.returncode != 0:
        raise RuntimeError("%s: status %d\n%s" % (" ".join(command),
                           done.returncode, done.stdout))
    return done.stdout


class Server:
    """A server in the foreground; its output goes to a file."""

    started = []

    def __init__(self, command, output, env=None):
        self.command = command
        self.output = output
        with open(output, "ab") as out:
            self.child = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                env=env, start_new_session=True)
        Server.started.append(self)

    def alive(self):
        return self.child.poll() is None

    def kill(self, number):
        self.child.send_signal(number)

    def wait_ready(self, address, seconds=30):
        wait_for(lambda: not self.alive() or answers(address), seconds)
        if not self.alive() or not answers(address):
            raise RuntimeError("%s does not answer at %s:\n%s" % (
                self.command[0], address, self.text()))

    def text(self):
        with open(self.output, errors="replace") as out:
            return out.read()

    def stop(self, number=signal.SIGTERM, seconds=20):
        """End it by its process id; the exit status."""
        if self.alive():
            self.child.send_signal(number)
        try:
            return self.child.wait(seconds)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait(5)
            raise RuntimeError("%s did not end within %d s\n%s" % (
                self.command[0], seconds, self.text()))


def end_all():
    """End what is still running, for a run that was broken off."""
    for server in Server.started:
        if server.alive():
            pids = descendants(server.child.pid) + [server.child.pid]
            for pid in pids:
                try:
                    os.kill(pid, signal.SIGTERM)
                except ProcessLookupError:
                    pass


def descendants(pid):
    """All processes below pid, children last."""
    children = {}
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            with open("/proc/%s/stat" % entry) as stat:
                parent = int(stat.read().rsplit(")", 1)[1].split()[1])
        except (OSError, IndexError):
            continue
        children.setdefault(parent, []).append(int(entry))
    found, queue = [], [pid]
    while queue:
        below = children.get(queue.pop(0), [])
        found += below
        queue += below
    return found


def speak(command, said):
    """SMTP with a program by its standard input; all that it answers."""
    answers = b""
    with subprocess.Popen(command, stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as child:
        for octets in [b"", *said]:
            child.stdin.write(octets)
            child.stdin.flush()
            line = b"250-"
            while line[3:4] == b"-":
                line = child.stdout.readline()
                answers += line
    return answers
