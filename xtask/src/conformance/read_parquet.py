"""Reads the tables of an exported trace with Arrow and DuckDB and adds up what they hold.

Argument: a directory that `gosleuth trace FILE export --format parquet` wrote. Output: one line `key value` for each sum.
"""

import sys

import duckdb
import pyarrow.parquet

directory = sys.argv[1]
tables = {}
for name in ["events", "states", "goroutines", "stacks"]:
    path = f"{directory}/{name}.parquet"
    # Arrow checks every page; both have to see the same.
    table = pyarrow.parquet.read_table(path)
    table.validate(full=True)
    tables[name] = duckdb.read_parquet(path)
    assert table.num_rows == len(tables[name]), name
    arrow = table.to_pydict()
    for column, values in zip(table.column_names, zip(*tables[name].fetchall()) if table.num_rows else []):
        assert list(values) == arrow[column], f"{name}.{column}"
events, states, goroutines, stacks = tables.values()


def ask(sql):
    return duckdb.sql(sql).fetchall()


print("events", len(events))
for kind, count in ask("select event, count(*) from events group by event order by event"):
    print(f"events.{kind} {count}")
for state, count, nanos in ask("select state, count(*), sum(duration) from states group by state order by state"):
    print(f"states.{state} {count}")
    print(f"nanos.{state} {nanos}")
print("goroutines", len(goroutines))
for state in ["runnable", "running", "syscall", "waiting"]:
    print(f"goroutines.{state} {ask(f'select sum({state})::bigint from goroutines')[0][0]}")
assert ask("select count(*) from events where time < 0")[0][0] == 0
assert ask('select count(*) from states where "end" - start <> duration or duration < 0')[0][0] == 0
lost = """select count(*) from (select stack from events union select stack from states union select stack from goroutines) used
    where stack is not null and stack not in (select stack from stacks)"""
assert ask(lost)[0][0] == 0, "stacks without frames"
