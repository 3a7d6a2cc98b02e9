"""The terminal door: `callplan` and its commands, which `commands/` holds by topic."""

import click

from commands import (
    capacity,
    forecasting,
    importing,
    management,
    planning,
    publishing,
    quoting,
    rosters,
    scheduling,
    scoring,
    staffing,
    store,
    today,
)
from commands.door import Commands


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="callplan")
def main() -> None:
    """Forecast calls, staff them, schedule the shifts, and keep the score.

    The chain is history -> forecast -> requirement -> schedule -> accuracy: each command reads a table
    (a file, or - for standard input) and writes the next one. `callplan columns` names every column.
    """


# In the order of the chain, as `callplan --help` shows them.
for command in (
    planning.init,
    importing.import_,
    importing.check,
    forecasting.repairs,
    forecasting.forecast,
    forecasting.bands,
    forecasting.estimate,
    scoring.backtest,
    staffing.staff,
    staffing.explain,
    staffing.simulate,
    scheduling.schedule,
    scheduling.why,
    rosters.reschedule,
    rosters.offers,
    today.intraday,
    today.adherence,
    scheduling.hire,
    capacity.capacity,
    publishing.override,
    publishing.publish,
    publishing.track,
    planning.plan,
    planning.demo,
    scoring.update,
    scoring.accuracy,
    scoring.workload,
    planning.report,
    management.management_report,
    management.scorecard,
    quoting.quote,
    quoting.pool,
    store.history,
    store.export,
    staffing.erlang,
    planning.columns,
):
    main.add_command(command)


if __name__ == "__main__":
    main()
