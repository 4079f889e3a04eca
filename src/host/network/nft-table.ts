/** An nft table as data: what must be, or what has been applied. */
export interface NftTable {
  readonly family: "inet" | "bridge";
  readonly name: string;
  readonly sets: ReadonlyMap<string, NftSet>;
  readonly chains: ReadonlyMap<string, NftChain>;
}

/** A set, or a map when its type has two sides (`ipv4_addr : verdict`). */
export interface NftSet {
  readonly type: string;
  /** Key -> value; empty texts in a set. */
  readonly elements: ReadonlyMap<string, string>;
}

export interface NftChain {
  /** `type filter hook forward priority filter; policy drop;`, or undefined for a chain that is jumped to. */
  readonly hook?: string;
  readonly rules: readonly string[];
}

/** Replaces the table, whatever it was before, in one transaction. Packets see the old one or the new one. */
export function replaceTable(table: NftTable): string {
  const title = `${table.family} ${table.name}`;
  const empty: NftTable = { ...table, sets: new Map(), chains: new Map() };
  return `add table ${title}\ndelete table ${title}\nadd table ${title}\n${changeTable(empty, table)}`;
}

/**
 * The commands that make `before` into `after`, for one transaction; empty when they are equal. One more interface
 * costs a few elements, whatever the size of the table. A set never changes its type, nor a chain its hook.
 */
export function changeTable(before: NftTable, after: NftTable): string {
  const title = `${after.family} ${after.name}`;
  const lines: string[] = [];
  // What is referred to comes before what refers to it, and goes after it.
  for (const [name, set] of after.sets) {
    if (!before.sets.has(name)) lines.push(`add ${kindOf(set)} ${title} ${name} { type ${set.type}; }`);
  }
  for (const [name, chain] of after.chains) {
    if (!before.chains.has(name)) lines.push(`add chain ${title} ${name}${chain.hook ? ` { ${chain.hook} }` : ""}`);
  }
  for (const [name, chain] of after.chains) {
    const old = before.chains.get(name);
    if (old !== undefined && sameRules(old.rules, chain.rules)) continue;
    if (old !== undefined) lines.push(`flush chain ${title} ${name}`);
    for (const rule of chain.rules) lines.push(`add rule ${title} ${name} ${rule}`);
  }
  for (const [name, set] of after.sets) lines.push(...changeElements(title, name, before.sets.get(name), set));
  const goneChains = [...before.chains.keys()].filter((name) => !after.chains.has(name));
  const goneSets = [...before.sets.keys()].filter((name) => !after.sets.has(name));
  for (const name of goneChains) lines.push(`flush chain ${title} ${name}`);
  for (const name of goneSets) lines.push(`delete ${kindOf(before.sets.get(name)!)} ${title} ${name}`);
  for (const name of goneChains) lines.push(`delete chain ${title} ${name}`);
  return lines.map((line) => `${line}\n`).join("");
}

const elementsPerLine = 500;

function changeElements(title: string, name: string, before: NftSet | undefined, after: NftSet): string[] {
  if (before?.elements === after.elements) return [];
  const gone: string[] = [];
  const come: string[] = [];
  for (const [key, value] of before?.elements ?? []) if (after.elements.get(key) !== value) gone.push(key);
  for (const [key, value] of after.elements) {
    if (before?.elements.get(key) !== value) come.push(value === "" ? key : `${key} : ${value}`);
  }
  return [
    ...inLines(gone).map((elements) => `delete element ${title} ${name} { ${elements} }`),
    ...inLines(come).map((elements) => `add element ${title} ${name} { ${elements} }`),
  ];
}

function inLines(elements: readonly string[]): string[] {
  const lines: string[] = [];
  for (let i = 0; i < elements.length; i += elementsPerLine) {
    lines.push(elements.slice(i, i + elementsPerLine).join(", "));
  }
  return lines;
}

function kindOf(set: NftSet): "set" | "map" {
  return set.type.includes(" : ") ? "map" : "set";
}

function sameRules(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((rule, i) => rule === b[i]);
}
