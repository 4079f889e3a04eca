/** Whether a text is JSON of whatever kind. */
export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    // Any error is the answer.
    return false;
  }
}
