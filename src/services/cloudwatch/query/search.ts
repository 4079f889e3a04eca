import type { MetricName } from "../metrics/series.ts";

/**
 * The query of a search expression: `{AWS/ECS,ClusterName,ServiceName} MetricName="CPUUtilization" web OR api`, as
 * "CloudWatch search expression syntax" of the user guide describes it.
 */
export type MetricMatcher = (metric: MetricName) => boolean;

/** What of a metric terms are looked for in. */
type Texts = (metric: MetricName) => readonly string[];

/** The text is no query; the message says what was expected. */
export class SearchSyntaxError extends Error {
  override readonly name = "SearchSyntaxError";
}

const tokenPattern = /\s*(?:("(?:[^"\\]|\\.)*")|([()=])|([^\s()="]+))/y;

/** The words of a text, in small letters. Worked out anew each time, unless whoever searches remembers them. */
export type Words = (text: string) => readonly string[];

/** Throws a `SearchSyntaxError`. */
export function parseSearch(query: string, words: Words = wordsOf): MetricMatcher {
  const schema = /^\s*\{([^}]*)\}/.exec(query);
  const rest = query.slice(schema?.[0].length ?? 0);
  const hasSchema = schema === null ? () => true : schemaMatcher(schema[1]!);
  const hasTerms = rest.trim() === "" ? () => true : new SearchParser(tokensOf(rest), words).whole();
  if (schema === null && rest.trim() === "") throw new SearchSyntaxError("A search needs a term");
  return (metric) => hasSchema(metric) && hasTerms(metric);
}

/** The namespace, and exactly these dimensions. */
function schemaMatcher(text: string): MetricMatcher {
  const parts = [...text.matchAll(/\s*(?:"([^"]*)"|([^,]+))\s*(?:,|$)/g)].map(([, quoted, plain]) =>
    (quoted ?? plain ?? "").trim(),
  );
  const [namespace, ...names] = parts;
  if (namespace === undefined) throw new SearchSyntaxError("The braces of a search begin with a namespace");
  const sorted = names.toSorted();
  return (metric) =>
    metric.namespace === namespace &&
    metric.dimensions.length === sorted.length &&
    metric.dimensions
      .map(({ name }) => name)
      .toSorted()
      .every((name, i) => name === sorted[i]);
}

type Token = { readonly kind: "quoted" | "sign" | "word"; readonly text: string };

function tokensOf(text: string): Token[] {
  const pattern = new RegExp(tokenPattern);
  const tokens: Token[] = [];
  const length = text.trimEnd().length;
  while (pattern.lastIndex < length) {
    const match = pattern.exec(text);
    if (match === null) throw new SearchSyntaxError("A quotation in the search does not end");
    const [, quoted, sign, word] = match;
    if (quoted !== undefined) tokens.push({ kind: "quoted", text: quoted.slice(1, -1).replace(/\\(.)/g, "$1") });
    else if (sign !== undefined) tokens.push({ kind: "sign", text: sign });
    else tokens.push({ kind: "word", text: word! });
  }
  return tokens;
}

class SearchParser {
  private readonly tokens: readonly Token[];
  private readonly words: Words;
  private next = 0;

  constructor(tokens: readonly Token[], words: Words) {
    this.tokens = tokens;
    this.words = words;
  }

  whole(): MetricMatcher {
    const matcher = this.either();
    if (this.next < this.tokens.length) throw new SearchSyntaxError(`Unexpected "${this.tokens[this.next]!.text}"`);
    return matcher;
  }

  private either(texts: Texts = textsOf): MetricMatcher {
    const first = this.both(texts);
    if (!this.takes("word", "OR")) return first;
    const other = this.either(texts);
    return (metric) => first(metric) || other(metric);
  }

  /** Terms beside each other must all match. */
  private both(texts: Texts): MetricMatcher {
    const first = this.one(texts);
    this.takes("word", "AND");
    const token = this.tokens[this.next];
    if (token === undefined || (token.kind === "word" && token.text === "OR") || token.text === ")") return first;
    const other = this.both(texts);
    return (metric) => first(metric) && other(metric);
  }

  private one(texts: Texts): MetricMatcher {
    if (this.takes("word", "NOT")) {
      const not = this.one(texts);
      return (metric) => !not(metric);
    }
    if (this.takes("sign", "(")) return this.inParentheses(texts);
    const token = this.tokens[this.next++];
    if (token === undefined || token.kind === "sign") throw new SearchSyntaxError("A term is missing in the search");
    if (!this.takes("sign", "=")) return termMatcher(token, texts, this.words);
    const own: Texts = (metric) => textsOfProperty(metric, token.text);
    // `InstanceId=("a" OR "b")`
    if (this.takes("sign", "(")) return this.inParentheses(own);
    const value = this.tokens[this.next++];
    if (value === undefined || value.kind === "sign") throw new SearchSyntaxError(`${token.text}= needs a value`);
    return termMatcher(value, own, this.words);
  }

  private inParentheses(texts: Texts): MetricMatcher {
    const inner = this.either(texts);
    if (!this.takes("sign", ")")) throw new SearchSyntaxError('A ")" is missing in the search');
    return inner;
  }

  private takes(kind: Token["kind"], text: string): boolean {
    const token = this.tokens[this.next];
    if (token?.kind !== kind || token.text !== text) return false;
    this.next++;
    return true;
  }
}

/** A quoted term is the whole of a text, another is in its words. */
function termMatcher({ kind, text }: Token, texts: Texts, words: Words): MetricMatcher {
  if (kind === "quoted") return (metric) => texts(metric).includes(text);
  const [wanted, whole] = [wordsOf(text), text.toLowerCase()];
  return (metric) =>
    texts(metric).some((each) => {
      const found = words(each);
      return wanted.every((word) => found.includes(word)) || each.toLowerCase() === whole;
    });
}

/** `CPUUtilization` has the words cpu and utilization. */
export function wordsOf(text: string): string[] {
  return text
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "");
}

function textsOf({ namespace, metricName, dimensions }: MetricName): string[] {
  return [namespace, metricName, ...dimensions.flatMap(({ name, value }) => [name, value])];
}

function textsOfProperty(metric: MetricName, property: string): string[] {
  if (property === "Namespace") return [metric.namespace];
  if (property === "MetricName") return [metric.metricName];
  return metric.dimensions.filter(({ name }) => name === property).map(({ value }) => value);
}
