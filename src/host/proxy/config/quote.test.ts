import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { argument, literal, quote, regexLiteral, wildcardRegex } from "./quote.ts";

describe("quoting for HAProxy", () => {
  test("quotes end and begin again around one that is in the text", () => {
    assert.equal(quote('it\'s $HOME \\ %[src] "x" # no comment'), `'it'\\''s $HOME \\ %[src] "x" # no comment'`);
  });

  for (const text of ["a\nb", "a\rb", "a\0b", "\t", "\x7f"]) {
    test(`${JSON.stringify(text)} is refused`, () => assert.throws(() => quote(text), /control character/));
  }

  test("arguments, log formats and regular expressions have rules of their own", () => {
    assert.equal(argument(`a"b\\c,d)`), `"a\\"b\\\\c,d)"`);
    assert.equal(literal("100%[src]"), "100%%[src]");
    assert.match("a.b*c[d]/e-f|g$", new RegExp(`^${regexLiteral("a.b*c[d]/e-f|g$")}$`));
    assert.match("/a.c/xyz", new RegExp(`^${wildcardRegex("/a?c/*")}$`));
    assert.doesNotMatch("/ac/xyz", new RegExp(`^${wildcardRegex("/a?c/*")}$`));
  });
});
