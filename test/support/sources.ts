import { globSync } from "node:fs";

/** Every TypeScript file of the project, relative to the root, sorted. Asks no version control: a copy has none. */
export function sourceFiles(root: string): string[] {
  return globSync("{src,codegen,scripts,test,bench}/**/*.ts", { cwd: root }).sort();
}
