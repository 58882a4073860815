"""What the kernel says: which cores there are, how much CPU and memory processes used, and what
machine this is."""

import os
import platform
import re
import subprocess


def cores():
    """(the server's, the generator's): the same where there is only one."""
    allowed = sorted(os.sched_getaffinity(0))
    return allowed[0], allowed[min(1, len(allowed) - 1)]


def read(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


def process_tree(pid):
    """The process and its descendants."""
    found = [pid]
    for each in found:  # Grows as it goes.
        try:
            for task in os.listdir(f"/proc/{each}/task"):
                found += [int(child) for child in
                          read(f"/proc/{each}/task/{task}/children").split()]
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


def cpu_seconds(pids):
    """Of all threads that live. Threads that ended took their count with them."""
    nanoseconds = 0
    for pid in pids:
        try:
            for task in os.listdir(f"/proc/{pid}/task"):
                nanoseconds += int(read(f"/proc/{pid}/task/{task}/schedstat").split()[0])
        except (FileNotFoundError, ProcessLookupError):
            continue
    return nanoseconds / 1e9


def thread_cpu_seconds(pid, name):
    """Of the process's threads of that name."""
    tasks = f"/proc/{pid}/task"
    return sum(int(read(f"{tasks}/{task}/schedstat").split()[0]) for task in os.listdir(tasks)
               if read(f"{tasks}/{task}/comm").strip() == name) / 1e9


def resident_bytes(pid):
    return int(re.search(r"^VmRSS:\s+(\d+) kB", read(f"/proc/{pid}/status"), re.M)[1]) * 1024


def busy_seconds():
    """Of all cores together, since the machine started."""
    user, nice, system, _, _, irq, softirq, steal = map(
        int, read("/proc/stat").splitlines()[0].split()[1:9])
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")


def first_line(command):
    """What the command prints first, or None when it is not here."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return None
    lines = (done.stdout + done.stderr).splitlines()
    return lines[0].strip() if lines else None


def description():
    """For the head of a report."""
    model = re.search(r"^model name\s*:\s*(.*)$", read("/proc/cpuinfo"), re.M)
    system = re.search(r'^PRETTY_NAME="?(.*?)"?$', read("/etc/os-release"), re.M)
    gigabytes = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return {
        "processor": model[1] if model else platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gb": round(gigabytes, 1),
        "kernel": platform.release(),
        "system": system[1] if system else platform.system(),
    }
