// Fetches the JavaScript that draws the charts of "cclf report" into report/vega, and
// checks it against report/vega/SHA256SUMS. "make vega" runs it. It needs npm and the
// network.
//
// To take another version, change it here and run "node scripts/vega.mjs --update",
// which writes SHA256SUMS and the licenses instead.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const libraries = { vega: "6.4.0", "vega-lite": "6.5.0", "vega-embed": "7.3.0" };

// What the packages need outside of a browser only.
const notBundled = ["@types/", "commander", "iconv-lite", "rw", "safer-buffer", "vega-typings", "yargs"];

const out = join(dirname(fileURLToPath(import.meta.url)), "..", "report", "vega");
const update = process.argv.includes("--update");
const temp = mkdtempSync(join(tmpdir(), "vega-"));
try {
  const wanted = Object.entries(libraries).map(([name, version]) => `${name}@${version}`);
  execFileSync("npm", ["install", "--prefix", temp, "--ignore-scripts", "--no-audit", "--no-fund", "--silent", ...wanted], { stdio: "inherit" });
  let sums = "";
  for (const name of Object.keys(libraries)) {
    const script = readFileSync(join(temp, "node_modules", name, "build", `${name}.min.js`));
    sums += `${createHash("sha256").update(script).digest("hex")}  ${name}.min.js\n`;
    writeFileSync(join(out, `${name}.min.js`), script);
  }
  if (update) {
    writeFileSync(join(out, "SHA256SUMS"), sums);
    writeFileSync(join(out, "LICENSE"), licenses());
  } else if (readFileSync(join(out, "SHA256SUMS"), "utf8") !== sums) {
    throw new Error("report/vega/SHA256SUMS does not match what was fetched:\n" + sums);
  }
} finally {
  rmSync(temp, { recursive: true });
}

// licenses returns the licenses of all packages in the scripts, each text once.
function licenses() {
  const owners = new Map();
  for (const name of bundled(Object.keys(libraries)).sort()) {
    const dir = join(temp, "node_modules", name);
    const file = readdirSync(dir).find((f) => /^licen[cs]e/i.test(f));
    if (!file) throw new Error(`${name} has no license file`);
    const text = readFileSync(join(dir, file), "utf8").replaceAll("\r\n", "\n").trim();
    owners.set(text, [...(owners.get(text) ?? []), name]);
  }
  return [...owners].map(([text, names]) => `${names.join(", ")}:\n\n${text}\n`).join("\n\n");
}

// bundled returns packages and their dependencies, without those that are not bundled.
function bundled(names, found = new Set()) {
  for (const name of names) {
    const file = join(temp, "node_modules", name, "package.json");
    if (found.has(name) || notBundled.some((n) => name === n || (n.endsWith("/") && name.startsWith(n))) || !existsSync(file)) continue;
    found.add(name);
    bundled(Object.keys(JSON.parse(readFileSync(file, "utf8")).dependencies ?? {}), found);
  }
  return [...found];
}
