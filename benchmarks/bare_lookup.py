"""The floor: the least a command line can do to answer the same SELECT. Python, click, pyoxigraph, one query, tab-separated."""

import sys

import click
import pyoxigraph as ox


@click.command()
@click.argument("store")
@click.argument("query")
def main(store: str, query: str) -> None:
    with open(query, encoding="utf-8") as file:
        text = file.read()
    solutions = ox.Store.read_only(store).query(text)
    lines = ["\t".join(variable.value for variable in solutions.variables)]
    lines += ["\t".join("" if cell is None else cell.value for cell in solution) for solution in solutions]
    sys.stdout.write("\n".join(lines) + "\n")


main()
