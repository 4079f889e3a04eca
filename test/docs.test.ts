import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { test } from "node:test";
import { generatedDocuments, root } from "../scripts/docs.ts";
import { sourceFiles } from "./support/sources.ts";

/** The documentation is true of the program, as far as a test can see. */

const documents = globSync("{*.md,docs/**/*.md}", { cwd: root }).map((path) => ({
  path,
  text: readFileSync(join(root, path), "utf8"),
}));

test("generated parts are what the program says", () => {
  for (const { path, text } of generatedDocuments()) {
    assert.equal(readFileSync(join(root, path), "utf8"), text, `${path} is old: npm run docs`);
  }
});

test("links lead somewhere", () => {
  const broken = documents.flatMap(({ path, text }) =>
    linksOf(text).flatMap((link) => {
      const [file, anchor] = link.split("#") as [string, string | undefined];
      const target = file === "" ? path : relative(root, join(root, dirname(path), file));
      if (!existsSync(join(root, target))) return [`${path}: ${link}`];
      if (anchor === undefined) return [];
      return anchorsOf(readFileSync(join(root, target), "utf8")).has(anchor) ? [] : [`${path}: ${link}`];
    }),
  );
  assert.deepEqual(broken, []);
});

function linksOf(text: string): string[] {
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1]!).filter((link) => !/^https?:/.test(link));
}

function anchorsOf(text: string): Set<string> {
  const headings = [...text.matchAll(/^#+ (.+)$/gm)].map((match) => match[1]!);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\w\- ]/g, "")
        .replaceAll(" ", "-"),
    ),
  );
}

test("every ESTIVA_ variable is documented, and none is that does not exist", () => {
  const names = (text: string) => new Set(text.match(/\bESTIVA_[A-Z_]*[A-Z]\b/g));
  const isTest = (path: string) => path.startsWith("test/") || path.endsWith(".test.ts");
  const used = new Set<string>();
  const known = names(documents.map(({ text }) => text).join("\n"));
  for (const path of sourceFiles(root)) {
    const document = isTest(path) ? "docs/testing.md" : "docs/cli.md";
    for (const name of names(readFileSync(join(root, path), "utf8"))) {
      assert.ok(known.has(name), `${path} uses ${name}: say what it does in ${document}`);
      used.add(name);
    }
  }
  for (const { path, text } of documents) {
    for (const name of names(text)) assert.ok(used.has(name), `${path} speaks of ${name}, which nothing reads`);
  }
});

test("documents name files that exist", () => {
  const broken = documents.flatMap(({ path, text }) =>
    [...text.matchAll(/`((?:src|test|codegen|scripts|bench|docs)\/[\w./-]+\.(?:ts|md))`/g)]
      .map((match) => match[1]!)
      .filter((file) => !existsSync(join(root, file)))
      .map((file) => `${path}: ${file}`),
  );
  assert.deepEqual(broken, []);
});
