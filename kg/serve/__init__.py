"""`kg serve`: a graph over HTTP, read-only: SPARQL 1.1 Protocol, descriptions of the dataset, entities, reconciliation.

One process speaks HTTP (`web`, on Starlette and uvicorn) and knows no graph. Others, one query each at a time (`worker`, kept
by `pool`), open the graph read-only and answer (`answers`, `description`, `entities`, `reconcile`). A query inside the engine
cannot be interrupted; a process can be killed, and is, past the time limit and when nobody waits for its answer any more.
"""
