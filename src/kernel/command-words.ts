/**
 * The words of a command as ECS Exec takes them apart: those of a POSIX shell without its expansions (the rules of
 * google/shlex, which AWS's agent uses). Quotes and backslashes keep characters together, `#` at a word's beginning
 * starts a comment. A string says what is wrong.
 */
export function splitWords(command: string): string[] | string {
  const words: string[] = [];
  let word: string | undefined;
  for (let at = 0; at < command.length; at++) {
    const character = command[at]!;
    if (word === undefined && character === "#") {
      const end = command.indexOf("\n", at);
      if (end === -1) return words;
      at = end;
    } else if (/[ \t\r\n]/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (character === '"' || character === "'") {
      const quoted = readQuoted(command, at);
      if (quoted === undefined) return "EOF found when expecting closing quote";
      word = (word ?? "") + quoted.text;
      at = quoted.end;
    } else if (character === "\\") {
      const escaped = command[++at];
      if (escaped === undefined) return "EOF found after escape character";
      word = (word ?? "") + escaped;
    } else word = (word ?? "") + character;
  }
  if (word !== undefined) words.push(word);
  return words;
}

/** What stands in the quotes that open at `start`, and where they close. In double ones a backslash escapes. */
function readQuoted(command: string, start: number): { readonly text: string; readonly end: number } | undefined {
  const quote = command[start];
  let text = "";
  for (let at = start + 1; at < command.length; at++) {
    const character = command[at]!;
    if (character === quote) return { text, end: at };
    if (character === "\\" && quote === '"') text += command[++at] ?? "";
    else text += character;
  }
  return undefined;
}

/** One text that `splitWords` takes apart into these words again. */
export function joinWords(words: readonly string[]): string {
  return words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(" ");
}
