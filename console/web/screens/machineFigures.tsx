import type { MachineNumbers } from '../../server/api.ts';
import { links } from '../location.ts';
import { StatusMark } from '../parts/icons.tsx';
import { counted, duration, number, usd } from '../time.ts';
import { visible } from '../visible.ts';
import { statuses } from './filter.ts';

/** Executions by status, state and end, times of states, and the price. */
export function MachineFigures({
  machine,
  numbers,
}: {
  readonly machine: string;
  readonly numbers: MachineNumbers;
}) {
  const { counts, now, states, ends, endedSampled, price } = numbers;
  const nowIn = new Map(now.map(({ state, count }) => [state, count]));
  const rows = [
    ...states,
    ...now
      .filter(({ state }) => !states.some((each) => each.state === state))
      .map(({ state }) => ({ state, visits: 0, p50Ms: 0, p95Ms: 0, failures: 0 })),
  ];
  const longest = Math.max(1, ...rows.map(({ p95Ms }) => p95Ms));
  return (
    <div class="details">
      <ul class="status-counts">
        {statuses
          .filter((status) => counts[status].count > 0)
          .map((status) => (
            <li key={status}>
              <a href={links.executions({ machine, status })}>
                <StatusMark status={status} />
                <b class="num">
                  {number(counts[status].count)}
                  {counts[status].isPartial ? '+' : ''}
                </b>
              </a>
            </li>
          ))}
      </ul>
      {rows.length === 0 ? (
        <p class="quiet">No executions yet.</p>
      ) : (
        <table class="figures states">
          <thead>
            <tr>
              <th scope="col">State</th>
              <th scope="col">Now</th>
              <th scope="col">Visits</th>
              <th scope="col">p50</th>
              <th scope="col">p95</th>
              <th scope="col">Failures</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ state, visits, p50Ms, p95Ms, failures }) => (
              <tr key={state}>
                <th scope="row">{visible(state)}</th>
                <td class="num">{nowIn.get(state) ?? ''}</td>
                <td class="num">{visits}</td>
                <td class="num">{visits === 0 ? '' : duration(p50Ms)}</td>
                <td class="num">
                  {visits === 0 ? '' : duration(p95Ms)}
                  <meter min={0} max={longest} value={p95Ms} aria-label={`p95 of ${state}`} />
                </td>
                <td class={failures > 0 ? 'num bad' : 'num'}>{failures === 0 ? '' : failures}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {rows.length > 0 && (
        <p class={numbers.isMeasuring ? 'quiet' : 'quiet measured'}>{sampleText(numbers)}</p>
      )}
      {ends.length > 0 && (
        <table class="figures">
          <caption class="quiet">Ends of the {counted(endedSampled, 'execution')}</caption>
          <tbody>
            {ends.map(({ status, state, count }) => (
              <tr key={`${status} ${state}`}>
                <td>
                  <StatusMark status={status} />
                </td>
                <td>{visible(state)}</td>
                <td class="num">{number(count)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {price && (
        <p>
          A million executions like these: {usd(price.millraceUsd)} of DynamoDB writes (
          {price.writeUnits.toFixed(2)} write units for {price.taskSteps.toFixed(2)} task steps each). Step
          Functions would bill {price.stateTransitions.toFixed(2)} state transitions each:{' '}
          {usd(price.stepFunctionsUsd)}.
        </p>
      )}
    </div>
  );
}

/** Where the numbers come from: the table keeps none. */
function sampleText({ counts, runningSampled, endedSampled, isMeasuring }: MachineNumbers): string {
  const ended = [counts.SUCCEEDED, counts.FAILED, counts.TIMED_OUT, counts.ABORTED];
  const total = ended.reduce((sum, { count }) => sum + count, 0);
  const isWhole = endedSampled >= total && !ended.some(({ isPartial }) => isPartial);
  const ofEnded = isWhole
    ? `all ${counted(endedSampled, 'execution')} that have ended`
    : `the ${counted(endedSampled, 'execution')} that ended last, of ${number(total)}${ended.some(({ isPartial }) => isPartial) ? '+' : ''}`;
  const ofRunning =
    counts.RUNNING.count === 0
      ? ''
      : ` The states now are those of ${counted(runningSampled, 'running execution')}.`;
  const more = isMeasuring ? ' More are being read …' : '';
  return `Times, failures and ends are those of ${ofEnded}.${more}${ofRunning}`;
}
