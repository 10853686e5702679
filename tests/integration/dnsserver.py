"""tests/support/dns_server.py as a server of a case."""
import os

from proc import Server, wait_for

PROGRAM = os.path.join(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))), "support", "dns_server.py")


class DnsServer:
    def __init__(self, directory, zone):
        self.directory = directory
        with open(directory + "/served.zone", "w", encoding="utf-8") as out:
            out.write(zone)
        self.server = Server(
            ["/usr/bin/python3", "-B", PROGRAM, "--zone",
             directory + "/served.zone", "--log", directory + "/asked"],
            directory + "/dns-output")
        wait_for(lambda: not self.server.alive()
                 or self.server.text().endswith("\n"))
        if not self.server.alive():
            raise RuntimeError(self.server.text())
        self.spec = "server:127.0.0.1#%d" % int(self.server.text())

    def asked(self):
        """The questions so far, as "udp TXT name"."""
        try:
            with open(self.directory + "/asked") as log:
                return log.read().splitlines()
        except FileNotFoundError:
            return []

    def stop(self):
        self.server.stop()
