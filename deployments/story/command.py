"""``utyug story``: one seeded hour of buyers, once with one number mirrored to all channels and once with Utyug."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

MOST_SEEDS = 10_000


def story(
    seed: Annotated[int | None, typer.Option(min=0, help="Один час с этим зерном вместо многих.")] = None,
    seeds: Annotated[int, typer.Option(min=1, max=MOST_SEEDS, help="Сколько часов: тихих, с акцией и с распродажей по очереди.")] = 50,
    jobs: Annotated[int, typer.Option(min=1, help="Сколько часов считать одновременно.")] = 2,
    var_dir: Annotated[Path, typer.Option(help="Папка, в которой появится story/report.json.")] = Path("var"),
) -> None:
    """Прожить один и тот же час покупателей дважды: с одним числом на всех площадках и с Utyug. Код 1, если Utyug продал лишнее."""
    from deployments.story.story import run_story

    chosen = range(seeds) if seed is None else [seed]
    if not run_story(var_dir, seeds=chosen, jobs=min(jobs, len(chosen)), console=Console()):
        raise typer.Exit(1)
