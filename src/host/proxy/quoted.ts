/** What clients sent stays one field: quotes in it are escaped as AWS does. */
export function quoted(text: string): string {
  return `"${text.replaceAll(/["\\]/g, (c) => `\\x${c.charCodeAt(0).toString(16).toUpperCase()}`)}"`;
}
