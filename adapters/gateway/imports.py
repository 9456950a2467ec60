"""`mode=import`: what became of a file, said in the protocol's words, as soon as it is known and never later than agreed.

УТ asks again without any pause for as long as it hears `progress`, so an answer waits for the hub's notice instead of
coming at once; УТ gives a request 180 s, so it never waits long.
"""

from datetime import timedelta

from starlette.responses import Response

from adapters.gateway import answers
from adapters.gateway.threads import HUB_AWAY, Threads
from adapters.hub.arrivals import Arrivals
from adapters.hub.hub import Hub
from adapters.hub.inbox import Feed, Inbox, Session
from adapters.hub.notices import Ear, Notices
from adapters.onec.names import safe_name
from adapters.settings import OnecSettings

UNDER_WAY = frozenset({"receiving", "waiting"})
KEPT_IN_ONEC = "Изменения остались зарегистрированными в 1С и придут со следующим обменом."


class Imports:
    """Answers about files of a session.

    Args:
        hub: whose clock tells a stall.
        inbox: the files.
        arrivals: archives and what is ahead in the queue.
        notices: what wakes a waiting answer.
        threads: where the hub is spoken to.
        settings: how long to wait.
    """

    def __init__(
        self,
        *,
        hub: Hub,
        inbox: Inbox,
        arrivals: Arrivals,
        notices: Notices,
        threads: Threads,
        settings: OnecSettings,
    ) -> None:
        self._clock = hub.clock
        self._inbox = inbox
        self._arrivals = arrivals
        self._notices = notices
        self._threads = threads
        self._settings = settings

    async def outcome(self, session: Session, filename: str) -> Response:
        """The answer to one `import`: what was loaded, why not, or that the work goes on.

        Raises:
            FeedRefused: the name is unsafe.
        """
        name = safe_name(filename)
        with self._notices.attend(at_most_s=self._settings.progress_wait_s) as ear:
            while (answer := await self._look(session, name, ear)) is None and not ear.is_over:
                await ear.heard()
        return answer or await self._patience(session, name)

    async def until_hub_is_back(self) -> Response:
        """`progress` as soon as the hub is there again, or as late as agreed: a restart of its server fails no exchange."""
        with self._notices.attend(at_most_s=self._settings.progress_wait_s) as ear:
            await ear.heard()
        return answers.progress("База Utyug перезапускается, принятые файлы сохранены.")

    async def _look(self, session: Session, name: str, ear: Ear) -> Response | None:
        """The final answer, or nothing yet; the ear attends to what may change it."""
        try:
            feed = await self._threads.quick(self._find, session, name)
            while feed is not None and ear.listen_for(feed.feed_id):
                feed = await self._threads.quick(self._find, session, name)
        except HUB_AWAY:
            return None
        if feed is None:
            return answers.failure(f"Файл {name} не передан в этом сеансе: сначала передайте его (mode=file), затем загружайте.")
        return None if feed.state in UNDER_WAY else _final(feed, name)

    def _find(self, session: Session, name: str) -> Feed | None:
        """The file of that name, or the archive of the session that it is, or may yet turn out to be, inside of."""
        if (found := self._inbox.find(session.session_ref, name)) is not None:
            return found
        archives = [self._inbox.feed(feed_id) for feed_id in self._arrivals.archives(session.session_ref)]
        return next((archive for archive in archives if archive.state != "recorded"), None)

    async def _patience(self, session: Session, name: str) -> Response:
        """`progress` with how far it is, or `failure` where nothing has moved for too long."""
        feed = await self._threads.quick(self._find, session, name)
        if feed is None or feed.state not in UNDER_WAY:
            return answers.progress(f"{name}: обрабатывается.")
        ahead_at = await self._threads.quick(self._arrivals.ahead_moved_at, feed.feed_id)
        still_s = (self._clock.now() - max(feed.moved_at, ahead_at or feed.moved_at)) / timedelta(seconds=1)
        if still_s > self._settings.stalled_after_s:
            return answers.failure(
                f"{name}: файл принят и сохранён, но обработка не движется уже {round(still_s / 60)} мин. "
                f"Проверьте в Utyug, что работает обработчик (utyug doctor). {KEPT_IN_ONEC}"
            )
        return answers.progress(f"{name}: принят, обрабатывается.")


def _final(feed: Feed, name: str) -> Response:
    said = f"{name}: {feed.sentence}" if feed.sentence else name
    if feed.state == "recorded":
        return answers.success(feed.sentence or f"{name}: загружен.")
    if feed.state == "held":
        return answers.failure(f"{said} Файл задержан до решения человека: подтвердите или отклоните его в Utyug. {KEPT_IN_ONEC}")
    if feed.state == "dismissed":
        return answers.failure(f"{said} Файл отклонён и не загружен. {KEPT_IN_ONEC}")
    return answers.failure(f"{said} Файл не загружен. {KEPT_IN_ONEC}")
