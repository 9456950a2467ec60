import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psutil
import psycopg
import pytest

from adapters.errors import Misconfigured
from deployments.postgres import EmbeddedPostgres
from deployments.processes import await_until, is_alive

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

START = """
import sys
from pathlib import Path
from deployments.postgres import EmbeddedPostgres
print(EmbeddedPostgres(Path(sys.argv[1])).start())
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    made = EmbeddedPostgres(tmp_path / "var", options=("fsync=off",))
    yield made
    made.discard()


def connect(url: str) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(url.replace("+psycopg", ""), autocommit=True)


def remember(url: str) -> None:
    with closing(connect(url)) as connection:
        connection.execute("create table remembered as select 42 as n")


def remembers(url: str) -> bool:
    with closing(connect(url)) as connection:
        return connection.execute("select n from remembered").fetchone() == (42,)


def postmaster(server: EmbeddedPostgres) -> psutil.Process:
    pid_file = server.var_dir / "postgres" / "data" / "postmaster.pid"
    return psutil.Process(int(pid_file.read_text().split()[0]))


def test_a_start_that_finds_the_server_running_shares_it(server: EmbeddedPostgres) -> None:
    assert server.start() == server.start()


def test_what_was_written_is_there_after_a_stop(server: EmbeddedPostgres) -> None:
    remember(server.start())
    server.stop()
    assert not server.url_file.exists()
    assert remembers(server.start())


def test_a_stop_ends_the_server_and_a_second_stop_is_harmless(server: EmbeddedPostgres) -> None:
    server.start()
    process = postmaster(server)
    server.stop()
    assert not is_alive(process)
    server.stop()


def test_a_killed_server_starts_again_at_the_same_address_although_a_backend_is_still_busy(server: EmbeddedPostgres) -> None:
    url = server.start()
    remember(url)
    with closing(connect(url)) as busy:
        backend = psutil.Process(busy.info.backend_pid)
        busy.pgconn.send_query(b"select count(*) from generate_series(1, 1000000000000)")
        postmaster(server).kill()
        assert server.start() == url
        assert not is_alive(backend)
    assert remembers(url)


def test_a_pid_file_that_names_a_stranger_harms_neither(server: EmbeddedPostgres) -> None:
    url = server.start()
    remember(url)
    pid_file = server.var_dir / "postgres" / "data" / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    crashed = postmaster(server)
    crashed.send_signal(signal.SIGQUIT)
    assert await_until(lambda: not is_alive(crashed), timeout_s=30)
    with subprocess.Popen(["sleep", "600"]) as stranger:
        pid_file.write_text("\n".join([str(stranger.pid), *lines[1:]]))
        assert remembers(server.start())
        assert stranger.poll() is None
        stranger.kill()


def test_four_processes_that_start_it_at_once_share_one_server(server: EmbeddedPostgres) -> None:
    starters = [
        subprocess.Popen(
            [sys.executable, "-c", START, str(server.var_dir)],
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    urls = {starter.communicate(timeout=120)[0].strip() for starter in starters}
    assert [starter.returncode for starter in starters] == [0, 0, 0, 0]
    assert urls == {server.start()}
    remember(urls.pop())


def test_an_initialisation_that_was_cut_short_is_done_anew(server: EmbeddedPostgres) -> None:
    server.start()
    server.stop()
    home = (server.var_dir / "postgres").resolve()
    (home / "data").rename(home / "data.new")
    (server.var_dir / "postgres.password").unlink()
    remember(server.start())


def test_a_cluster_without_its_password_is_refused_and_not_overwritten(server: EmbeddedPostgres) -> None:
    remember(server.start())
    server.stop()
    secret = server.var_dir / "postgres.password"
    password = secret.read_text()
    secret.unlink()
    with pytest.raises(Misconfigured, match="пароля"):
        server.start()
    secret.write_text(password)
    assert remembers(server.start())


def test_the_address_holds_a_password_so_only_its_owner_reads_it(server: EmbeddedPostgres) -> None:
    server.start()
    kept = [server.url_file, server.var_dir / "postgres.password"]
    assert [path.stat().st_mode & 0o777 for path in kept] == [0o600, 0o600]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can hand a server to another user")
class TestAsRoot:
    def test_a_private_folder_stays_private_and_the_server_still_works(self, tmp_path: Path) -> None:
        private = tmp_path / "private"
        private.mkdir(mode=0o700)
        server = EmbeddedPostgres(private / "var")
        try:
            remember(server.start())
            assert postmaster(server).uids().real != 0
            assert private.stat().st_mode & 0o777 == 0o700
        finally:
            server.discard()

    def test_removing_var_removes_the_cluster_wherever_it_lives(self, tmp_path: Path) -> None:
        private = tmp_path / "private"
        private.mkdir(mode=0o700)
        server = EmbeddedPostgres(private / "var")
        try:
            remember(server.start())
            home = (private / "var" / "postgres").resolve()
            shutil.rmtree(private / "var")
            with closing(connect(server.start())) as connection:
                assert connection.execute("select to_regclass('remembered')").fetchone() == (None,)
        finally:
            server.discard()
        assert not home.exists()
