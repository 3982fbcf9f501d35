"""The command line: its words and options. What each command does is in bot/commands/, loaded when it is called."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from bot.errors import BotError, ConfigError

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help: loading rich would double the start-up time
    help="Assembles the monthly bulletin by email: asks the leads, reads their replies, mails the draft to the editor "
    "and, once approved, the bulletin to the readers.",
    epilog="Exit codes: 0 done, 2 configuration, 3 a person is needed, 4 mailbox unreachable.",
)
stats_app = typer.Typer(
    rich_markup_mode=None, no_args_is_help=True, help="Statistics: read a file, import a baseline, show or export."
)
store_app = typer.Typer(rich_markup_mode=None, no_args_is_help=True, help="The store: copy it into another database.")
MOST = 2**63 - 1  # numbers that the store can hold
OURS_ALONE = 0o077  # whatever a command writes is for the bot's account only: files 0600, directories 0700
STATS_WORDS = ("read", "import", "show", "export")


@dataclass
class Options:
    """The global options."""

    config: Path
    verbose: bool
    log_json: bool


Json = Annotated[bool, typer.Option("--json", help="One JSON document on standard output and nothing else.")]
Now = Annotated[str | None, typer.Option("--now", help="Use this time instead of the clock (2025-08-01T09:00).")]
PeriodArgument = Annotated[str | None, typer.Argument(help="An edition, such as 2025-08.")]
FileArgument = Annotated[Path, typer.Argument(help="The file.")]


@app.callback()
def options(
    context: typer.Context,
    config: Annotated[Path, typer.Option("--config", help="The configuration directory.")] = Path("config"),
    verbose: Annotated[bool, typer.Option("--verbose", help="Say more, on standard error.")] = False,
    log_json: Annotated[bool, typer.Option("--log-json", help="The log as JSON lines.")] = False,
) -> None:
    """Options that every command takes."""
    context.obj = Options(config, verbose, log_json)


def _options(context: typer.Context) -> Options:
    return context.ensure_object(Options) if context.obj is None else context.obj


@app.command()
def run(context: typer.Context) -> None:
    """The service: ticks until stopped. SIGTERM finishes the step in hand."""
    from bot.commands.service import run as do

    do(_options(context))


@app.command()
def tick(context: typer.Context, now: Now = None) -> None:
    """One pass: receive, read, decide, send. For cron and the Task Scheduler."""
    from bot.commands.service import tick as do

    raise typer.Exit(do(_options(context), now))


@app.command()
def demo(
    context: typer.Context,
    out: Annotated[Path | None, typer.Option("--out", help="Where to put it (default: demo-out/).")] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Keep what is there and go on, even when it is done.")] = False,
) -> None:
    """The month of August 2025, from request to distribution, on a folder mailbox with a simulated clock."""
    from bot.demo.play import play

    raise typer.Exit(play(out or Path("demo-out"), keep=keep, verbose=_options(context).verbose))


@app.command()
def status(
    context: typer.Context,
    as_json: Json = False,
    html: Annotated[Path | None, typer.Option("--html", help="Write the month on one page to this file.")] = None,
    now: Now = None,
) -> None:
    """Editions, who is in, what is due, deliveries, what needs a person."""
    from bot.commands.report import status as do

    raise typer.Exit(do(_options(context), as_json=as_json, html=html, now=now))


@app.command()
def check(
    context: typer.Context,
    send_to: Annotated[str | None, typer.Option("--send-to", help="Send a test mail to this address.")] = None,
) -> None:
    """Configuration, templates, mailbox, store, clock, and who would get what."""
    from bot.commands.checking import check as do

    raise typer.Exit(do(_options(context), send_to))


@app.command()
def preview(
    context: typer.Context,
    period: PeriodArgument = None,
    theme: Annotated[str | None, typer.Option("--theme", help="Only this theme.")] = None,
    out: Annotated[Path, typer.Option("--out", help="Where to put the files.")] = Path("preview"),
) -> None:
    """The draft of what is in now, as files, without mailing anybody."""
    from bot.commands.reading import preview as do

    raise typer.Exit(do(_options(context), period, theme, out))


@app.command()
def read(
    file: FileArgument,
    request: Annotated[Path | None, typer.Option("--request", help="The request mail that it answers (.eml).")] = None,
    as_json: Json = False,
) -> None:
    """What the bot reads in a mail (.eml), without touching the store."""
    from bot.commands.reading import read as do

    raise typer.Exit(do(file, request, as_json=as_json))


@app.command()
def proof(
    context: typer.Context,
    file: FileArgument,
    earlier: Annotated[
        list[Path] | None,
        typer.Option("--earlier", help="An earlier edition (.docx), for what is unchanged; repeatable."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Proof-reading of any Word bulletin (.docx)."""
    from bot.commands.reading import proof as do

    raise typer.Exit(do(_options(context), file, as_json=as_json, earlier=earlier or ()))


@app.command()
def trace(
    context: typer.Context,
    period: Annotated[str, typer.Argument(help="An edition, such as 2025-08.")],
    text: Annotated[str | None, typer.Argument(help="Some words of the paragraph or figure.")] = None,
) -> None:
    """Which mail each paragraph and figure came from, who approved, who got it."""
    from bot.commands.report import trace as do

    raise typer.Exit(do(_options(context), period, text))


@app.command()
def resolve(
    context: typer.Context,
    key: Annotated[str, typer.Argument(help="The delivery's key, as `status` shows it.")],
    answer: Annotated[str, typer.Argument(help="sent: it did arrive. retry: send it again.")],
) -> None:
    """Decide about a mail of which nobody knows whether it left, or which was refused."""
    from bot.commands.upkeep import resolve as do

    raise typer.Exit(do(_options(context), key, answer))


@app.command()
def unpark(
    context: typer.Context, inbound: Annotated[int, typer.Argument(help="The number of the mail.", min=1, max=MOST)]
) -> None:
    """Read a parked mail again."""
    from bot.commands.upkeep import unpark as do

    raise typer.Exit(do(_options(context), inbound))


@app.command()
def migrate(context: typer.Context) -> None:
    """Bring the store's schema up to this version of the program."""
    from bot.commands.upkeep import migrate as do

    raise typer.Exit(do(_options(context)))


@app.command()
def backup(context: typer.Context, file: FileArgument) -> None:
    """A consistent copy of the store, while the bot runs."""
    from bot.commands.upkeep import backup as do

    raise typer.Exit(do(_options(context), file))


@app.command()
def restore(context: typer.Context, file: FileArgument) -> None:
    """Put a backup back. What was queued then waits for a person: it may have left since."""
    from bot.commands.upkeep import restore as do

    raise typer.Exit(do(_options(context), file))


@app.command()
def rehearse(
    context: typer.Context,
    period: PeriodArgument = None,
    bulletin: Annotated[str | None, typer.Option("--bulletin", help="Which bulletin (default: the only one).")] = None,
) -> None:
    """Last month again, by today's program and configuration, on a copy: what would be different. Nothing is sent."""
    from bot.commands.rehearsing import rehearse_month as do

    raise typer.Exit(do(_options(context), bulletin, period))


@app.command()
def purge(
    context: typer.Context,
    older_than: Annotated[str, typer.Option("--older-than", help="An age, such as 90d.")] = "90d",
) -> None:
    """Delete raw mail that is older; the trace stays."""
    from bot.commands.upkeep import purge as do

    raise typer.Exit(do(_options(context), older_than))


@app.command()
def retain(context: typer.Context, period: Annotated[str, typer.Argument(help="An edition, such as 2025-08.")]) -> None:
    """Keep the mails of an edition from being purged (freedom of information, litigation)."""
    from bot.commands.upkeep import retain as do

    raise typer.Exit(do(_options(context), period))


@app.command()
def verify(
    context: typer.Context,
    head: Annotated[
        str | None, typer.Option("--head", help="A line as a draft mail prints it: “line 12, 3f2a 9c1b 77d0 e4a5”.")
    ] = None,
) -> None:
    """Check that the store is whole: digests, references, audit log; with --head, that it holds this line."""
    from bot.commands.records import verify as do

    raise typer.Exit(do(_options(context), head))


@app.command("subject-access")
def subject_access(
    context: typer.Context,
    address: Annotated[str, typer.Argument(help="The person's email address.")],
    out: Annotated[Path, typer.Option("--out", help="The zip to write.")] = Path("subject-access.zip"),
) -> None:
    """All that the store holds under a person's address, as a zip (UK GDPR, subject access request)."""
    from bot.commands.records import subject_access as do

    raise typer.Exit(do(_options(context), address, out))


@store_app.command("copy")
def store_copy(
    source: Annotated[str, typer.Argument(help="The store to copy, such as sqlite:///var/bulletin.db.")],
    target: Annotated[str, typer.Argument(help="An empty one, such as postgresql://bot@db/bulletin.")],
) -> None:
    """Copy a whole store into an empty one, SQLite or PostgreSQL. Stop the service first."""
    from bot.commands.records import copy as do

    raise typer.Exit(do(source, target))


@stats_app.command("read")
def stats_read(
    context: typer.Context,
    file: FileArgument,
    as_json: Json = False,
    series: Annotated[str | None, typer.Option("--series", help="Which series (default: the only one).")] = None,
) -> None:
    """What the bot reads in a statistics file. `stats FILE` does the same."""
    from bot.commands.figures import read as do

    raise typer.Exit(do(_options(context), file, series, as_json=as_json))


@stats_app.command("import")
def stats_import(
    context: typer.Context,
    file: FileArgument,
    period: Annotated[str, typer.Option("--period", help="The last month that the figures include, 2025-08.")],
    baseline: Annotated[
        bool, typer.Option("--baseline", help="The file is the running total published so far.")
    ] = False,
    series: Annotated[str | None, typer.Option("--series", help="Which series (default: the only one).")] = None,
) -> None:
    """Take published figures into the series; the first time with --baseline."""
    from bot.commands.figures import import_file as do

    raise typer.Exit(do(_options(context), file, period, series, baseline=baseline))


@stats_app.command("show")
def stats_show(
    context: typer.Context,
    series: Annotated[str | None, typer.Option("--series", help="Which series (default: the only one).")] = None,
) -> None:
    """The last published table."""
    from bot.commands.figures import show as do

    raise typer.Exit(do(_options(context), series))


@stats_app.command("export")
def stats_export(
    context: typer.Context,
    file: FileArgument,
    series: Annotated[str | None, typer.Option("--series", help="Which series (default: the only one).")] = None,
) -> None:
    """The whole series as .csv or .xlsx."""
    from bot.commands.figures import export as do

    raise typer.Exit(do(_options(context), file, series))


app.add_typer(stats_app, name="stats")
app.add_typer(store_app, name="store")


def _arguments(words: list[str]) -> list[str]:
    """`stats FILE` is short for `stats read FILE`."""
    if "stats" not in words:
        return words
    at = words.index("stats") + 1
    if at < len(words) and words[at] not in STATS_WORDS and words[at] != "--help":
        return [*words[:at], "read", *words[at:]]
    return words


def main() -> None:
    """Run a command; errors become one plain message on standard error and an exit code."""
    os.umask(OURS_ALONE)
    try:
        app(_arguments(sys.argv[1:]))
    except ConfigError as error:
        for problem in error.problems:
            typer.echo(f"  {problem}", err=True)
        typer.echo(str(error), err=True)
        sys.exit(error.exit_code)
    except BotError as error:
        typer.echo(str(error), err=True)
        sys.exit(error.exit_code)
    except BrokenPipeError:  # whoever read us has enough; nothing may be flushed into the closed pipe at the end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        if "--verbose" in sys.argv:
            raise
        where = f"{error.filename}: " if error.filename else ""
        typer.echo(f"{where}{error.strerror or error}. Check the path and the rights of the bot's account.", err=True)
        sys.exit(3)
    except Exception as error:
        if "--verbose" in sys.argv:
            raise
        typer.echo(f"An unexpected error ({type(error).__name__}): please report it. --verbose shows more.", err=True)
        sys.exit(3)
