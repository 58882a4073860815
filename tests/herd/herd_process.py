"""One server of a herd, as a process of the test's own."""

import os
import re
import signal
import subprocess
import urllib.request

from loopback import PATIENCE_S, eventually


class HerdProcess:
    """Runs `name` of the configuration in that file until it is stopped; it serves when this is
    made. Its ports are all at `address`."""

    def __init__(self, program, name, config, address, client_port, metrics_port, *flags):
        self.name = name
        self.address = address
        self.port = client_port
        self._metrics_port = metrics_port
        self._log = os.path.join(os.path.dirname(config), name + ".log")
        with open(self._log, "a", encoding="utf-8") as log:
            # It dies with this process, however that ends.
            self.process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", program, name, "--config", config,
                 "--listen", address, "--metrics-listen", address, *flags],
                stdout=log, stderr=log)
        if not eventually(self._serves):
            raise RuntimeError("%s does not start:\n%s" % (name, self.log()))

    def _serves(self):
        if self.process.poll() is not None:
            raise RuntimeError("%s has ended:\n%s" % (self.name, self.log()))
        try:
            return "herd_ready" in self.page()
        except OSError:
            return False

    def page(self):
        url = "http://%s:%d/metrics" % (self.address, self._metrics_port)
        with urllib.request.urlopen(url, timeout=PATIENCE_S) as page:
            return page.read().decode()

    def metric(self, name):
        return float(re.search("^%s (.*)$" % re.escape(name), self.page(), re.MULTILINE).group(1))

    def descriptors(self):
        return len(os.listdir("/proc/%d/fd" % self.process.pid))

    def log(self):
        with open(self._log, encoding="utf-8") as log:
            return log.read()

    def stop(self):
        """Returns its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE_S)
