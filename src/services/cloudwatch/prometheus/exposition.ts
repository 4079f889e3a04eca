import type { Family, FamilySample, Label } from "./family.ts";

export type ExpositionFormat = "text" | "openmetrics";

export const contentTypes: Readonly<Record<ExpositionFormat, string>> = {
  text: "text/plain; version=0.0.4; charset=utf-8",
  openmetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8",
};

/** The format that a scraper asks for: OpenMetrics where it takes it, else Prometheus's own. */
export function formatOf(accept: string | undefined): ExpositionFormat {
  const isAsked = (accept ?? "").split(",").some((part) => {
    const [type, ...parameters] = part.split(";").map((text) => text.trim().toLowerCase());
    return type === "application/openmetrics-text" && !parameters.some((text) => /^q=0(\.0*)?$/.test(text));
  });
  return isAsked ? "openmetrics" : "text";
}

/** Of text that is given at once, about. */
const partCharacters = 64 * 1024;

/**
 * "Text-based format" of Prometheus, or OpenMetrics 1.0. In parts, which are made as they are asked for: there may be
 * any number of metrics.
 */
export function* writeExposition(families: Iterable<Family>, format: ExpositionFormat): Generator<string> {
  let part = "";
  for (const family of families) {
    for (const line of linesOf(family, format)) {
      part += `${line}\n`;
      if (part.length < partCharacters) continue;
      yield part;
      part = "";
    }
  }
  yield format === "openmetrics" ? `${part}# EOF\n` : part;
}

function* linesOf({ name, type, help, samples }: Family, format: ExpositionFormat): Generator<string> {
  // OpenMetrics calls a family without what its counters end in.
  const total = type === "counter" ? "_total" : "";
  const title = format === "openmetrics" ? name : `${name}${total}`;
  const escaped = help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
  yield `# HELP ${title} ${format === "openmetrics" ? escaped.replaceAll('"', '\\"') : escaped}`;
  yield `# TYPE ${title} ${type}`;
  for (const sample of samples) yield sampleLine(`${name}${sample.suffix ?? total}`, sample);
}

function sampleLine(name: string, { labels, value }: FamilySample): string {
  const list = labels.length === 0 ? "" : `{${labels.map(labelText).join(",")}}`;
  return `${name}${list} ${numberText(value)}`;
}

function labelText([name, value]: Label): string {
  return `${name}="${value.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"')}"`;
}

function numberText(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  return Number.isFinite(value) ? String(value) : value > 0 ? "+Inf" : "-Inf";
}
