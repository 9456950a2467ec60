"""Subscriptions to what CDEK pushes.

Pushes are not signed: the address is the secret. CDEK switches subscriptions off without a word after some failures, and allows two of
them, unconfirmed (`reference/services.md` §1, Webhooks), so that there is one, of orders' statuses, and polling finds the truth without it.
"""

from pydantic import SecretStr

from adapters.cdek import answers, paths, refusals
from adapters.cdek.client import CdekClient
from adapters.errors import Rejected

ORDER_STATUS = "ORDER_STATUS"


class CdekWebhooks(CdekClient):
    """Keeps subscriptions."""

    def read_webhooks(self) -> list[answers.Subscription]:
        """Those that are on.

        Raises:
            SyncError: it could not be asked.
        """
        told = self.ask(paths.WEBHOOKS, answers.SUBSCRIPTIONS)
        return told if isinstance(told, list) else told.entity

    def ensure_webhooks(self, url: str, *, secret: SecretStr) -> list[answers.Subscription]:
        """Have statuses of orders pushed to ``<url>/<secret>``; repeating changes nothing, and one with an older secret is ended.

        Raises:
            SyncError: nobody knows whether they are on; repeating does no harm.
        """
        wanted = f"{url.rstrip('/')}/{secret.get_secret_value()}"
        there = [one for one in self.read_webhooks() if one.type == ORDER_STATUS]
        kept = [one for one in there if one.url == wanted][:1]
        for one in there:
            if one.url.startswith(url.rstrip("/") + "/") and one not in kept:
                self.end_webhook(one.uuid)
        if not kept:
            self.tell("POST", paths.WEBHOOKS, {"url": wanted, "type": ORDER_STATUS}, shape=answers.ACCEPTED)
            kept = [one for one in self.read_webhooks() if one.type == ORDER_STATUS and one.url == wanted][:1]
        return kept

    def end_webhook(self, uuid: str) -> None:
        """Nothing more is pushed there; one that has ended already is well.

        Raises:
            SyncError: it could not be asked.
        """
        try:
            self.tell("DELETE", paths.webhook(uuid), is_repeatable=True, shape=answers.ACCEPTED)
        except Rejected as error:
            if refusals.NOT_THERE not in refusals.codes_of(error.answer):
                raise
