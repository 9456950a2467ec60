import asyncio

import psycopg
from sqlalchemy import text

from adapters.hub.hub import Hub
from adapters.hub.notices import Notices


def tell(hub: Hub, payload: object) -> None:
    with hub.engine.begin() as connection:
        connection.execute(text("select pg_notify('feed', :payload)"), {"payload": str(payload)})


async def until_listening(notices: Notices) -> None:
    with notices.attend(at_most_s=20) as ear:
        while not notices.is_listening:
            await ear.heard()


def test_an_ear_hears_what_it_listens_for_and_nothing_else(hub: Hub) -> None:
    async def story() -> tuple[bool, bool]:
        async with Notices(hub.engine.url) as notices:
            await until_listening(notices)
            with notices.attend(at_most_s=20) as ours, notices.attend(at_most_s=0.3) as theirs:
                assert ours.listen_for(17)
                assert not ours.listen_for(17)
                theirs.listen_for(18)
                await asyncio.to_thread(tell, hub, 17)
                await ours.heard()
                await theirs.heard()
                return ours.is_over, theirs.is_over

    assert asyncio.run(story()) == (False, True)


def test_whoever_waits_is_woken_when_the_server_comes_back(hub: Hub) -> None:
    def cut() -> None:
        with psycopg.connect(hub.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)) as connection:
            connection.execute("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'utyug-notices'")

    async def story() -> bool:
        async with Notices(hub.engine.url) as notices:
            await until_listening(notices)
            with notices.attend(at_most_s=20) as ear:
                ear.listen_for(17)
                await asyncio.to_thread(cut)
                await ear.heard()
                assert notices.is_listening
                await asyncio.to_thread(tell, hub, 17)
                await ear.heard()
                return ear.is_over

    assert asyncio.run(story()) is False


def test_leaving_ends_every_wait(hub: Hub) -> None:
    async def story() -> bool:
        notices = Notices(hub.engine.url)
        with notices.attend(at_most_s=20) as ear:
            async with notices:
                await until_listening(notices)
            await ear.heard()
            return ear.is_over

    assert asyncio.run(story()) is True
