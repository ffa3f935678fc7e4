import { useQuery } from '@tanstack/preact-query';
import type { ExecutionCost } from '../../server/api.ts';
import { Loading, Problem } from '../parts/notices.tsx';
import { executionPath, get } from '../request.ts';
import { number, usd } from '../time.ts';

/** The write units of one execution, by the sizes of its items. */
export function CostTab({ id, version }: { readonly id: string; readonly version: number }) {
  const cost = useQuery({
    queryKey: ['cost', id, version],
    queryFn: () => get<ExecutionCost>(executionPath(id, '/cost')),
  });
  if (cost.error) return <Problem error={cost.error} retry={() => cost.refetch()} />;
  if (!cost.data) return <Loading what="the cost" />;
  const { parts, writeUnits, taskSteps, millraceUsd, stateTransitions, stepFunctionsUsd } = cost.data;
  return (
    <div class="details">
      <table class="figures">
        <tbody>
          {parts.map(({ what, writeUnits: units }) => (
            <tr key={what}>
              <th scope="row">{what}</th>
              <td class="num">{number(units)}</td>
            </tr>
          ))}
          <tr class="sum">
            <th scope="row">Write units</th>
            <td class="num">{number(writeUnits)}</td>
          </tr>
          <tr>
            <th scope="row">Task steps</th>
            <td class="num">{number(taskSteps)}</td>
          </tr>
        </tbody>
      </table>
      <p>
        A million executions like it: {usd(millraceUsd)} of DynamoDB writes. Step Functions would bill{' '}
        {number(stateTransitions)} state transitions each: {usd(stepFunctionsUsd)}.
      </p>
      <p class="quiet">
        By the sizes of its items, at list prices of us-east-1. Workers cost the same on both.
      </p>
    </div>
  );
}
