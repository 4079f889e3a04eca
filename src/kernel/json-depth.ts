const [quote, backslash] = ['"', "\\"].map((char) => char.charCodeAt(0));
const opening = new Set(["{", "["].map((char) => char.charCodeAt(0)));
const closing = new Set(["}", "]"].map((char) => char.charCodeAt(0)));

/**
 * Whether JSON has more objects and lists in one another than so many levels: whatever goes through it by recursion
 * would overflow the stack. Of what is no JSON the answer means nothing.
 */
export function isDeeperThan(levels: number, json: string): boolean {
  if (json.length < 2 * levels) return false;
  let depth = 0;
  let isInText = false;
  for (let i = 0; i < json.length; i++) {
    const code = json.charCodeAt(i);
    if (code === quote) isInText = !isInText;
    else if (isInText) i += code === backslash ? 1 : 0;
    else if (opening.has(code) && ++depth > levels) return true;
    else if (closing.has(code)) depth--;
  }
  return false;
}
