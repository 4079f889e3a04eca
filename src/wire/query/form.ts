import { Fault } from "#kernel/fault.ts";

/** The parameters of a form as a tree: `Filter.1.Name=x` is x under Filter, 1, Name. */
export interface FormNode {
  value: string | undefined;
  readonly children: Map<string, FormNode>;
}

/** More parts than any model's parameter has: a client that sends more means harm. */
const mostParts = 40;
const mostParameters = 20_000;

/** Throws a `MalformedQueryString` for wrong percent-encoding and for parameters without end. */
export function parseForm(text: string): FormNode {
  const root: FormNode = { value: undefined, children: new Map() };
  let count = 0;
  for (const pair of text.split("&")) {
    if (pair === "") continue;
    if (++count > mostParameters) throw malformed("The query string has too many parameters");
    const equals = pair.indexOf("=");
    const name = decodeFormText(equals === -1 ? pair : pair.slice(0, equals));
    const parts = name.split(".", mostParts + 1);
    if (parts.length > mostParts) throw malformed("A parameter's name has too many parts");
    let node = root;
    for (const part of parts) {
      let child = node.children.get(part);
      if (child === undefined) {
        child = { value: undefined, children: new Map() };
        node.children.set(part, child);
      }
      node = child;
    }
    node.value = equals === -1 ? "" : decodeFormText(pair.slice(equals + 1));
  }
  return root;
}

/** One parameter by its name, without building the tree; undefined when it is absent or malformed. */
export function formValue(text: string, name: string): string | undefined {
  const start = text.startsWith(`${name}=`) ? 0 : text.indexOf(`&${name}=`) + 1;
  if (start === 0 && !text.startsWith(`${name}=`)) return undefined;
  const from = start + name.length + 1;
  const end = text.indexOf("&", from);
  try {
    return decodeFormText(text.slice(from, end === -1 ? undefined : end));
  } catch {
    return undefined;
  }
}

function decodeFormText(text: string): string {
  if (!/[%+]/.test(text)) return text;
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    throw malformed("The query string is not correctly encoded");
  }
}

function malformed(message: string): Fault {
  return new Fault("MalformedQueryString", message, { status: 400 });
}
