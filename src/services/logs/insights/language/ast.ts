/** A query as a tree. Places are in its text, in characters. */
export interface Located {
  readonly start: number;
  readonly end: number;
}

export type Expression = Located &
  (
    | { readonly type: "literal"; readonly value: string | number | boolean }
    | { readonly type: "field"; readonly name: string }
    | { readonly type: "call"; readonly name: string; readonly args: readonly Expression[] }
    | { readonly type: "duration"; readonly amount: number; readonly unit: TimeUnit }
    /** Of `count(*)`. */
    | { readonly type: "all" }
    | {
        readonly type: "binary";
        readonly operator: BinaryOperator;
        readonly left: Expression;
        readonly right: Expression;
      }
    | { readonly type: "unary"; readonly operator: "not" | "-"; readonly item: Expression }
    | { readonly type: "like"; readonly item: Expression; readonly pattern: Pattern }
    | { readonly type: "in"; readonly item: Expression; readonly list: readonly Expression[] }
  );

export type BinaryOperator = "and" | "or" | "=" | "!=" | "<" | "<=" | ">" | ">=" | "+" | "-" | "*" | "/" | "%" | "^";
export type TimeUnit = "ms" | "s" | "m" | "h" | "d" | "w" | "mo" | "q" | "y";

/** A text that must be in another one, or a regular expression that must match in it. */
export type Pattern = Located & { readonly kind: "text" | "regex"; readonly text: string };

/** An expression, and what the result calls it. */
export interface Named extends Located {
  readonly name: string;
  readonly expression: Expression;
}

export interface SortKey {
  readonly expression: Expression;
  readonly isDescending: boolean;
}

export type Command = Located &
  (
    | { readonly type: "fields"; readonly items: readonly Named[] }
    | { readonly type: "display"; readonly items: readonly Named[] }
    | { readonly type: "filter"; readonly condition: Expression }
    | {
        readonly type: "parse";
        readonly field: string;
        readonly pattern: Pattern;
        /** The names for what stands at the asterisks; of a regular expression, those of its groups. */
        readonly names: readonly string[];
      }
    | { readonly type: "stats"; readonly items: readonly Named[]; readonly by: readonly Named[] }
    | { readonly type: "sort"; readonly keys: readonly SortKey[] }
    | { readonly type: "limit"; readonly count: number }
    | { readonly type: "dedup"; readonly fields: readonly string[] }
  );
