"""Which system calls the unit's filter lets pass.

    calls.py later           how those are answered here that a C library or an allocator makes of
                             itself, today or in a coming version
    calls.py traced FILE…    fails where one of the calls in these traces was refused
    calls.py beyond FILE…    fails where the filter wouldn't let one of them pass
"""

import ctypes
import errno
import re
import subprocess
import sys

# Numbers of x86-64. Those from 333 on are the same everywhere.
LATER = {
    "munmap": 11, "brk": 12, "mremap": 25, "madvise": 28,
    "mlock": 149, "mlock2": 325, "membarrier": 324, "getcpu": 309, "get_mempolicy": 239, "sysinfo": 99,
    "memfd_create": 319, "rseq": 334, "getrandom": 318,
    "futex": 202, "set_robust_list": 273, "sched_getaffinity": 204, "sched_getattr": 315, "prlimit64": 302,
    "statx": 332, "renameat2": 316, "copy_file_range": 326, "preadv2": 327, "execveat": 322,
    "pidfd_send_signal": 424, "pidfd_open": 434, "clone3": 435, "close_range": 436, "openat2": 437,
    "pidfd_getfd": 438, "faccessat2": 439, "process_madvise": 440, "epoll_pwait2": 441,
    "futex_waitv": 449, "set_mempolicy_home_node": 450, "cachestat": 451, "fchmodat2": 452,
    "map_shadow_stack": 453, "futex_wake": 454, "futex_wait": 455, "futex_requeue": 456, "statmount": 457,
    "listmount": 458, "mseal": 462, "setxattrat": 463, "getxattrat": 464, "open_tree_attr": 467,
    "file_getattr": 468, "not invented yet": 511,
}

libc = ctypes.CDLL(None, use_errno=True)


def later():
    """A call that passes is answered by the kernel, mostly that nothing of this can be meant."""
    for name, number in LATER.items():
        ctypes.set_errno(0)
        result = libc.syscall(number, ctypes.c_long(-1), None, None, None, None, None)
        error = errno.errorcode.get(ctypes.get_errno(), "ok") if result == -1 else "ok"
        print(name.replace(" ", "-"), number, error)


def traced(paths):
    """name → how often, name → how often refused, of the traced lines."""
    calls, refused = {}, {}
    for path in paths:
        for line in open(path, errors="replace"):
            call = re.match(r"\d+ +(\w+)\(|\d+ +<\.\.\. (\w+) resumed>", line)
            if not call:
                continue
            name = call[1] or call[2]
            if call[1]:
                calls[name] = calls.get(name, 0) + 1
            # RestrictNamespaces= can't see what clone3 is asked for: libraries go on with clone.
            if name == "clone3":
                continue
            # No kernel that is new enough for the tracer lacks one of the program's calls.
            if " = -1 ENOSYS " in line or " = -1 EPERM " in line:
                refused[name] = refused.get(name, 0) + 1
    return calls, refused


def members(group):
    lines = subprocess.run(
        ["systemd-analyze", "syscall-filter", group], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    names = set()
    for line in lines[1:]:
        name = line.strip()
        if name.startswith("@"):
            names |= members(name)
        elif name and not name.startswith("#"):
            names.add(name)
    return names


def allowed():
    """What the unit's two lines leave; and what systemd lets pass of itself, to start a program."""
    lines = open("/usr/lib/systemd/user/requite.service").read()
    names = members("@default")
    for without, groups in re.findall(r"^SystemCallFilter=(~?)(.*)$", lines, re.M):
        for group in groups.split():
            of_group = members(group) if group.startswith("@") else {group}
            names = names - of_group if without else names | of_group
    return names | {"execve", "exit", "exit_group", "rt_sigreturn"}


if __name__ == "__main__":
    what, *paths = sys.argv[1:]
    if what == "later":
        later()
    elif what == "traced":
        calls, refused = traced(paths)
        if refused:
            sys.exit(f"refused: {refused}")
        print(sum(calls.values()), "calls of", len(calls), "kinds, none refused")
    elif what == "beyond":
        calls, _ = traced(paths)
        beyond = sorted(set(calls) - allowed())
        if beyond:
            sys.exit(f"beyond the filter: {beyond}")
        print(sum(calls.values()), "calls of", len(calls), "kinds, all within")
