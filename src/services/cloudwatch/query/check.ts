import type { MetricDataQuery } from "#generated/cloudwatch/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { functionOf } from "../math/functions.ts";
import { childrenOf, type Expression, MathSyntaxError, parseMath, referencesOf } from "../math/parse.ts";
import { MathError } from "../math/series.ts";
import { parseStatistic } from "../metrics/statistic.ts";
import { checkPeriod, type Refuse } from "../request/metric.ts";

/** A query that has been checked. */
export interface CheckedQuery {
  readonly query: MetricDataQuery;
  /** With `Expression`. */
  readonly expression?: Expression;
}

/** Checks the queries of GetMetricData or of an alarm. `name` is the parameter that holds them. */
export function checkQueries(
  ctx: RequestContext,
  queries: readonly MetricDataQuery[],
  name: string,
): readonly CheckedQuery[] {
  const refuse: Refuse = (message) => ctx.fault("ValidationError", message, { status: 400 });
  const ids = new Set<string>();
  const checked = queries.map((query, i): CheckedQuery => {
    const at = `${name}.member.${i + 1}`;
    if (!/^[a-z]\w*$/.test(query.Id)) {
      throw refuse(
        `The value ${query.Id} for parameter ${at}.Id is not valid. An Id begins with a lowercase letter and has ` +
          "letters, numbers and underscores.",
      );
    }
    if (ids.has(query.Id)) throw refuse(`The values for parameter id in ${name} are not unique.`);
    ids.add(query.Id);
    if (query.AccountId !== undefined && query.AccountId !== ctx.account) {
      throw refuse("Estiva links no accounts: AccountId can only be your own.");
    }
    if ((query.MetricStat === undefined) === (query.Expression === undefined)) {
      throw refuse(`Exactly one of the parameters ${at}.MetricStat and ${at}.Expression must be specified.`);
    }
    if (query.MetricStat) checkStat(query.MetricStat, { at, refuse });
    if (query.Period !== undefined) checkPeriod(refuse, query.Period, `${at}.Period`);
    return query.Expression === undefined
      ? { query }
      : { query, expression: expressionOf(query.Expression, query.Id, refuse) };
  });
  checkReferences(checked, ids, refuse);
  return checked;
}

function checkStat(
  { Metric: metric, Period: periodSeconds, Stat: stat }: NonNullable<MetricDataQuery["MetricStat"]>,
  { at, refuse }: { readonly at: string; readonly refuse: Refuse },
): void {
  checkPeriod(refuse, periodSeconds, `${at}.MetricStat.Period`);
  if (parseStatistic(stat) === undefined) {
    throw refuse(`The value ${stat} for parameter ${at}.MetricStat.Stat is not supported.`);
  }
  if (!metric.MetricName || !metric.Namespace) {
    throw refuse(`The parameters ${at}.MetricStat.Metric.Namespace and MetricName are required.`);
  }
}

function expressionOf(text: string, id: string, refuse: Refuse): Expression {
  if (/^\s*SELECT\s/i.test(text)) {
    throw refuse("Estiva has no Metrics Insights queries: use SEARCH and metric math instead.");
  }
  try {
    const expression = parseMath(text);
    checkFunctions(expression);
    return expression;
  } catch (error) {
    if (!(error instanceof MathSyntaxError || error instanceof MathError)) throw error;
    throw refuse(`Error in expression '${id}': ${error.message}`);
  }
}

/** Throws a `MathError` when the expression calls a function that is not there. */
function checkFunctions(expression: Expression): void {
  if (expression.kind === "call") functionOf(expression.name);
  for (const child of childrenOf(expression)) checkFunctions(child);
}

function checkReferences(checked: readonly CheckedQuery[], ids: ReadonlySet<string>, refuse: Refuse): void {
  const references = new Map(
    checked.map(({ query, expression }) => [query.Id, expression ? referencesOf(expression) : []]),
  );
  for (const [id, targets] of references) {
    for (const target of targets) {
      if (!ids.has(target)) throw refuse(`Error in expression '${id}': Variable '${target}' is not defined`);
    }
  }
  const done = new Set<string>();
  const visit = (id: string, path: readonly string[]): void => {
    if (path.includes(id)) throw refuse(`Error in expression '${id}': Circular reference`);
    if (done.has(id)) return;
    for (const target of references.get(id)!) visit(target, [...path, id]);
    done.add(id);
  };
  for (const id of references.keys()) visit(id, []);
}
