import { createHash } from "node:crypto";
import { type TarEntry, tarArchive } from "./tar.ts";

export interface ImageRecipe {
  /** `estiva/pause:1`, with its tag. */
  readonly reference: string;
  readonly architecture: "x86_64" | "arm64";
  readonly files: readonly TarEntry[];
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly environment?: readonly string[];
  readonly user?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly stopSignal?: string;
  /** As in the API: `["CMD-SHELL", "test -f /tmp/ok"]`; times in seconds. */
  readonly healthCheck?: { readonly command: readonly string[]; readonly intervalSeconds: number };
}

/**
 * An image of one layer as an archive that engines load (the format of `docker save`). Equal recipes make equal bytes
 * and therefore the same image id.
 */
export function imageArchive(recipe: ImageRecipe): Uint8Array {
  const layer = tarArchive(recipe.files);
  const config = Buffer.from(
    JSON.stringify({
      architecture: recipe.architecture === "arm64" ? "arm64" : "amd64",
      os: "linux",
      created: "1970-01-01T00:00:00Z",
      config: {
        Entrypoint: recipe.entrypoint,
        Cmd: recipe.command,
        Env: recipe.environment,
        User: recipe.user,
        Labels: recipe.labels,
        StopSignal: recipe.stopSignal,
        Healthcheck: recipe.healthCheck && {
          Test: recipe.healthCheck.command,
          Interval: recipe.healthCheck.intervalSeconds * 1e9,
        },
      },
      rootfs: { type: "layers", diff_ids: [`sha256:${sha256(layer)}`] },
      history: [{ created: "1970-01-01T00:00:00Z", created_by: "estiva" }],
    }),
  );
  const configName = `${sha256(config)}.json`;
  const manifest = [{ Config: configName, RepoTags: [recipe.reference], Layers: ["layer.tar"] }];
  return tarArchive([
    { path: configName, data: config, mode: 0o644 },
    { path: "layer.tar", data: layer, mode: 0o644 },
    { path: "manifest.json", data: Buffer.from(JSON.stringify(manifest)), mode: 0o644 },
  ]);
}

function sha256(data: Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}
