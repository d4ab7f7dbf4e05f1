"""The verb that answers over HTTP: serve."""

from __future__ import annotations

import click

from kg.cli.options import Settings, with_settings

TIMEOUT = 30.0  # seconds a query may take
WORKERS_PER_CORE = 4


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; 0.0.0.0 opens it to the network.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=7878, show_default=True, help="Port to listen on; 0: a free one."
)
@click.option("--rows", type=click.IntRange(1), default=1_000_000, show_default=True, help="At most so many rows an answer.")
@click.option("--workers", type=click.IntRange(1), help="At most so many queries at once. Default: four a core.")
@click.option("--no-cors", is_flag=True, help="Let no page of another site read answers in a browser.")
@click.option("--log-queries", is_flag=True, help="Write query strings to the log, which are left out otherwise.")
@with_settings(formats=())
def serve(settings: Settings, host: str, port: int, rows: int, workers: int | None, no_cors: bool, log_queries: bool) -> None:
    """Answer over HTTP, read-only: SPARQL at /sparql, every IRI's page, and names to OpenRefine at /reconcile.

    Runs until Ctrl-C or SIGTERM. A query may take --timeout seconds, 30 by default. The log goes to stderr. Needs the
    extra `serve`: pip install 'osgov-kg[serve]'.

    \b
    Example: kg serve --port 8080 --timeout 10
    """
    import os

    from kg.errors import KgError, Misuse

    if settings.output:
        raise Misuse("kg serve answers over HTTP; -o means nothing to it")
    try:
        from kg.serve import source
        from kg.serve.server import serve as run
    except ImportError as error:
        raise KgError(f"kg serve needs {error.name}; pip install 'osgov-kg[serve]'") from error
    with source.located(settings.store, settings.known_by, settings.say) as locate:
        run(
            locate,
            host=host,
            port=port,
            timeout=settings.timeout or TIMEOUT,
            rows=rows,
            workers=workers or WORKERS_PER_CORE * (os.cpu_count() or 1),
            cors=not no_cors,
            log=not settings.quiet,
            log_queries=log_queries,
            say=settings.say,
        )
