import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { ServiceError } from "../../client.ts";
import type { PlannedService } from "../model.ts";
import { type ImageParts, imageOf } from "./images.ts";

test("a folder is laid over an image with its links as they are, and without what no image can have", async () => {
  const folder = mkdtempSync(join(tmpdir(), "estiva-images-"));
  const real = join(folder, "real");
  try {
    mkdirSync(join(real, "lib"), { recursive: true });
    writeFileSync(join(real, "lib", "a"), "A");
    for (const [name, to] of [
      ["lib64", "lib"],
      ["gone", "nowhere"],
    ] as const)
      symlinkSync(to, join(real, name));
    execFileSync("mkfifo", [join(real, "pipe")]);
    symlinkSync("real", join(folder, "link"));
    const ecr = () => Promise.reject(new ServiceError("RepositoryNotFoundException", ""));
    let seen: object | undefined;
    const buildImage = async (words: readonly string[]) => {
      const copied = join(words.at(-1)!, "file-0");
      seen = {
        names: readdirSync(copied).sort(),
        links: ["lib64", "gone"].map((name) => readlinkSync(join(copied, name))),
        text: readFileSync(join(copied, "lib64", "a"), "utf8"),
      };
      throw new Error("That is all.");
    };
    const parts = { client: { ecr }, machine: { buildImage }, terminal: {}, project: "p", build: false };
    const service = { name: "web", image: "nginx", files: [{ path: join(folder, "link"), target: "/srv" }] };
    const imaged = imageOf(parts as unknown as ImageParts, service as unknown as PlannedService);
    await assert.rejects(imaged, { message: "That is all." });
    assert.deepEqual(seen, { names: ["gone", "lib", "lib64"], links: ["lib", "nowhere"], text: "A" });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
