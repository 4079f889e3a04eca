/** A pattern as code units, with `anyText` for `*` and `anyUnit` for `?`. */
export type Glob = readonly number[];

const anyText = -1;
const anyUnit = -2;

/** `*` stands for any text, even none, `?` for any one character; there is no escape. */
export function globOf(pattern: string): number[] {
  const glob: number[] = [];
  for (let i = 0; i < pattern.length; i++) {
    const unit = pattern.charCodeAt(i);
    if (unit !== star) glob.push(unit === questionMark ? anyUnit : unit);
    else if (glob.at(-1) !== anyText) glob.push(anyText);
  }
  return glob;
}

const star = "*".charCodeAt(0);
const questionMark = "?".charCodeAt(0);

/** Takes at most the product of both lengths, whatever the pattern: there is one place to come back to, not many. */
export function matchesGlob(glob: Glob, text: string): boolean {
  let at = 0;
  let i = 0;
  let starAt = -1;
  let textAtStar = 0;
  while (i < text.length) {
    const unit = glob[at];
    if (unit === anyText) {
      starAt = at++;
      textAtStar = i;
    } else if (unit === anyUnit || unit === text.charCodeAt(i)) {
      at++;
      i++;
    } else if (starAt !== -1) {
      at = starAt + 1;
      i = ++textAtStar;
    } else {
      return false;
    }
  }
  while (glob[at] === anyText) at++;
  return at === glob.length;
}

/** A function for the pattern that does no more than the pattern needs. */
export function globMatcher(pattern: string): (text: string) => boolean {
  if (pattern === "*") return () => true;
  const wild = pattern.search(/[*?]/);
  if (wild === -1) return (text) => text === pattern;
  if (wild === pattern.length - 1 && pattern.endsWith("*")) {
    const prefix = pattern.slice(0, -1);
    return (text) => text.startsWith(prefix);
  }
  const glob = globOf(pattern);
  return (text) => matchesGlob(glob, text);
}
