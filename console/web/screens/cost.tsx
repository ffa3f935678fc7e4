import { useQuery } from '@tanstack/preact-query';
import type { CostView } from '../../server/api.ts';
import { links } from '../location.ts';
import { Empty, Loading, Problem } from '../parts/notices.tsx';
import { get } from '../request.ts';
import { number, usd } from '../time.ts';
import { visible } from '../visible.ts';

/** The price of the executions of each machine, and of the same work on Step Functions. */
export function Cost() {
  const cost = useQuery({
    queryKey: ['cost'],
    queryFn: () => get<CostView>('/cost'),
    staleTime: 60_000,
    refetchInterval: ({ state }) => (isMeasuring(state.data) ? 2000 : false),
  });
  if (cost.error) return <Problem error={cost.error} retry={() => cost.refetch()} />;
  if (!cost.data) return <Loading what="a sample of executions" />;
  const { machines, console: own } = cost.data;
  const priced = machines.flatMap(({ price, ...each }) => (price ? [{ ...each, price }] : []));
  const dearest = Math.max(1, ...priced.map(({ price }) => price.stepFunctionsUsd));
  const isBusy = cost.isFetching || isMeasuring(cost.data);
  const isExact = priced.every(({ sampled, ended }) => !ended.isPartial && sampled >= ended.count);
  return (
    <div class="screen prose">
      <div class="filter-row">
        <h1>Cost</h1>
        <button type="button" onClick={() => cost.refetch()} disabled={isBusy}>
          {isBusy ? 'Measuring …' : 'Measure again'}
        </button>
      </div>
      {priced.length === 0 ? (
        <Empty title="No execution has ended yet">Prices are those of executions that have ended.</Empty>
      ) : (
        <div class="wide-table" tabIndex={0} role="region" aria-label="Cost of each machine">
          <table class="figures prices">
            <thead>
              <tr>
                <th scope="col" rowSpan={2}>
                  Machine
                </th>
                <th scope="colgroup" colSpan={2}>
                  Ended executions
                </th>
                <th scope="colgroup" colSpan={2}>
                  Each, on average
                </th>
                <th scope="colgroup" colSpan={2}>
                  A million of them, USD
                </th>
                <th scope="col" rowSpan={2}>
                  Write units used
                </th>
              </tr>
              <tr>
                <th scope="col">all</th>
                <th scope="col">measured</th>
                <th scope="col">task steps</th>
                <th scope="col">write units</th>
                <th scope="col">Millrace</th>
                <th scope="col">Step Functions</th>
              </tr>
            </thead>
            <tbody>
              {priced.map(({ machine, sampled, ended, price }) => (
                <tr key={machine}>
                  <th scope="row">
                    <a href={links.machine(machine)}>{visible(machine)}</a>
                  </th>
                  <td class="num">{countText(ended)}</td>
                  <td class="num">{number(sampled)}</td>
                  <td class="num">{price.taskSteps.toFixed(2)}</td>
                  <td class="num">{price.writeUnits.toFixed(2)}</td>
                  <Price of={`Millrace, ${machine}`} usd={price.millraceUsd} dearest={dearest} />
                  <Price of={`Step Functions, ${machine}`} usd={price.stepFunctionsUsd} dearest={dearest} />
                  <td class="num">{unitsText(price.writeUnits, ended)}</td>
                </tr>
              ))}
              <tr class="sum">
                <th scope="row">All</th>
                <td class="num">{number(priced.reduce((sum, { ended }) => sum + ended.count, 0))}</td>
                <td class="num">{number(priced.reduce((sum, { sampled }) => sum + sampled, 0))}</td>
                <td colSpan={4} />
                <td class="num">
                  {number(
                    Math.round(
                      priced.reduce((sum, { ended, price }) => sum + ended.count * price.writeUnits, 0),
                    ),
                  )}
                </td>
              </tr>
            </tbody>
          </table>
        </div>
      )}
      {priced.length > 0 && (
        <p class="quiet">
          {isExact
            ? 'All executions that have ended are measured, '
            : 'The measured executions are those that ended last; the others are taken to be like them. They are measured '}
          by the sizes of their items: a write unit for each KB of each write. List prices of us-east-1: a
          million write units $0.625, a million state transitions $25, of which there is one for each state
          entered and each retry. Reads, storage and the orchestrator&rsquo;s Lambda come on top, which{' '}
          <code>npm start</code> counts too; workers cost the same on both.
        </p>
      )}
      {(own.readUnits > 0 || own.writeUnits > 0) && (
        <p class="quiet">
          This console has used {number(Math.ceil(own.readUnits))} read units and{' '}
          {number(Math.ceil(own.writeUnits))} write units since it started.
        </p>
      )}
    </div>
  );
}

function isMeasuring(view: CostView | undefined): boolean {
  return view?.machines.some((each) => each.isMeasuring) === true;
}

type Ended = CostView['machines'][number]['ended'];

function countText({ count, isPartial }: Ended): string {
  return `${number(count)}${isPartial ? '+' : ''}`;
}

function unitsText(each: number, { count, isPartial }: Ended): string {
  return `${number(Math.round(each * count))}${isPartial ? '+' : ''}`;
}

function Price({
  of,
  usd: price,
  dearest,
}: {
  readonly of: string;
  readonly usd: number;
  readonly dearest: number;
}) {
  return (
    <td class="num">
      {usd(price)}
      <meter min={0} max={dearest} value={price} aria-label={of} />
    </td>
  );
}
