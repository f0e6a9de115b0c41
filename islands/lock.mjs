// The lock names versions and hashes and no host: links to funding pages go, too.
import { readFile, writeFile } from "node:fs/promises";

const lock = JSON.parse(await readFile("package-lock.json", "utf8"));
for (const entry of Object.values(lock.packages)) {
  delete entry.funding;
  delete entry.resolved;
}
await writeFile("package-lock.json", JSON.stringify(lock, null, 2) + "\n");
