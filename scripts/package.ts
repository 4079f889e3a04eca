import { execFileSync } from "node:child_process";
import { cpSync, globSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { rolldown } from "rolldown";
import manifest from "../package.json" with { type: "json" };

/**
 * Makes the npm package: `node scripts/package.ts [DIR]` (default: `dist`) bundles the program to plain JavaScript in
 * `DIR/package/` and packs it to `DIR/estiva-VERSION.tgz`. The package has no dependencies: what the program needs is
 * bundled, with its licence. Prints the path of the archive.
 */

const root = join(import.meta.dirname, "..");
const documents = ["LICENSE", "NOTICE", "README.md", "README.pt-BR.md", "CHANGELOG.md"];

/** The folders mirror the checkout's depth (`lib/` stands for `src/`), so that relative paths hold in both. */
async function makePackage(out: string): Promise<string> {
  const folder = join(out, "package");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, "bin"), { recursive: true });
  const modules = await bundle(join(folder, "lib"));
  cpSync(join(root, "scripts/bin.js"), join(folder, "bin/estiva.js"));
  copyTables(folder);
  copyLicences(modules, join(folder, "licenses"));
  for (const name of documents) cpSync(join(root, name), join(folder, name));
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(publishedManifest(), undefined, 2)}\n`);
  const packed = execFileSync("npm", ["pack", "--json", "--pack-destination", out], { cwd: folder, encoding: "utf8" });
  const [archive] = JSON.parse(packed) as { filename: string }[];
  return join(out, archive!.filename);
}

/** The program, and the module of the threads that it starts (src/platform/query-workers). */
const inputs = { estiva: "src/estiva.ts", "query-worker": "src/platform/query-workers/worker.ts" };

/** Resolves with the paths of all modules that went in. What only `up` needs is in chunks that only it loads. */
async function bundle(dir: string): Promise<string[]> {
  const build = await rolldown({ cwd: root, input: inputs, platform: "node" });
  const names = { entryFileNames: "[name].js", chunkFileNames: "[name]-[hash].js" };
  const { output } = await build.write({ dir, format: "esm", ...names });
  await build.close();
  return output.flatMap((chunk) => (chunk.type === "chunk" ? chunk.moduleIds : []));
}

/** The generated tables, read at run time: by a relative path or as `#generated/...`. */
function copyTables(folder: string): void {
  for (const path of globSync("generated/**/*.json", { cwd: join(root, "src") })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    cpSync(join(root, "src", path), join(folder, path));
  }
}

/** The licence of each package that was bundled. */
function copyLicences(modules: readonly string[], folder: string): void {
  const packages = new Set(modules.flatMap((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []));
  mkdirSync(folder, { recursive: true });
  for (const name of packages) {
    const home = join(root, "node_modules", name);
    const file = readdirSync(home).find((entry) => /^licen[cs]e/i.test(entry));
    if (file === undefined) throw new Error(`${relative(root, home)} has no licence to go with it.`);
    cpSync(join(home, file), join(folder, `${name.replace("/", "-")}.txt`));
  }
}

function publishedManifest(): object {
  const { name, version, description, license, type, engines } = manifest;
  return {
    ...{ name, version, description, license, type, engines },
    keywords: ["aws", "ecs", "fargate", "containers", "docker"],
    bin: { estiva: "bin/estiva.js" },
    imports: { "#generated/*": "./generated/*" },
  };
}

console.log(await makePackage(resolve(process.argv[2] ?? join(root, "dist"))));
