import { CommandError, exitCodes } from "../command.ts";

/** Where an image goes in the platform's registry. */
export interface Destination {
  readonly repository: string;
  readonly tag: string;
}

interface Reference {
  /** The registry's host; empty without one. */
  readonly host: string;
  readonly path: string;
  readonly tag: string | undefined;
}

/**
 * The repository and the tag that an image is pushed to: those of its own name, or of `target` (`team/app`,
 * `team/app:v2`). `app` is `app:latest`. A registry's name before it is left out, so that `ghcr.io/team/app:v1` becomes
 * `team/app:v1`. Throws a `CommandError` when there is no name to take.
 */
export function destinationOf(image: string, target: string | undefined, registryHost: string): Destination {
  const own = parse(image);
  const isId = /^(sha256:)?[0-9a-f]{12,64}$/.test(image);
  if (target === undefined && isId) {
    throw wrong(`${image} is an image's id: name a repository too, such as: estiva push ${image} app:v1`);
  }
  const named = target === undefined ? own : parse(target);
  if (target !== undefined && named.host !== "" && named.host !== registryHost) {
    throw wrong(`${target} is in another registry (${named.host}): images are pushed to the platform's own`);
  }
  if (target?.includes("@")) throw wrong(`${target} has a digest: an image is pushed to a repository and a tag`);
  const repository = named.path;
  if (!/^[a-z0-9]+([._-]+[a-z0-9]+)*(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*$/.test(repository)) {
    throw wrong(`${repository || "An empty name"} is no repository's name: lower-case letters, digits and ._-/ are`);
  }
  const tag = named.tag ?? (isId ? undefined : own.tag) ?? "latest";
  if (!/^\w[\w.-]{0,127}$/.test(tag)) throw wrong(`${tag} is no tag: at most 128 letters, digits and ._- are`);
  return { repository, tag };
}

function parse(reference: string): Reference {
  const [name = ""] = reference.split("@");
  const slash = name.indexOf("/");
  const first = slash < 0 ? "" : name.slice(0, slash);
  const host = first === "localhost" || /[.:]/.test(first) ? first : "";
  const rest = host === "" ? name : name.slice(slash + 1);
  const colon = rest.indexOf(":", rest.lastIndexOf("/") + 1);
  // Docker Hub's own images: nobody writes `library/`.
  const path = (colon < 0 ? rest : rest.slice(0, colon)).replace(host === "docker.io" ? /^library\// : /^$/, "");
  return { host, path, tag: colon < 0 ? undefined : rest.slice(colon + 1) };
}

function wrong(problem: string): CommandError {
  return new CommandError(`${problem}.`, exitCodes.usage);
}
