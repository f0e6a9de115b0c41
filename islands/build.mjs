// One pass from islands/ to linli/web/static/dist: styles, icons, shell, islands, map worker.
import { build } from "esbuild";
import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import path from "node:path";

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.dirname(here);
const dist = path.join(root, "linli/web/static/dist");
const modules = path.join(root, "node_modules");
// Browsers made in China lag behind the others: the oldest that must work is Chromium 90. Safari 14.0 reads destructuring wrongly.
const target = ["chrome90", "firefox102", "safari14.1"];

async function iconSprite() {
  const names = (await readFile(path.join(here, "icons.txt"), "utf8")).split(/\s+/).filter(Boolean);
  const symbols = await Promise.all(
    names.map(async (name) => {
      const file = path.join(modules, "@tabler/icons/icons/outline", `${name}.svg`);
      const svg = await readFile(file, "utf8");
      const inside = svg
        .replace(/^[\s\S]*?<svg[^>]*>/, "")
        .replace(/<\/svg>\s*$/, "")
        .replace(/\s*\n\s*/g, "");
      return `<symbol id="${name}" viewBox="0 0 24 24">${inside}</symbol>`;
    }),
  );
  const licence = "<!-- Tabler Icons, MIT licence, Copyright (c) Pawel Kuna -->";
  const sprite = `<svg xmlns="http://www.w3.org/2000/svg">${licence}${symbols.join("")}</svg>\n`;
  await writeFile(path.join(dist, "icons.svg"), sprite);
}

const scripts = {
  entryPoints: {
    early: path.join(here, "early.ts"),
    linli: path.join(here, "shell/main.ts"),
    photos: path.join(here, "photos.ts"),
    map: path.join(here, "map/main.ts"),
  },
  // The ordinary build of the map library makes its worker from a blob of code; this one takes an address.
  alias: { "maplibre-gl": path.join(modules, "maplibre-gl/dist/maplibre-gl-csp.js") },
  format: "iife",
};

const styles = {
  entryPoints: {
    linli: path.join(here, "style/linli.css"),
    map: path.join(here, "style/map.css"),
  },
};

const common = {
  absWorkingDir: root,
  bundle: true,
  minify: true,
  target,
  outdir: dist,
  legalComments: "eof",
  logLevel: "warning",
};

await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });
await Promise.all([
  build({ ...common, ...scripts }),
  build({ ...common, ...styles }),
  iconSprite(),
  mapWorker(),
  copyFile(path.join(here, "favicon.svg"), path.join(dist, "favicon.svg")),
]);

/** The map's worker, without the name of a source map that is not shipped. */
async function mapWorker() {
  const file = path.join(modules, "maplibre-gl/dist/maplibre-gl-csp-worker.js");
  const source = await readFile(file, "utf8");
  await writeFile(path.join(dist, "map-worker.js"), source.replace(/\n\/\/# sourceMappingURL=.*\s*$/, "\n"));
}
