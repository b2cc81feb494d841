// What the browser is sent, held to the rules that its storage and its licences need.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { gzipSync } from "node:zlib";

const root = new URL("../../enigma_rt/static/enigma/", import.meta.url);
const files = readdirSync(root, { recursive: true }).map((name) => name.replaceAll("\\", "/"));
const text = (name) => readFileSync(new URL(name, root), "utf8");
const ours = files.filter((name) => name.startsWith("js/") && name.endsWith(".js"));

test("every import is one line, relative and ended: otherwise the hashed names miss it", () => {
  for (const name of ours) {
    for (const line of text(name).split("\n")) {
      if (!/^\s*(import|export)\b.*["']/.test(line) || !/\bfrom\b|^\s*import\s*["']/.test(line)) continue;
      assert.match(line, /^(import|export)\s.*["']\.{1,2}\/[^"']+\.js["'];$/, `${name}: ${line}`);
    }
    assert.doesNotMatch(text(name), /^import[^;"']*\n/m, `${name}: an import over several lines`);
  }
});

const LATER = { "js/play/main.js": 'import("./extras.js")', "js/play/extras.js": 'import("./reveal.js")' };

test("no import text outside imports, none at a later time but the player's extras and the reveal, no code from strings", () => {
  for (const name of ours) {
    const rest = text(name).replace(/^(import|export)\s.*from.*;$|^import\s*["'].*;$/gm, "").replace(LATER[name] ?? "", "");
    assert.doesNotMatch(rest, /\bimport\s*[({"'*]|\bfrom\s+["']\./, name);
    assert.doesNotMatch(rest, /\beval\(|new Function|insertAdjacentHTML|document\.write|outerHTML\s*=/, name);
    if (name === "js/worker.js") assert.doesNotMatch(rest, /innerHTML|createHTML|createScript:/, name);
    else if (name !== "js/html.js") assert.doesNotMatch(rest, /innerHTML\s*=|createPolicy/, `${name}: html.js is the only door`);
  }
});

test("imports lead to files that exist, in no circle", () => {
  const edges = new Map();
  for (const name of ours) {
    const found = [...text(name).matchAll(/^(?:import|export)\s(?:.*from\s*)?["'](\..*)["'];$/gm)];
    const targets = found.map((match) => new URL(match[1], new URL(name, root)).href.slice(root.href.length));
    for (const target of targets) assert.ok(files.includes(target), `${name} -> ${target}`);
    edges.set(name, targets);
  }
  const walk = (name, path) => {
    assert.ok(!path.includes(name), `a circle: ${[...path, name].join(" -> ")}`);
    for (const next of edges.get(name) ?? []) walk(next, [...path, name]);
  };
  for (const name of edges.keys()) walk(name, []);
});

test("vendored files are those that VENDOR.toml names, byte for byte, with their licences", () => {
  const entries = text("vendor/VENDOR.toml").split("[[file]]").slice(1).map((entry) =>
    Object.fromEntries([...entry.matchAll(/^(\w+) = "(.*)"$/gm)].map(([, key, value]) => [key, value])),
  );
  const vendored = files.filter((name) => /^vendor\/.*\.(js|css)$|\.woff2$/.test(name));
  assert.deepEqual(entries.map(({ path }) => path).sort(), vendored.sort());
  for (const entry of entries) {
    const bytes = readFileSync(new URL(entry.path, root));
    assert.equal(createHash("sha256").update(bytes).digest("hex"), entry.sha256, entry.path);
    assert.ok(files.includes(entry.licence_file), entry.licence_file);
    for (const member of ["name", "version", "licence", "package"]) assert.ok(entry[member], `${entry.path}: ${member}`);
  }
});

test("no source map comments", () => {
  for (const name of files.filter((file) => /\.(js|css)$/.test(file))) assert.doesNotMatch(text(name), /sourceMappingURL/, name);
});

test("colours are named in tokens.css and nowhere else", () => {
  for (const name of ["base", "machine", "play", "dock", "extras", "site"]) {
    assert.deepEqual(text(`css/${name}.css`).match(/#[0-9a-f]{3,8}\b/gi), null, name);
  }
});

test("the text colours keep their contrast on both surfaces", () => {
  const value = (name) => text("css/tokens.css").match(new RegExp(`${name}: (#[0-9a-f]{6})`))[1];
  const light = (hex) => {
    const [r, g, b] = [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16) / 255).map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (a, b) => {
    const [low, high] = [light(value(a)), light(value(b))].sort((x, y) => x - y);
    return (high + 0.05) / (low + 0.05);
  };
  for (const surface of ["--ground", "--raised", "--lifted"]) {
    for (const ink of ["--ink", "--soft", "--lamp"]) assert.ok(ratio(ink, surface) >= 7, `${ink} on ${surface}: ${ratio(ink, surface)}`);
    for (const ink of ["--faint", "--amber", "--step", "--danger", "--brass"]) assert.ok(ratio(ink, surface) >= 4.5, `${ink} on ${surface}: ${ratio(ink, surface)}`);
    assert.ok(ratio("--edge", surface) >= 3, `--edge on ${surface}`);
  }
  assert.ok(ratio("--on-lamp", "--lamp") >= 7);
});

test("the player's page preloads exactly the modules that it needs", () => {
  const template = readFileSync(new URL("../../templates/play.html", root), "utf8");
  const preloaded = [...template.matchAll(/modulepreload" href="\{% static 'enigma\/([^']+)'/g)].map((match) => match[1]);
  const needed = new Set();
  const walk = (name) => {
    if (needed.has(name)) return;
    needed.add(name);
    for (const [, path] of text(name).matchAll(/(?:^|;)import\s*(?:[^;"']*from\s*)?["'](\.[^"']+)["']/gm)) {
      walk(new URL(path, new URL(name, root)).href.slice(root.href.length));
    }
  };
  walk("js/play/main.js");
  assert.deepEqual(preloaded.sort(), [...needed].sort());
});

test("the player's page stays under 120 KB compressed, with every font that a story may need", () => {
  const templates = ["play.html", "base.html"].map((name) => readFileSync(new URL(`../../templates/${name}`, root), "utf8"));
  const named = new Set(templates.flatMap((source) => [...source.matchAll(/'enigma\/([^']+)'/g)].map((match) => match[1])));
  named.add("fonts/serif-italic.woff2");
  const size = (bytes, compressed) => (compressed ? bytes.length : gzipSync(bytes).length);
  let total = templates.reduce((sum, source) => sum + size(Buffer.from(source), false), 0);
  for (const name of named) total += size(readFileSync(new URL(name, root)), name.endsWith(".woff2"));
  assert.ok(total < 120 * 1024, `${total} bytes`);
});
