/** No two of its parts can take the same digits: a text of a million of them is read in one pass. */
const numeric = /^\s*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?\s*$/;

/** What a text reads as, with blanks around it; undefined: it is no number. */
export function numberIn(text: string): number | undefined {
  return numeric.test(text) ? Number(text) : undefined;
}
