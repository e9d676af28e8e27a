// node run.mjs PYODIDE WHEEL SCRIPT CALLS RESULTS
// Unpacks the wheel into a Pyodide, runs the Python script there, and hands it the calls: JSON in, JSON out.
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [pyodideFile, wheel, script, calls, results] = process.argv.slice(2);
// All of it must be on this machine already.
globalThis.fetch = (address) => { throw new Error(`the test is offline, but ${address} was asked for`); };

const { loadPyodide } = await import(pathToFileURL(pyodideFile).href);
const python = await loadPyodide();
const site = python.runPython("import site; site.getsitepackages()[0]");
// A Buffer is refused, though it is a Uint8Array.
python.unpackArchive(new Uint8Array(readFileSync(wheel)), "wheel", { extractDir: site });
python.runPython(readFileSync(script, "utf8"));
// JSON on both sides: JavaScript's null is not None, and its arrays are not lists.
const answer = await python.globals.get("answer")(readFileSync(calls, "utf8"));
writeFileSync(results, answer);
