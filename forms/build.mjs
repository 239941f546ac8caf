// From src/ and the packages of the lock to ../src/jigi/web/static/forms/, with the licences of what went in.
import { build } from "esbuild";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";

const OUT = new URL("../src/jigi/web/static/forms/", import.meta.url);
const own = (name) => new URL(`src/${name}`, import.meta.url).pathname;
const common = { bundle: true, minify: true, target: ["es2020"], charset: "utf8", legalComments: "none", metafile: true };

// Lists, pictures and maps that no question of ours needs are left out by naming the widgets ourselves (src/widgets.js).
const alias = {
  "enketo/config": own("config.js"),
  "enketo/widgets": own("widgets.js"),
  "enketo/translator": own("words.js"),
  "enketo/dialog": own("dialog.js"),
  "enketo/file-manager": own("files.js"),
  "node-forge": own("digests.js"),
  "enketo/xpath-evaluator-binding": "enketo-core/src/js/xpath-evaluator-binding",
};

// The engine marks its pages by a role that no standard knows, and takes the keyboard out of the page's order: not here.
const PAGES = [
  ["'role', 'page'", "'data-role', 'page'"], ['[role="page"]', '[data-role="page"]'],
  ["'tabindex', 1", "'tabindex', -1"], ["'tabindex', 2", "'tabindex', 0"],
];
const accessible = {
  name: "accessible",
  setup: ({ onLoad }) => onLoad({ filter: /enketo-core\/src\/js\/page\.js$/ }, async ({ path }) => {
    const text = await readFile(path, "utf8");
    for (const [found] of PAGES) if (!text.includes(found)) throw new Error(`page.js of Enketo no longer has ${found}`);
    return { contents: PAGES.reduce((all, [found, better]) => all.replaceAll(found, better), text), loader: "js" };
  }),
};

await rm(OUT, { recursive: true, force: true });
await mkdir(OUT, { recursive: true });
const page = await build({
  ...common, alias, plugins: [accessible], entryPoints: { fill: own("main.js") }, outdir: OUT.pathname, format: "iife",
});
await build({ ...common, entryPoints: { worker: own("worker.js"), style: own("style.css") }, outdir: OUT.pathname });
await writeFile(new URL("LICENCES.txt", OUT), await licences(Object.keys(page.metafile.inputs)));

async function licences(inputs) {
  const names = new Set(inputs.map((path) => path.match(/node_modules\/((?:@[^/]+\/)?[^/]+)\//)?.[1]).filter(Boolean));
  return (await Promise.all([...names].sort().map(licence))).join(`\n${"-".repeat(80)}\n\n`);
}

async function licence(name) {
  const folder = new URL(`node_modules/${name}/`, import.meta.url);
  const { version, license } = JSON.parse(await readFile(new URL("package.json", folder), "utf8"));
  const files = (await readdir(folder)).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file));
  const texts = await Promise.all(files.map((file) => readFile(new URL(file, folder), "utf8")));
  return [`${name} ${version}, ${license ?? "voir le texte"}`, ...texts].join("\n\n");
}
