"""The export of a day's work: 1C tells again how many there are of a few items, and of nothing else."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from deployments.sample.assortment import stock_shop
from deployments.sample.goods import Offer
from deployments.sample.markup import Markup, commerce_information
from deployments.sample.offers_file import write_quick_changes


def write_counts(folder: Path, counts: Mapping[str, Mapping[str, int]], *, seed: int = 7, formed_at: datetime) -> Path:
    """Write it into ``folder``.

    Args:
        folder: where to; made if it is missing.
        counts: item Ид → warehouse Ид → pieces that are free there now.
        seed: the shop's.
        formed_at: by 1C's clock, later than the export before.
    """
    folder.mkdir(parents=True, exist_ok=True)
    offers = [
        Offer(
            ref=ref,
            name="",
            article="",
            total=str(sum(places.values())),
            places=tuple((place, str(pcs)) for place, pcs in sorted(places.items())),
        )
        for ref, places in sorted(counts.items())
    ]
    markup = Markup()
    with commerce_information(markup, formed_at):
        write_quick_changes(markup, stock_shop(seed), offers)
    return markup.save(folder / "offers0_1.xml")
