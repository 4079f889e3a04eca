import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DriverError } from "#kernel/fault.ts";

/** Where an engine's API listens. */
export interface EngineAddress {
  /** `unix:///var/run/docker.sock`, `tcp://127.0.0.1:2375`: for people and for DOCKER_HOST. */
  readonly url: string;
  readonly connect:
    | { readonly socketPath: string }
    | { readonly host: string; readonly port: number; readonly tls?: EngineTls };
}

export interface EngineTls {
  readonly ca: Buffer;
  readonly cert: Buffer;
  readonly key: Buffer;
}

/**
 * Reads DOCKER_HOST's notation, or a plain path of a socket. With DOCKER_TLS_VERIFY the certificates of
 * DOCKER_CERT_PATH are used, as Docker's own client does. Throws a `DriverError` (`InvalidSpec`) for other transports.
 */
export function parseAddress(text: string, env: Readonly<Record<string, string | undefined>> = {}): EngineAddress {
  if (text.startsWith("/")) return { url: `unix://${text}`, connect: { socketPath: text } };
  if (text.startsWith("unix://")) return { url: text, connect: { socketPath: text.slice("unix://".length) } };
  const match = /^(tcp|http|https):\/\/(\[[^\]]+\]|[^:/]+)(?::(\d+))?\/?$/.exec(text);
  if (match === null) {
    throw new DriverError("InvalidSpec", `DOCKER_HOST "${text}" is not understood: use unix://PATH or tcp://HOST:PORT`);
  }
  const [, scheme, host, port] = match;
  const secure = scheme === "https" || Boolean(env.DOCKER_TLS_VERIFY);
  return {
    url: text,
    connect: {
      host: host!.replace(/^\[|\]$/g, ""),
      port: Number(port ?? (secure ? 2376 : 2375)),
      ...(secure ? { tls: readCertificates(env) } : {}),
    },
  };
}

function readCertificates(env: Readonly<Record<string, string | undefined>>): EngineTls {
  const folder = env.DOCKER_CERT_PATH || join(env.HOME ?? "/", ".docker");
  const read = (name: string) => readFileSync(join(folder, name));
  return { ca: read("ca.pem"), cert: read("cert.pem"), key: read("key.pem") };
}

/** The addresses to try, in order: DOCKER_HOST alone when it is set, else the usual sockets. */
export function candidateAddresses(env: Readonly<Record<string, string | undefined>>): string[] {
  if (env.DOCKER_HOST) return [env.DOCKER_HOST];
  const { XDG_RUNTIME_DIR: runtime, HOME: home } = env;
  return [
    "/var/run/docker.sock",
    ...(runtime ? [join(runtime, "docker.sock")] : []),
    ...(home ? [join(home, ".docker/run/docker.sock"), join(home, ".docker/desktop/docker.sock")] : []),
    "/run/podman/podman.sock",
    ...(runtime ? [join(runtime, "podman/podman.sock")] : []),
  ];
}
