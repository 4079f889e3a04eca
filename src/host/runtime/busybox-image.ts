import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { DriverError } from "#kernel/fault.ts";
import { type ImageRecipe, imageArchive } from "./image-archive.ts";
import type { TarEntry } from "./tar.ts";

export interface BusyboxOptions extends Partial<Omit<ImageRecipe, "architecture">> {
  readonly reference: string;
  /** The static busybox of the distribution (Debian: package busybox-static); `/bin/busybox` by default. */
  readonly busyboxPath?: string;
}

/**
 * A small image (2 MB) with a shell and the usual tools, made from this machine's static busybox, for the demo and the
 * tests: nothing is pulled. Rejects with a `DriverError` (`NotFound`) where there is no static busybox.
 */
export async function busyboxImage(options: BusyboxOptions): Promise<Uint8Array> {
  const { busyboxPath = "/bin/busybox", files = [], ...rest } = options;
  const binary = await readFile(busyboxPath).catch((cause) => {
    const message = `No busybox at ${busyboxPath}: install the package busybox-static`;
    throw new DriverError("NotFound", message, { cause });
  });
  if (binary.includes("/lib64/ld-linux") || binary.includes("/lib/ld-linux") || binary.includes("/lib/ld-musl")) {
    throw new DriverError("NotFound", `${busyboxPath} is not static: install the package busybox-static`);
  }
  const { stdout } = await promisify(execFile)(busyboxPath, ["--list"]);
  const applets = stdout.split("\n").filter((name) => /^[a-z0-9[_.-]+$/.test(name) && name !== "busybox");
  return imageArchive({
    command: ["/bin/sh"],
    environment: ["PATH=/bin"],
    architecture: process.arch === "arm64" ? "arm64" : "x86_64",
    ...rest,
    files: [...rootFiles(binary, applets), ...files],
  });
}

function rootFiles(busybox: Uint8Array, applets: readonly string[]): TarEntry[] {
  const text = (path: string, content: string): TarEntry => ({ path, data: Buffer.from(content), mode: 0o644 });
  return [
    { path: "bin", directory: true, mode: 0o755 },
    { path: "bin/busybox", data: busybox, mode: 0o755 },
    ...applets.map((name): TarEntry => ({ path: `bin/${name}`, linkTo: "busybox" })),
    { path: "etc", directory: true, mode: 0o755 },
    text("etc/passwd", "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n"),
    text("etc/group", "root:x:0:\nnogroup:x:65534:\n"),
    { path: "root", directory: true, mode: 0o700 },
    { path: "tmp", directory: true, mode: 0o1777 },
    { path: "var", directory: true, mode: 0o755 },
  ];
}
