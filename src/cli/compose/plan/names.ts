import { createHash } from "node:crypto";

/** How what is made of a project is called, so that it is found again without a file of its own. */

/** The tag of everything that belongs to a project; its value is the project's name. */
export const projectTag = "estiva.compose.project";
/** The tag with the fingerprint of what a task definition, or a service, was made of. */
export const configTag = "estiva.compose.config";
/** The tag of a job's task definition whose tasks have ended well: when. */
export const completedTag = "estiva.compose.completed";
/** The container that writes the secrets of a task. */
export const secretsContainer = "estiva-secrets";

export function familyOf(project: string, service: string): string {
  return `${project}-${service}`;
}

export function logGroupOf(project: string): string {
  return `/compose/${project}`;
}

export function secretNameOf(project: string, secret: string): string {
  return `compose/${project}/${secret}`;
}

/** Of images that are built here, or have files laid over them. */
export function repositoryOf(project: string, service: string): string {
  return `${project}/${service}`
    .toLowerCase()
    .replace(/[_-]{2,}|[_-]+(?=\/|$)|(?<=\/)[_-]+/g, "-")
    .replace(/-(?=\/|$)/g, "");
}

/** Changes when, and only when, what it is made of says something else. */
export function fingerprint(content: unknown): string {
  return createHash("sha256")
    .update(JSON.stringify(sorted(content)))
    .digest("hex")
    .slice(0, 32);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, one]) => [key, sorted(one)]));
}
