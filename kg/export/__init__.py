"""Files for other tools: networks for Gephi, statements for RDF tools."""
