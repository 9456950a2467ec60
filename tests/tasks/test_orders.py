from datetime import timedelta

from pydantic import SecretStr

from adapters.channel_settings import OzonSettings
from adapters.settings import Settings
from tasks.orders import channel_orders
from tasks.rules.bounds import Bounds


def test_orders_are_judged_by_the_bounds_of_their_channel() -> None:
    bounds = Bounds(visible_s=120, effective_s=90, stale_s=60, restored_s=300)
    ozon = OzonSettings(kind="ozon", client_id="1", api_key=SecretStr("k"), warehouses={"1": []}, bounds=bounds)
    rules = channel_orders(Settings(channels={"ozon": ozon}), "ozon")
    assert (rules.visible, rules.restored) == (timedelta(seconds=120), timedelta(seconds=300 + 2 * 60))
