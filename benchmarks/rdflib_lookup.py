"""The same answer from rdflib alone: parse the data, run the same SELECT, tab-separated."""

import sys

import rdflib


def main(data: str, query: str) -> None:
    dataset = rdflib.Dataset(default_union=True)
    dataset.parse(data, format="nquads")
    with open(query, encoding="utf-8") as file:
        result = dataset.query(file.read())
    lines = ["\t".join(str(variable) for variable in result.vars)]
    lines += ["\t".join("" if cell is None else str(cell) for cell in row) for row in result]
    sys.stdout.write("\n".join(lines) + "\n")


main(*sys.argv[1:])
