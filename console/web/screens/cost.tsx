import { useQuery } from '@tanstack/preact-query';
import type { CostView } from '../../server/api.ts';
import { links } from '../location.ts';
import { Empty, Loading, Problem } from '../parts/notices.tsx';
import { get } from '../request.ts';
import { counted, number, usd } from '../time.ts';

/** The price of the executions of each machine, and of the same work on Step Functions. */
export function Cost() {
  const cost = useQuery({ queryKey: ['cost'], queryFn: () => get<CostView>('/cost'), staleTime: 60_000 });
  if (cost.error) return <Problem error={cost.error} retry={() => cost.refetch()} />;
  if (!cost.data) return <Loading what="a sample of executions" />;
  const { machines, console: own } = cost.data;
  const priced = machines.filter(({ price }) => price);
  const dearest = Math.max(1, ...priced.map(({ price }) => price?.stepFunctionsUsd ?? 0));
  return (
    <div class="screen prose">
      <div class="filter-row">
        <h1>Cost</h1>
        <button type="button" onClick={() => cost.refetch()} disabled={cost.isFetching}>
          Measure again
        </button>
      </div>
      {priced.length === 0 ? (
        <Empty title="No execution has ended yet">Prices are those of executions that have ended.</Empty>
      ) : (
        <table class="figures prices">
          <caption class="quiet">
            USD for a million executions like those of each machine that ended last
          </caption>
          <thead>
            <tr>
              <th scope="col">Machine</th>
              <th scope="col">Sample</th>
              <th scope="col">Write units each</th>
              <th scope="col">Millrace</th>
              <th scope="col">Transitions each</th>
              <th scope="col">Step Functions</th>
            </tr>
          </thead>
          <tbody>
            {priced.map(({ machine, sampled, price }) =>
              price ? (
                <tr key={machine}>
                  <th scope="row">
                    <a href={links.machine(machine)}>{machine}</a>
                  </th>
                  <td class="num">{sampled}</td>
                  <td class="num">{price.writeUnits.toFixed(1)}</td>
                  <td class="num">
                    {usd(price.millraceUsd)}
                    <meter
                      min={0}
                      max={dearest}
                      value={price.millraceUsd}
                      aria-label={`Millrace, ${machine}`}
                    />
                  </td>
                  <td class="num">{price.stateTransitions.toFixed(1)}</td>
                  <td class="num">
                    {usd(price.stepFunctionsUsd)}
                    <meter
                      min={0}
                      max={dearest}
                      value={price.stepFunctionsUsd}
                      aria-label={`Step Functions, ${machine}`}
                    />
                  </td>
                </tr>
              ) : null,
            )}
          </tbody>
        </table>
      )}
      <p class="quiet">
        By the sizes of the items of{' '}
        {counted(
          priced.reduce((sum, { sampled }) => sum + sampled, 0),
          'execution',
        )}
        , at list prices of us-east-1: a million write units $0.625, a million state transitions $25. Lambda
        for the orchestrator comes on top; workers cost the same on both.
      </p>
      {(own.readUnits > 0 || own.writeUnits > 0) && (
        <p class="quiet">
          This console has used {number(Math.ceil(own.readUnits))} read units and{' '}
          {number(Math.ceil(own.writeUnits))} write units since it started.
        </p>
      )}
    </div>
  );
}
