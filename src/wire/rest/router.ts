import type { Model, Operation } from "../model.ts";
import type { PathLabels } from "../protocol.ts";

/** The operation that a REST request is for, with the values of its path. */
export interface RestRoute {
  readonly operation: Operation;
  readonly labels: PathLabels;
}

interface Template {
  readonly operationName: string;
  readonly method: string;
  /** Each a literal, `{label}` or, for the rest of the path, `{label+}`. */
  readonly segments: readonly string[];
  /** Constant query parameters of the template, such as `?tagging`. */
  readonly query: ReadonlyMap<string, string>;
}

const templates = new WeakMap<Model, readonly Template[]>();

/** Finds the operation by method and path; the template with more literal segments wins. */
export function routeRest(model: Model, method: string, path: string, query: URLSearchParams): RestRoute | undefined {
  const segments = path.split("/").slice(1);
  for (const template of templatesOf(model)) {
    if (template.method !== method) continue;
    const labels = match(template.segments, segments);
    if (labels === undefined) continue;
    if (![...template.query].every(([name, value]) => query.get(name) === value)) continue;
    const operation = model.operation(template.operationName);
    return operation && { operation, labels };
  }
  return undefined;
}

function templatesOf(model: Model): readonly Template[] {
  let known = templates.get(model);
  if (known === undefined) {
    known = model.operationNames.map((name) => templateOf(model.operation(name)!)).sort(bySpecificity);
    templates.set(model, known);
  }
  return known;
}

function templateOf({ name, method, uri }: Operation): Template {
  const [path, query = ""] = uri.split("?") as [string, string?];
  return {
    operationName: name,
    method,
    segments: path.split("/").slice(1),
    query: new Map(new URLSearchParams(query)),
  };
}

function bySpecificity(a: Template, b: Template): number {
  const rank = (t: Template) => t.segments.map((segment) => labelOf(segment)?.kind ?? 0).join("");
  return b.query.size - a.query.size || (rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : 0);
}

/** The label of a template's segment; literals rank before labels, labels before the rest of a path. */
function labelOf(segment: string): { readonly name: string; readonly kind: 1 | 2 } | undefined {
  if (!segment.startsWith("{") || !segment.endsWith("}")) return undefined;
  const greedy = segment.endsWith("+}");
  return { name: segment.slice(1, greedy ? -2 : -1), kind: greedy ? 2 : 1 };
}

function match(template: readonly string[], segments: readonly string[]): PathLabels | undefined {
  const labels: Record<string, string> = {};
  for (const [i, part] of template.entries()) {
    const label = labelOf(part);
    const segment = segments[i];
    if (segment === undefined) return undefined;
    if (label === undefined) {
      if (segment !== part) return undefined;
    } else {
      const value = decode(label.kind === 2 ? segments.slice(i).join("/") : segment);
      if (value === undefined || value === "") return undefined;
      labels[label.name] = value;
      if (label.kind === 2) return labels;
    }
  }
  return template.length === segments.length ? labels : undefined;
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
