"""Tries what a service may want to do, and prints how each try ended: ok, or by what error.

Started by three units: one that restricts nothing, the packaged one and that with its sandbox. Calls
that an unprivileged user may never make are made so that the kernel, where it is asked at all,
answers by another error than EPERM.
"""

import ctypes
import errno
import mmap
import os
import resource
import signal
import socket
import tempfile

libc = ctypes.CDLL(None, use_errno=True)
HOME = os.environ["HOME"]
CLONE_NEWUSER = 0x10000000
PER_LINUX32 = 8
SCHED_FIFO = 1

PROBES = {}


def probe(function):
    PROBES[function.__name__.replace("_", "-")] = function
    return function


def called(name, *args):
    ctypes.set_errno(0)
    if getattr(libc, name)(*args) == -1:
        raise OSError(ctypes.get_errno(), name)


def in_child(work):
    """Runs what changes or kills its process."""
    child = os.fork()
    if child == 0:
        try:
            work()
        except OSError as error:
            os._exit(error.errno)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return signal.Signals(os.WTERMSIG(status)).name
    if os.WEXITSTATUS(status):
        raise OSError(os.WEXITSTATUS(status), "in a child")


def write(folder):
    with tempfile.NamedTemporaryFile(dir=folder):
        pass


@probe
def writes_its_data():
    write(f"{HOME}/.local/share/requite")


@probe
def writes_its_configuration():
    write(f"{HOME}/.config/requite")


@probe
def writes_runtime_folder():
    write(os.environ["XDG_RUNTIME_DIR"])


@probe
def writes_home():
    write(HOME)


@probe
def writes_elsewhere():
    write("/srv/ada")


@probe
def reads_home():
    open(f"{HOME}/.bashrc").close()


@probe
def sees_tmp_of_others():
    os.stat("/tmp/of-others")


@probe
def sees_devices():
    os.stat("/dev/net/tun")


@probe
def makes_control_group():
    groups = [line.rstrip().split(":") for line in open("/proc/self/cgroup")]
    own = next(path for _, kind, path in groups if kind in ("name=systemd", ""))
    root = next(it for it in ("/sys/fs/cgroup/systemd", "/sys/fs/cgroup") if os.path.isdir(it + own))
    folder = f"{root}{own}/probe"
    os.mkdir(folder)
    os.rmdir(folder)


@probe
def socket_unix():
    socket.socket(socket.AF_UNIX).close()


@probe
def socket_inet():
    socket.socket(socket.AF_INET).close()


@probe
def socket_inet6():
    socket.socket(socket.AF_INET6).close()


@probe
def socket_netlink():
    socket.socket(socket.AF_NETLINK, socket.SOCK_RAW).close()


@probe
def socket_packet():
    socket.socket(socket.AF_PACKET, socket.SOCK_RAW).close()


@probe
def resolves_names():
    socket.getaddrinfo("localhost", 993)


@probe
def new_user_namespace():
    return in_child(lambda: called("unshare", CLONE_NEWUSER))


@probe
def memory_writable_and_executable():
    mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC).close()


@probe
def memory_made_executable():
    libc.mmap.restype = ctypes.c_void_p
    page = libc.mmap(None, 4096, mmap.PROT_READ, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, -1, 0)
    called("mprotect", ctypes.c_void_p(page), 4096, mmap.PROT_READ | mmap.PROT_EXEC)


@probe
def set_user_id_bit():
    with tempfile.NamedTemporaryFile(dir=f"{HOME}/.local/share/requite") as file:
        os.chmod(file.name, 0o4755)


@probe
def personality():
    return in_child(lambda: called("personality", PER_LINUX32))


@probe
def realtime():
    called("sched_setscheduler", 0, SCHED_FIFO, None)


@probe
def system_call_of_32_bits():
    """mov $20, %eax (getpid); int $0x80; ret"""
    with tempfile.NamedTemporaryFile(dir=f"{HOME}/.local/share/requite") as file:
        file.write(b"\xb8\x14\x00\x00\x00\xcd\x80\xc3")
        file.flush()
        libc.mmap.restype = ctypes.c_void_p
        page = libc.mmap(None, 4096, mmap.PROT_READ | mmap.PROT_EXEC, mmap.MAP_PRIVATE, file.fileno(), 0)
        return in_child(ctypes.CFUNCTYPE(ctypes.c_int)(page))


@probe
def traces():
    return in_child(lambda: called("ptrace", 0, 0, 0, 0))


@probe
def gives_files_away():
    with tempfile.NamedTemporaryFile(dir=f"{HOME}/.local/share/requite") as file:
        os.chown(file.name, os.getuid(), -1)


@probe
def lowers_its_priority():
    return in_child(lambda: os.setpriority(os.PRIO_PROCESS, 0, 5))


@probe
def lowers_its_limits():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return in_child(lambda: resource.prlimit(0, resource.RLIMIT_NOFILE, (soft - 1, hard)))


@probe
def gains_privileges():
    status = dict(line.rstrip().split(":\t") for line in open("/proc/self/status") if ":\t" in line)
    if status["NoNewPrivs"] == "1":
        raise OSError(errno.EPERM, "never")


@probe
def capabilities_in_reach():
    status = dict(line.rstrip().split(":\t") for line in open("/proc/self/status") if ":\t" in line)
    if int(status["CapBnd"], 16) == 0:
        raise OSError(errno.EPERM, "none")


@probe
def core_files():
    if resource.getrlimit(resource.RLIMIT_CORE)[1] == 0:
        raise OSError(errno.EPERM, "none")


@probe
def files_that_others_read():
    if os.umask(0o077) == 0o077:
        raise OSError(errno.EPERM, "none")


@probe
def host_name_of_system():
    if os.readlink("/proc/self/ns/uts") != open("/usr/local/share/host-name-space").read():
        raise OSError(errno.EPERM, "its own")


def outcome(function):
    try:
        return function() or "ok"
    except PermissionError:
        # From 254 on systemd leaves memory to the kernel, which says EACCES in place of EPERM.
        return "EPERM"
    except OSError as error:
        return errno.errorcode.get(error.errno, str(error))


if __name__ == "__main__":
    for name, function in PROBES.items():
        print(name, outcome(function))
