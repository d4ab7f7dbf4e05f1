// What independent readers find in a file: `node read.cjs FORMAT FILE` prints it as JSON.
const fs = require("fs");
const [format, file] = process.argv.slice(2);
const text = fs.readFileSync(file, "utf-8");

function gexf() {
  const { MultiDirectedGraph } = require("graphology");
  const graph = require("graphology-gexf").parse(MultiDirectedGraph, text);
  const nodes = {}, edges = {};
  graph.forEachNode((id, values) => (nodes[id] = values));
  graph.forEachEdge((id, values, source, target) => (edges[id] = { ...values, source, target }));
  return { nodes, edges };
}

function cx2() {
  const aspects = Object.assign({}, ...JSON.parse(text));
  const cytoscape = require("cytoscape");
  const elements = [
    ...aspects.nodes.map((n) => ({ group: "nodes", data: { ...n.v, id: `n${n.id}` }, position: { x: n.x, y: n.y } })),
    ...aspects.edges.map((e) => ({ group: "edges", data: { ...e.v, id: `e${e.id}`, source: `n${e.s}`, target: `n${e.t}` } })),
  ];
  const cy = cytoscape({ headless: true, elements, layout: { name: "preset" } });
  const placed = cy.nodes().filter((n) => n.position().x !== 0 || n.position().y !== 0).length;
  return { nodes: cy.nodes().length, edges: cy.edges().length, placed, names: cy.nodes().map((n) => n.data("name")) };
}

async function mermaid() {
  const { JSDOM } = require("jsdom");
  const window = new JSDOM("").window;
  Object.assign(global, { window, document: window.document });
  const { default: library } = await import(`${process.env.NODE_PATH}/mermaid/dist/mermaid.core.mjs`); // no module for require
  await library.parse(text);
  const { db } = await library.mermaidAPI.getDiagramFromText(text);
  return { nodes: [...db.getVertices().values()].map((v) => v.text), edges: db.getEdges().map((e) => e.text) };
}

Promise.resolve({ gexf, cx2, mermaid }[format]()).then((found) => console.log(JSON.stringify(found)));
